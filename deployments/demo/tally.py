"""The figures of a demo, counted from the record; no I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median, quantiles

from flows.rules import clocks
from models.values.case import CaseFacts
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Outcome

from .record import Happened, Record
from .request import Labels

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    of: int
    count: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Spread:
    """How a figure is distributed."""

    n: int
    mean: float
    median: float
    p90: float
    least: float
    most: float


@dataclass(frozen=True)
class Figures:
    by: Mapping[str, Counter[str]]
    """Cases by stage, kind, category, class, outcome."""
    steps: Mapping[Stage, Spread]
    """Hours of business time a case stood at a stage, each visit counted."""
    scores: Spread | None
    missed: Mapping[ClockName, Share]
    what_happened: Mapping[str, int]
    triage: Share


def figures(record: Record, now: datetime) -> Figures:
    """All figures that need no labels. Raises nothing for an empty record."""
    facts = record.requests
    by = {
        "stage": Counter(case.stage.value for case in facts),
        "kind": Counter(case.kind.value if case.kind else UNKNOWN for case in facts),
        "category": Counter(case.category.value for case in facts if case.category),
        "class": Counter(case.customer_class.value if case.customer_class else UNKNOWN for case in facts),
        "outcome": Counter(case.outcome.value for case in facts if case.outcome),
    }
    scores = spread(case.score for case in facts if case.score is not None)
    asked = sum(_first_classified(record.events.get(case.id, ())) is Stage.TRIAGE for case in facts)
    return Figures(by, _steps(record), scores, _missed(facts, now), _happened(record), Share(len(facts), asked))


def spread(values: Iterable[float]) -> Spread | None:
    """None for no values; the p90 of fewer than two is the value itself."""
    found = sorted(values)
    if not found:
        return None
    p90 = quantiles(found, n=10, method="inclusive")[-1] if len(found) > 1 else found[0]
    return Spread(len(found), mean(found), median(found), p90, found[0], found[-1])


def visits(entries: Sequence[Happened]) -> Iterable[tuple[Stage, timedelta]]:
    """Each stay at a stage, from the event that led there to the one that led away; not the last, which goes on.

    A case opened again rested when it was closed: that is no step.
    """
    since = entries[0] if entries else None
    for one in entries:
        if since is not None and one.stage is not since.stage:
            if since.stage is not Stage.CLOSED:
                yield since.stage, one.at - since.at
            since = one


def right(record: Record, labels: Mapping[str, Labels]) -> dict[str, Share]:
    """How often the system's own answer was that of the labels; `labels` by reference."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for case in record.requests:
        truth = labels.get(case.reference or "")
        if truth is None or truth.kind is None:
            continue
        counts["kind"].append(case.proposed_kind is truth.kind)
        if truth.category is not None:
            counts["main"].append(case.proposed_category is truth.category)
            counts["main_or_secondary"].append(case.proposed_category in {truth.category, truth.secondary} - {None})
    return {name: Share(len(found), sum(found)) for name, found in counts.items()}


def _steps(record: Record) -> dict[Stage, Spread]:
    hours: dict[Stage, list[float]] = defaultdict(list)
    for case in record.requests:
        for stage, stay in visits(record.events.get(case.id, ())):
            hours[stage].append(stay / timedelta(hours=1))
    found = {stage: spread(hours[stage]) for stage in Stage if stage in hours}
    return {stage: one for stage, one in found.items() if one is not None}


def _missed(facts: Sequence[CaseFacts], now: datetime) -> dict[ClockName, Share]:
    counts: dict[ClockName, list[bool]] = defaultdict(list)
    for case in facts:
        for clock in case.clocks:
            if clock.name not in clocks.TIMERS:
                counts[clock.name].append(clocks.late(clock, case.closed_at or now))
    return {name: Share(len(counts[name]), sum(counts[name])) for name in ClockName if name in counts}


def _happened(record: Record) -> dict[str, int]:
    facts = record.requests
    kinds = Counter(one.kind for case in facts for one in record.events.get(case.id, ()))
    escalated = _count(record, EventKind.ESCALATED, without="clocks")
    reassigned = _count(record, EventKind.REASSIGNED, without="absent")
    return {
        "reopened": sum(case.reopenings > 0 for case in facts),
        "linked": kinds[EventKind.LINKED],
        "sibling": sum(case.sibling_of is not None for case in facts),
        "withdrawn": sum(case.withdrawn for case in facts),
        "unverified": sum(case.outcome is Outcome.UNVERIFIED for case in facts),
        "final_positions": kinds[EventKind.FINAL_POSITION_GIVEN],
        "proposals_rejected": kinds[EventKind.REJECTED],
        "reminded": kinds[EventKind.REMINDED],
        "overdue": kinds[EventKind.OVERDUE],
        "climbed": kinds[EventKind.ESCALATED] - escalated,
        "escalated": escalated,
        "reassigned": reassigned,
        "reassigned_absent": kinds[EventKind.REASSIGNED] - reassigned,
        "acknowledged": kinds[EventKind.ACKNOWLEDGED],
        "held": kinds[EventKind.HELD],
        "promises": kinds[EventKind.PROMISED],
        "step_failures": kinds[EventKind.STEP_FAILED],
    }


def _count(record: Record, kind: EventKind, *, without: str) -> int:
    """What people did themselves: the system's own events carry more."""
    entries = (one for events in record.events.values() for one in events if one.kind is kind)
    return sum(without not in one.data for one in entries)


def _first_classified(entries: Sequence[Happened]) -> Stage | None:
    return next((one.stage for one in entries if one.kind in (EventKind.CLASSIFIED, EventKind.LINKED)), None)
