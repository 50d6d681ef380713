"""Incidents by unit: what it reported and how well, what it was liable for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from uuid import UUID

from flows.rules.incident_scoring import Marks, weighted
from models.values.case import CaseFacts
from models.values.incident import Incident
from models.values.incident_policy import IncidentIndicator
from models.values.incident_terms import IncidentGrade
from models.values.policy import Policy

INDICATORS: tuple[IncidentIndicator, ...] = ("reporting", "completeness", "containment", "repeats", "promises")


@dataclass(frozen=True)
class UnitFigures:
    """Means are over the scored incidents that have the mark; None: none has. The score is made of them, by the weights
    of the rulebook in force: that of an incident holds marks of two units. Cases are those it reported, and apart from
    them those it was liable for: nobody need take a figure on trust."""

    unit: str
    reported: int
    open: int
    critical: int
    late_minutes: float | None
    score: float | None
    marks: Marks
    liable: int
    presumed: int
    cases: tuple[UUID, ...]
    liable_cases: tuple[UUID, ...]


def by_unit(incidents: Sequence[CaseFacts], marks: Mapping[UUID, Marks], policy: Policy) -> list[UnitFigures]:
    """`repeats` counts to the liable unit, everything else to the one that reported; so does the score made of them."""
    reported: dict[str, list[CaseFacts]] = defaultdict(list)
    liable: dict[str, list[CaseFacts]] = defaultdict(list)
    for one in incidents:
        reported[one.unit or ""].append(one)
        if one.liable is not None:
            liable[one.liable].append(one)
    units = sorted({*reported, *liable})
    return [_figures(unit, reported.get(unit, []), liable.get(unit, []), marks, policy) for unit in units]


def _figures(
    unit: str,
    reported: Sequence[CaseFacts],
    liable: Sequence[CaseFacts],
    marks: Mapping[UUID, Marks],
    policy: Policy,
) -> UnitFigures:
    known = [Incident.of(one.details) for one in reported]
    lags = [
        (one.received_at - incident.discovered_at).total_seconds() / 60
        for one, incident in zip(reported, known, strict=True)
    ]
    counted = {name: liable if name == "repeats" else reported for name in INDICATORS}
    its_own: Marks = {name: _mean(marks.get(one.id, {}).get(name) for one in counted[name]) for name in INDICATORS}
    return UnitFigures(
        unit=unit,
        reported=len(reported),
        open=sum(one.closed_at is None for one in reported),
        critical=sum(incident.grade is IncidentGrade.CRITICAL for incident in known),
        late_minutes=round(median(lags), 1) if lags else None,
        score=weighted(its_own, policy),
        marks=its_own,
        liable=len(liable),
        presumed=sum(
            incident.presumed and incident.counterpart == unit
            for incident in (Incident.of(one.details) for one in liable)
        ),
        cases=tuple(one.id for one in reported),
        liable_cases=tuple(one.id for one in liable),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 3) if known else None
