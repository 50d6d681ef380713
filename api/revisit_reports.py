"""The result of a round of revisits as answers: JSON schemas, and its estimates as CSV."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from api.reports import table
from flows.revisits.results import Result
from flows.sampling.estimates import Estimate, Joined
from models.values.round_terms import RoundKind, RoundState


class StratumView(BaseModel):
    """A stratum, and how many of it were drawn for the sample; `*`: merged along that axis."""

    label: str
    population: int
    drawn: int
    reserves: list[int]
    census: bool


class MergedView(BaseModel):
    """A stratum too thin to stand alone, and the one it went into."""

    what: str
    population: int
    into: str


class RoundHead(BaseModel):
    """What was drawn from what; frame and draw can be made again from it."""

    id: int
    kind: RoundKind
    first: date
    last: date
    state: RoundState
    estimand: dict[str, str]
    frame: int
    frame_hash: str
    draw_hash: str
    seed: int
    rulebook: str
    wanted: int
    strata: list[StratumView]
    merged: list[MergedView]
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None


class RateView(BaseModel):
    """0 to 1, over all released; None: nobody to divide by."""

    name: str
    value: float | None
    formula: str
    zh: str
    en: str


class FigureView(BaseModel):
    """`low` and `high` None: too few answers, or all the same, for an interval."""

    value: float
    low: float | None
    high: float | None
    error: float | None


class EstimateView(BaseModel):
    """One question in one domain. Suppressed: too few answers to be shown.

    `places`: the best and the worst place among its peers that the interval allows; overlapping intervals overlap here.
    """

    domain: str
    label: str
    question: str
    answers: int
    released: int
    population: int
    suppressed: bool
    unadjusted: FigureView | None
    adjusted: FigureView | None
    places: tuple[int, int] | None


class CollapsedView(MergedView):
    """Weighting classes joined for want of answers to these questions."""

    questions: list[str]


class CheckView(BaseModel):
    what: str
    ok: bool
    zh: str
    en: str


class LeftAlone(BaseModel):
    """Drawn customers who were not called, and why."""

    disposition: str
    zh: str
    en: str
    customers: int


class RoundReport(BaseModel):
    """`dispositions` counts every released draw, `open` those still worked. `questions` says what was asked."""

    round: RoundHead
    released: int
    reached: int
    dispositions: dict[str, int]
    left_alone: list[LeftAlone]
    rates: list[RateView]
    confidence: float
    method: dict[str, str]
    adjustment: dict[str, str]
    collapsed: list[CollapsedView]
    questions: dict[str, dict[str, str]]
    estimates: list[EstimateView]
    verified: bool
    checks: list[CheckView]


def round_report(found: Result) -> RoundReport:
    estimates = found.estimates
    return RoundReport(
        round=_head(found),
        released=len(found.draws),
        reached=found.reached,
        dispositions=dict(found.dispositions),
        left_alone=[LeftAlone(**vars(one)) for one in found.left_alone],
        rates=[RateView(**vars(one)) for one in found.rates.rates],
        confidence=estimates.confidence,
        method=dict(estimates.method),
        adjustment=dict(estimates.adjustment),
        collapsed=[_collapsed(one) for one in estimates.collapsed],
        questions={one.key: {"measure": one.measure, "zh": one.zh, "en": one.en} for one in estimates.questions},
        estimates=[_estimate(one) for one in estimates.rows],
        verified=found.verdict.ok,
        checks=[CheckView(**vars(one)) for one in found.verdict.checks],
    )


def _head(found: Result) -> RoundHead:
    one = found.round
    strata = [
        StratumView(
            label=str(stratum.cell),
            population=stratum.population,
            drawn=stratum.drawn,
            reserves=list(stratum.reserves),
            census=stratum.census,
        )
        for stratum in one.plan.strata
    ]
    merged = [
        MergedView(what=str(step.what), population=step.population, into=str(step.into)) for step in one.plan.trail
    ]
    return RoundHead(
        id=one.id,
        kind=one.kind,
        first=one.period.first,
        last=one.period.last,
        state=one.state,
        estimand=dict(one.estimand),
        frame=one.population,
        frame_hash=one.frame_hash,
        draw_hash=one.draw_hash,
        seed=one.seed,
        rulebook=one.rulebook,
        wanted=one.plan.answers_wanted,
        strata=strata,
        merged=merged,
        opened_at=one.opened_at,
        closes_at=one.closes_at,
        closed_at=one.closed_at,
    )


def _collapsed(one: Joined) -> CollapsedView:
    step = one.merged
    return CollapsedView(
        questions=list(one.questions), what=str(step.what), population=step.population, into=str(step.into)
    )


def _estimate(one: Estimate) -> EstimateView:
    figures = {name: FigureView(**vars(figure)) if figure else None for name, figure in _figures(one)}
    same = {name: value for name, value in asdict(one).items() if name not in figures}
    return EstimateView(**same, **figures)


def _figures(one: Estimate) -> list[tuple[str, Any]]:
    return [("unadjusted", one.unadjusted), ("adjusted", one.adjusted)]


def round_csv(report: RoundReport) -> str:
    """A line for each estimate: unadjusted and adjusted side by side, each with its interval."""
    head = ["round", "kind", "first", "last", "domain", "label", "question", "answers", "released", "population"]
    head += ["suppressed", "place_from", "place_to"]
    figures = [f"{name}_{part}" for name in ("unadjusted", "adjusted") for part in FigureView.model_fields]
    lines = []
    for one in report.estimates:
        line: dict[str, Any] = one.model_dump() | {"round": report.round.id, "kind": report.round.kind.value}
        line |= {"first": report.round.first, "last": report.round.last}
        line |= dict(zip(("place_from", "place_to"), one.places or (None, None), strict=True))
        for name, figure in (("unadjusted", one.unadjusted), ("adjusted", one.adjusted)):
            line |= {f"{name}_{part}": value for part, value in (figure.model_dump() if figure else {}).items()}
        lines.append([line.get(column) for column in (*head, *figures)])
    return table([*head, *figures], lines)
