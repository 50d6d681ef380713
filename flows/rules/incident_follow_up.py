"""What is due about an incident: a silent level, a silent counterpart unit, and whatever is due of any case."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.rules import clocks, follow_up, incident_notices, liability, lifecycle
from models.values.case import CaseFacts, Deadline, Decision, Reason, StaffFacts
from models.values.incident import Incident
from models.values.policy import Policy
from models.values.vocabulary import ClockName, EventKind, IncidentGrade, Stage


def decide(
    facts: CaseFacts,
    delivered_at: datetime | None,
    policy: Policy,
    now: datetime,
    owner: StaffFacts | None = None,
) -> Decision | None:
    """`delivered_at`: when the notice to the counterpart unit was delivered, as the outbox knows; None: not (yet)."""
    if facts.stage is Stage.CUSTOMER_NOTICE:
        return follow_up.decide(facts, None, policy, now, owner)
    incident = Incident.of(facts.details)
    if delivered_at is not None and _running(facts, ClockName.DELIVER):
        return delivered(facts, incident, delivered_at, "outbox", policy, now)
    if (silent := _late(facts, ClockName.INCIDENT_ACKNOWLEDGE, now)) and incident.knows < _top(policy):
        return _climb(facts, incident, silent, policy, now)
    if facts.stage is Stage.COUNTERPART and _late(facts, ClockName.COUNTERPART, now):
        return _presume(facts, incident, policy, now)
    return follow_up.decide(facts, None, policy, now, owner)


def delivered(facts: CaseFacts, incident: Incident, at: datetime, how: str, policy: Policy, now: datetime) -> Decision:
    """From the proven delivery the counterpart's working time runs: less of it for more value."""
    runs = clocks.start_of(ClockName.COUNTERPART, facts, at, policy)
    assert runs is not None  # noqa: S101 - it has a term in every rulebook
    left = (*clocks.meet(facts.clocks, ClockName.DELIVER, now), runs)
    data = {"unit": incident.counterpart, "at": at.isoformat(), "how": how}
    why = Reason(
        f"通知已送达 {incident.counterpart},确认时限自送达起算",
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
    why = Reason(f"{silent.ref} 级未确认知悉,上报 {level} 级", f"level {silent.ref} is silent: level {level} is told")
    data = {"level": level, "silent": silent.ref}
    details = incident.but(knows=level, acknowledged_by=None)
    changes: dict[str, Any] = {"details": details, "clocks": left, "overdue": follow_up.overdue(left, now)}
    row = incident_notices.to_level(facts, incident, grade, level, policy, now)
    return Decision(EventKind.CLIMBED, changes, (why,), data, rows=(row,))


def _presume(facts: CaseFacts, incident: Incident, policy: Policy, now: datetime) -> Decision:
    """Silence means liability is presumed on the silent unit, with a way to appeal (domain.md §5)."""
    unit = incident.counterpart or ""
    terms = policy.incidents.clocks
    presumed = liability.presume(facts, unit, policy.rulebook.liability, policy, now)
    until = presumed.appeal_until
    assert until is not None  # noqa: S101 - what is presumed can be appealed
    left = clocks.meet(facts.clocks, ClockName.COUNTERPART, now)
    left = (*left, clocks.start(ClockName.FINDING, terms.finding, now, policy))
    data = {"unit": unit, "appeal_until": until.isoformat()}
    why = Reason(
        f"{unit} 送达后逾期未答,推定其承担责任,可申诉", f"{unit} did not answer in time: liability is presumed on it"
    )
    changes: dict[str, Any] = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.PRESUMED, data),
        "liable": unit,
        "firm_liable": True,
        "details": replace(incident, presumed=True).as_json(),
        "clocks": left,
        "owner_id": None,
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


def _top(policy: Policy) -> int:
    return len(policy.rulebook.assignment.levels) - 1
