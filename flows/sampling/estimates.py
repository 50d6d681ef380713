"""Weighted estimates with design-based intervals, by stratum and in total, adjusted for non-response and not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.values.rounds import Draw, Plan
from models.values.sampling import Sampling

Measure = Literal["mean", "share", "nps"]


@dataclass(frozen=True)
class Question:
    """`mean`: a number as it is; `share`: 0 or 1; `nps`: 0 to 10, estimated as promoters (9–10) less detractors (0–6).

    The estimate of a share is 0 to 1, of an NPS -100 to 100.
    """

    key: str
    measure: Measure
    zh: str
    en: str


@dataclass(frozen=True)
class Figure:
    """`value` with its interval. None: no answer; `low`, `high` and `error` None: too few for an interval."""

    value: float | None
    low: float | None
    high: float | None
    error: float | None


@dataclass(frozen=True)
class Estimate:
    """One question in one domain. Suppressed: too few answers to be shown, and no figure is in it.

    `places`: the best and the worst place its interval allows among its peers (1 the highest); where intervals
    overlap, places do too: nothing is ranked that the intervals do not separate.
    """

    domain: str
    label: str
    question: str
    answers: int
    released: int
    population: int
    suppressed: bool
    unadjusted: Figure | None
    adjusted: Figure | None
    places: tuple[int, int] | None = None


@dataclass(frozen=True)
class Estimates:
    """`domain` is `total`, `class`, `line` or `stratum`. `method` says in zh and en how figures were made."""

    confidence: float
    method: Mapping[str, str]
    adjustment: Mapping[str, str]
    collapsed: tuple[Mapping[str, Any], ...]
    """Weighting classes joined for want of answers: which into which."""
    rows: tuple[Estimate, ...]
    questions: tuple[Question, ...]

    def of(self, question: str, domain: str = "total") -> list[Estimate]:
        return [row for row in self.rows if row.question == question and row.domain == domain]

    def as_json(self) -> dict[str, Any]:
        raise NotImplementedError

    def as_rows(self) -> list[dict[str, Any]]:
        """Flat, for CSV."""
        raise NotImplementedError


def estimate(
    plan: Plan,
    draws: Sequence[Draw],
    answers: Mapping[int, Mapping[str, float | None]],
    questions: Sequence[Question],
    policy: Sampling,
) -> Estimates:
    """`draws`: all released of the round; `answers` by position of the frame (of complete and partial interviews)."""
    raise NotImplementedError
