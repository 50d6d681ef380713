"""From a frame's cells to a plan: strata, size, allocation. Pure: the same cells and policy give the same plan."""

from collections.abc import Sequence
from typing import Any

from flows.sampling import allocation, size, strata
from flows.sampling.errors import SamplingError
from models.values.round_terms import RoundKind
from models.values.rounds import CellCount, Plan
from models.values.sampling import Sampling


def plan_of(cells: Sequence[CellCount], kind: RoundKind, policy: Sampling) -> Plan:
    """Raises SamplingError when no sample can be drawn of what there is."""
    sampled = kind == RoundKind.DRAWN
    census = {str(name) for name in policy.census_classes}
    found, trail = strata.strata_of(cells, policy.merge, policy.thin, census if sampled else ())
    population = sum(one.population for one in found)
    if not sampled:
        return Plan(section(policy), tuple(cells), allocation.whole(found), trail, population, population)
    for one in found:
        if one.population == 1 and not one.census:
            raise SamplingError(
                "有一层只有一位客户，按规则手册的规则并不进别的层：请在 sampling › merge 里加一个维度，或改用客户拜访",
                "a stratum has one customer only and the rulebook's rule merges it with no other: add an axis to "
                "sampling › merge, or open an account visit instead",
            )
    rest = sum(one.population for one in found if not one.census)
    needed = size.needed(rest, policy) if rest else size.Size(0, 0)
    sized = allocation.allocated(found, needed.release, policy)
    return Plan(section(policy), tuple(cells), sized, trail, needed.answers, needed.release)


def section(policy: Sampling) -> dict[str, Any]:
    """The rulebook's section as a plan keeps it."""
    return policy.model_dump(mode="json")


def with_margin(policy: Sampling, margin: float | None) -> Sampling:
    """The policy with another margin wanted. Raises SamplingError."""
    if margin is None:
        return policy
    if not 0 < margin < 1:
        raise SamplingError(
            "误差必须大于 0 小于 1(0.05 即 ±5 个百分点)；误差为 0 等于全数调查，请改用普查",
            "the margin must be above 0 and below 1 (0.05 is ± 5 points); a margin of 0 would mean asking everybody",
        )
    return policy.model_copy(update={"margin": margin})
