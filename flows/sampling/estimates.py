"""Weighted estimates with design-based intervals, by stratum and in total, adjusted for non-response and not.

Every figure comes twice. Unadjusted: an answer counts for as many customers as its draw did (population over released,
by stratum). Adjusted: within a weighting class (a stratum, or neighbours joined where answers are too few) those who
answered also carry the weight of those who did not; the assumption is that within a class answering does not depend
on the answer. Variances are those of a stratified sample without replacement (Taylor linearization, finite-population
correction), the weighting classes its strata, the answers its sample. All of it is computed by svy.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from flows.sampling import strata as stratification
from flows.sampling.strata import Group
from models.values.rounds import Draw, Merged, Plan
from models.values.sampling import Axis, Sampling

if TYPE_CHECKING:
    from flows.sampling.estimating import Design

Measure = Literal["mean", "share", "nps"]
Domain = Literal["total", "class", "line", "branch", "stratum"]
DOMAINS: tuple[Domain, ...] = ("total", "class", "line", "stratum")
"""What is estimated unless something else is asked for; a large firm has many branches."""
Answers = Mapping[int, Mapping[str, float | None]]

METHOD = {
    "zh": "按层加权(层内客户数 ÷ 放出数)；分层不放回抽样的泰勒线性化方差，含有限总体修正；均值用 t 区间，"
    "比例用有效样本量的 Wilson 区间(答案全同时用 Korn–Graubard 区间)",
    "en": "weighted by stratum (customers over released); Taylor linearization for stratified sampling without "
    "replacement, with finite-population correction; t intervals for means, Wilson intervals of the effective sample "
    "size for shares (Korn and Graubard's where all answers agree)",
}
ADJUSTMENT = {
    "zh": "加权组调整：同一组内未应答者的权数由应答者承担，假定组内是否应答与答案无关",
    "en": "weighting classes: within a class, those who answered carry the weight of those who did not, assuming that "
    "within a class answering does not depend on the answer",
}


@dataclass(frozen=True)
class Question:
    """`mean`: a number as it is; `share`: 0 or 1; `nps`: 0 to 10, estimated as promoters (9–10) less detractors (0–6).

    The estimate of a share is 0 to 1, of an NPS -100 to 100. `scale`: the lowest and highest answer to a mean;
    intervals end there.
    """

    key: str
    measure: Measure
    zh: str
    en: str
    scale: tuple[float, float] | None = None


@dataclass(frozen=True)
class Figure:
    """`value` with its interval. `low`, `high` and `error` None: too few answers, or all the same, for an interval."""

    value: float
    low: float | None = None
    high: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Estimate:
    """One question in one domain. Suppressed: too few answers to be shown, and no figure is in it.

    `places`: the best and the worst place its interval allows among its peers (1 the highest); where intervals
    overlap, places do too: nothing is ranked that the intervals do not separate.
    """

    domain: Domain
    label: str
    question: str
    answers: int
    released: int
    population: int
    suppressed: bool
    unadjusted: Figure | None = None
    adjusted: Figure | None = None
    places: tuple[int, int] | None = None


@dataclass(frozen=True)
class Joined:
    """Weighting classes joined for want of answers, for these questions: one step of the trail."""

    questions: tuple[str, ...]
    merged: Merged


@dataclass(frozen=True)
class Estimates:
    """`method` and `adjustment` say in `zh` and `en` how the figures were made."""

    confidence: float
    method: Mapping[str, str]
    adjustment: Mapping[str, str]
    collapsed: tuple[Joined, ...]
    rows: tuple[Estimate, ...]
    questions: tuple[Question, ...]

    def of(self, question: str, domain: Domain = "total") -> list[Estimate]:
        return [row for row in self.rows if row.question == question and row.domain == domain]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def estimate(
    plan: Plan,
    draws: Sequence[Draw],
    answers: Answers,
    questions: Sequence[Question],
    policy: Sampling,
    domains: Sequence[Domain] = DOMAINS,
) -> Estimates:
    """`draws`: all released of the round; `answers` by position of the frame (of complete and partial interviews).

    Whoever is found not to belong to the population (disposition `not_eligible`) counts for nobody.
    """
    from flows.sampling.estimating import Design, figures_of  # loads for half a second: only when it is used

    design = Design(plan, draws)
    rows: dict[tuple[str, Domain], list[Estimate]] = {}
    collapsed: list[Joined] = []
    for positions, same in _by_respondents(design, answers, questions).items():
        classes, trail = _weighting_classes(plan, Counter(design.stratum_of[one] for one in positions), policy)
        collapsed += [Joined(tuple(one.key for one in same), step) for step in trail]
        for domain in domains:
            counts = Counter(design.label(domain, design.stratum_of[one]) for one in positions)
            shown = {label for label, count in counts.items() if count >= policy.suppress_below}
            found = figures_of(design, positions, answers, same, classes, domain, shown, policy.confidence)
            for question in same:
                rows[question.key, domain] = [
                    _estimate(design, domain, label, question, counts[label], found.get((question.key, label)))
                    for label in design.sizes[domain]
                ]
    ordered = [
        one for question in questions for domain in domains for one in _placed(rows[question.key, domain], domain)
    ]
    return Estimates(policy.confidence, METHOD, ADJUSTMENT, tuple(collapsed), tuple(ordered), tuple(questions))


def _by_respondents(
    design: "Design", answers: Answers, questions: Sequence[Question]
) -> dict[tuple[int, ...], list[Question]]:
    """Questions by who answered them: those answered by the same people share their weights."""
    groups: dict[tuple[int, ...], list[Question]] = {}
    for question in questions:
        answered = tuple(
            position for position in design.eligible if answers.get(position, {}).get(question.key) is not None
        )
        groups.setdefault(answered, []).append(question)
    return groups


def _weighting_classes(
    plan: Plan, answered: Mapping[int, int], policy: Sampling
) -> tuple[list[tuple[int, ...]], list[Merged]]:
    """Strata of enough answers each, joined like thin strata of the frame; every axis is given up if it must be."""
    groups = [Group(one.cell, (one.number,), answered.get(one.number, 0)) for one in plan.strata]
    axes: tuple[Axis, ...] = (*policy.merge, *(axis for axis in get_args(Axis) if axis not in policy.merge))
    joined, trail = stratification.merged(groups, axes, policy.respondents_at_least)
    return [group.members for group in joined], trail


def _estimate(
    design: "Design",
    domain: Domain,
    label: str,
    question: Question,
    answers: int,
    found: tuple[Figure, Figure] | None,
) -> Estimate:
    unadjusted, adjusted = found or (None, None)
    released, population = design.sizes[domain][label]
    return Estimate(
        domain,
        label,
        question.key,
        answers,
        released,
        population,
        suppressed=found is None,
        unadjusted=unadjusted,
        adjusted=adjusted,
    )


def _placed(rows: Sequence[Estimate], domain: Domain) -> list[Estimate]:
    """With the places that adjusted intervals leave open: 1 + those surely above … all but those surely below."""
    if domain == "total":
        return list(rows)
    peers = [row.adjusted for row in rows if row.adjusted is not None and row.adjusted.low is not None]
    return [_with_places(row, peers) for row in rows]


def _with_places(row: Estimate, peers: Sequence[Figure]) -> Estimate:
    mine = row.adjusted
    if mine is None or mine.low is None or mine.high is None:
        return row
    above = sum(other.low > mine.high for other in peers if other.low is not None)
    below = sum(other.high < mine.low for other in peers if other.high is not None)
    return Estimate(**{**vars(row), "places": (1 + above, len(peers) - below)})
