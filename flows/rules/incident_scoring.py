"""The score of an incident (0–100), by unit: how soon it was reported, how complete, how soon contained, repeats,
and promises kept, where any were made.

Each indicator gives 0–1 or nothing; what was not measured is left out and said so, its weight shared by the rest.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flows.rules import clocks, lifecycle, report_form, scoring
from models.values.case import CaseFacts, Decision, Reason
from models.values.chinese import MARKS
from models.values.incident import Incident
from models.values.incident_policy import IncidentIndicator
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind

Marks = Mapping[IncidentIndicator, float | None]


def decide(facts: CaseFacts, repeats: int, policy: Policy, now: datetime) -> Decision:
    """`repeats`: earlier incidents of the same kind and liable unit within the rulebook's window."""
    if owed := clocks.promised(facts.clocks):
        return scoring.awaited(facts, owed)
    marks = measure(facts, repeats, policy, now)
    score = weighted(marks, policy)
    missed = sorted({clock.name for clock in facts.clocks if clocks.late(clock, now)})
    data = {
        "score": score,
        "marks": marks,
        "missed": missed,
        "repeats": repeats,
        "agent": facts.handler_id,
        "unit": facts.unit,
        "liable": facts.liable,
    }
    shares = {name: "—" if mark is None else f"{mark:.2f}" for name, mark in marks.items()}
    zh = "、".join(f"{MARKS[name]} {mark}" for name, mark in shares.items())
    en = ", ".join(f"{name} {mark}" for name, mark in shares.items())
    shown = ("未测", "not measured") if score is None else (str(score), str(score))
    why = Reason(f"得分 {shown[0]}：{zh}（— 为未测）", f"score {shown[1]}: {en} (— not measured)")
    changes = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.SCORED, data),
        "score": score,
        "owner_id": facts.handler_id,
        "hold": None,
        "overdue": False,
        "closed_at": now,
        "clocks": clocks.meet_all(facts.clocks, now),
    }
    return Decision(EventKind.SCORED, changes, (why,), data)


def measure(facts: CaseFacts, repeats: int, policy: Policy, now: datetime) -> dict[IncidentIndicator, float | None]:
    """The indicators by name; None: not measured."""
    incident, terms = Incident.of(facts.details), policy.incidents.scoring
    return {
        "reporting": promptness(
            facts.received_at - incident.discovered_at, terms.report_minutes, terms.report_lost_minutes
        ),
        "completeness": _completeness(facts, incident, policy, now),
        "containment": _containment(facts, incident),
        "repeats": max(0.0, 1 - repeats * terms.repeat_costs) if facts.liable is not None else None,
        "promises": scoring.kept(facts, now),
    }


def weighted(marks: Marks, policy: Policy) -> float | None:
    """0–100 by the rulebook's weights, of what was measured; None: nothing was."""
    weights = policy.incidents.scoring.weights
    known = {name: mark for name, mark in marks.items() if mark is not None}
    total = sum(weights[name] for name in known)
    return round(100 * sum(weights[name] * mark for name, mark in known.items()) / total, 1) if total else None


def promptness(lag: timedelta, full_minutes: float, lost_minutes: float) -> float:
    """1 up to `full_minutes` after the discovery, 0 from `lost_minutes` on, in between it falls evenly."""
    minutes = lag / timedelta(minutes=1)
    return min(1.0, max(0.0, (lost_minutes - minutes) / (lost_minutes - full_minutes)))


def _completeness(facts: CaseFacts, incident: Incident, policy: Policy, now: datetime) -> float:
    """The share of required fields, halved when the form was not complete in time."""
    share = report_form.completeness(incident.filled, policy.incidents.form)
    late = any(clocks.late(one, now) for one in facts.clocks if one.name is ClockName.FORM)
    return share / 2 if late else share


def _containment(facts: CaseFacts, incident: Incident) -> float | None:
    """1 within its time, falling evenly to 0 at twice of it."""
    clock = next((one for one in facts.clocks if one.name is ClockName.CONTAIN), None)
    if clock is None or incident.contained_at is None:
        return None
    allowed = (clock.due_at - clock.started_at) / timedelta(minutes=1)
    return promptness(incident.contained_at - clock.started_at, allowed, 2 * allowed)
