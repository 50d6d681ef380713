"""What is due about an incident: a silent level, a silent counterpart unit, and whatever is due of any case."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flows.rules import clocks, follow_up, incident_clocks, incident_course, incident_notices, liability, lifecycle
from models.values.case import CaseFacts, Deadline, Decision, Reason, StaffFacts
from models.values.incident import Incident
from models.values.incident_terms import IncidentGrade
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage


@dataclass(frozen=True)
class Known:
    """What is known beside the incident."""

    delivered_at: datetime | None = None
    """When the counterpart unit got its notice; None: that is not proven (yet)."""
    heard: StaffFacts | None = None
    """Who acknowledged the notice about the incident, not yet written in it."""
    owner: StaffFacts | None = None


def decide(facts: CaseFacts, known: Known, policy: Policy, now: datetime) -> Decision | None:
    """Also of notice tasks to customers, of which only what is due of any case is followed up."""
    if not incident_course.is_incident(facts):
        return follow_up.decide(facts, None, policy, now, known.owner)
    incident = Incident.of(facts.details)
    if known.delivered_at is not None and _running(facts, ClockName.DELIVER):
        return delivered(facts, incident, known.delivered_at, "outbox", policy, now)
    if known.heard is not None and unheard(facts) and known.heard.level >= incident.knows:
        return acknowledged(facts, incident, known.heard, now)
    if (silent := _late(facts, ClockName.INCIDENT_ACKNOWLEDGE, now)) and incident.knows < policy.top_level:
        return _climb(facts, incident, silent, policy, now)
    if facts.stage is Stage.COUNTERPART and _late(facts, ClockName.COUNTERPART, now):
        return _presume(facts, incident, policy, now)
    return follow_up.decide(facts, None, policy, now, known.owner)


def unheard(facts: CaseFacts) -> bool:
    """Whether the level that must know has not acknowledged yet."""
    return _running(facts, ClockName.INCIDENT_ACKNOWLEDGE)


def acknowledged(facts: CaseFacts, incident: Incident, by: StaffFacts, now: datetime) -> Decision:
    """Somebody of the level that must know, or above it, knows: in the case itself, or by its notice."""
    left = clocks.meet(facts.clocks, ClockName.INCIDENT_ACKNOWLEDGE, now)
    late = follow_up.overdue(left, now)
    changes = {"details": incident.but(acknowledged_by=by.id), "clocks": left, "overdue": late}
    return Decision(EventKind.INCIDENT_ACKNOWLEDGED, changes, (), {"level": by.level, "by": by.id})


def delivered(facts: CaseFacts, incident: Incident, at: datetime, how: str, policy: Policy, now: datetime) -> Decision:
    """From the proven delivery the counterpart's working time runs: less of it for more value."""
    runs = clocks.start(ClockName.COUNTERPART, incident_clocks.counterpart(incident, policy), at, policy)
    left = (*clocks.meet(facts.clocks, ClockName.DELIVER, now), runs)
    data = {"unit": incident.counterpart, "at": at.isoformat(), "how": how}
    why = Reason(
        f"通知已送达 {policy.rulebook.wording.unit(incident.counterpart)}，确认时限自送达起算",
        f"the notice reached {incident.counterpart}: its time to confirm runs from then on",
    )
    changes = {"clocks": left, "poked": False, "overdue": follow_up.overdue(left, now)}
    return Decision(EventKind.DELIVERED, changes, (why,), data)


def _climb(facts: CaseFacts, incident: Incident, silent: Deadline, policy: Policy, now: datetime) -> Decision:
    """Nobody of the level that must know acknowledged in time: the next one is told, with a time of its own."""
    level = incident.knows + 1
    grade = incident.grade or IncidentGrade.MAJOR
    left = clocks.meet(facts.clocks, ClockName.INCIDENT_ACKNOWLEDGE, now)
    term = policy.incidents.grades[grade].acknowledge
    left = (*left, clocks.start(ClockName.INCIDENT_ACKNOWLEDGE, term, now, policy, ref=level))
    why = Reason(f"{silent.ref} 级未确认知悉，上报 {level} 级", f"level {silent.ref} is silent: level {level} is told")
    data = {"level": level, "silent": silent.ref}
    details = incident.but(knows=level, acknowledged_by=None)
    changes: dict[str, Any] = {"details": details, "clocks": left, "overdue": follow_up.overdue(left, now)}
    row = incident_notices.to_level(facts, incident, grade, level, policy, now)
    return Decision(EventKind.CLIMBED, changes, (why,), data, rows=(row,))


def _presume(facts: CaseFacts, incident: Incident, policy: Policy, now: datetime) -> Decision:
    """Silence means liability is presumed on the silent unit, with a way to appeal."""
    unit = incident.counterpart or ""
    terms = policy.incidents.clocks
    presumed = liability.presume(facts, unit, policy.rulebook.liability, policy, now)
    until = presumed.appeal_until
    assert until is not None  # noqa: S101 - what is presumed can be appealed
    left = clocks.meet(follow_up.held_no_more(facts.clocks, now), ClockName.COUNTERPART, now)
    left = (*left, clocks.start(ClockName.FINDING, terms.finding, now, policy))
    data = {"unit": unit, "appeal_until": until.isoformat()}
    why = Reason(
        f"{policy.party(unit)}在通知送达后逾期未答，推定其承担责任，可申诉",
        f"{unit} did not answer in time: liability is presumed on it",
    )
    changes: dict[str, Any] = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.PRESUMED, data),
        "liable": unit,
        "liable_units": (unit,),
        "firm_liable": True,
        "details": replace(incident, presumed=True).as_json(),
        "clocks": left,
        "owner_id": None,
        "hold": None,
        "poked": False,
        "overdue": follow_up.overdue(left, now),
    }
    told = incident_notices.of_presumption(facts, unit, until, now)
    return Decision(EventKind.PRESUMED, changes, (why,), data, rows=(*liability.rows(presumed), told))


def _late(facts: CaseFacts, name: ClockName, now: datetime) -> Deadline | None:
    """A clock of this name that runs and is over, about which nothing was done yet."""
    found = [one for one in facts.clocks if one.name is name and one.running and one.fired < 2]
    return next((one for one in found if clocks.late(one, now)), None)


def _running(facts: CaseFacts, name: ClockName) -> bool:
    return any(one.name is name and one.met_at is None for one in facts.clocks)
