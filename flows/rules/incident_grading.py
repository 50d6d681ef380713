"""Grading an incident and what follows at once: who must know, the clocks, the reports owed to authorities."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.rules import clocks, follow_up, grading, incident_notices, lifecycle
from flows.rules.clocks import Clocks
from models.values.case import CaseFacts, Decision, Reason, Row
from models.values.incident import Incident
from models.values.incident_terms import IncidentGrade
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind


def decide(facts: CaseFacts, policy: Policy, now: datetime) -> Decision:
    """The step `grade`: the first report gets its grade, and the level that must know is told."""
    incident = Incident.of(facts.details)
    grade, reasons = grading.grade(incident, facts.business_line, policy.incidents)
    terms = policy.incidents.clocks
    left = (*facts.clocks, clocks.start(ClockName.CONTAIN, terms.contain, facts.received_at, policy))
    left, duties = _owe(left, incident, policy, facts.received_at)
    incident, left, rows = _tell(facts, replace(incident, grade=grade, duties=duties), left, policy, now)
    data = {"grade": grade, "value": _money(incident), "knows": incident.knows, "duties": list(duties)}
    changes: dict[str, Any] = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.GRADED, data),
        "severity": grading.SEVERITY[grade],
        "urgent": _urgent(incident),
        "rulebook": policy.hash,
        "details": replace(incident, reach="open").as_json(),
        "clocks": left,
        "overdue": follow_up.overdue(left, now),
        "owner_id": None,
    }
    return Decision(EventKind.GRADED, changes, reasons, data, rows=rows)


def regrade(facts: CaseFacts, incident: Incident, policy: Policy, now: datetime) -> Decision:
    """What became known, or was corrected, may change the grade; the ledger keeps what it was.

    A higher grade is told to whoever must know now. A lower one untells nobody, and no report that was owed is
    forgiven: those who were told were told for a reason.
    """
    before = Incident.of(facts.details)
    grade, reasons = grading.grade(incident, facts.business_line, policy.incidents)
    left, duties = _owe(facts.clocks, incident, policy, now)
    incident = replace(incident, grade=grade, duties=duties)
    rows: tuple[Row, ...] = ()
    if grading.higher(before.grade, grade):
        incident, left, rows = _tell(facts, incident, left, policy, now)
    changed = [name for name in ("kind", "value", "casualties", "dangerous_goods") if _differs(before, incident, name)]
    data = {
        "grade": grade,
        "before": before.grade,
        "value": _money(incident),
        "value_before": _money(before),
        "casualties": incident.casualties,
        "dangerous_goods": incident.dangerous_goods,
        "changed": changed,
        "knows": incident.knows,
    }
    changes: dict[str, Any] = {
        "severity": grading.SEVERITY[grade],
        "urgent": _urgent(incident),
        "details": incident.as_json(),
        "clocks": left,
        "overdue": follow_up.overdue(left, now),
    }
    return Decision(EventKind.REGRADED, changes, reasons, data, rows=rows, overwrites=bool(changed))


def _tell(
    facts: CaseFacts, incident: Incident, left: Clocks, policy: Policy, now: datetime
) -> tuple[Incident, Clocks, tuple[Row, ...]]:
    """Tell the level that the grade asks for, or the one above it that was told of a lower grade: it knew less."""
    grade = incident.grade or IncidentGrade.MAJOR
    rule = policy.incidents.grades[grade]
    level = max(rule.knows, incident.knows)
    left = clocks.meet(left, ClockName.INCIDENT_ACKNOWLEDGE, now)
    left = (*left, clocks.start(ClockName.INCIDENT_ACKNOWLEDGE, rule.acknowledge, now, policy, ref=level))
    row = incident_notices.to_level(facts, incident, grade, level, policy, now)
    return replace(incident, knows=level, acknowledged_by=None), left, (row,)


def _owe(left: Clocks, incident: Incident, policy: Policy, known_at: datetime) -> tuple[Clocks, tuple[str, ...]]:
    """The clocks of reports to authorities that are owed and were not yet; each once.

    They run from when the centre knew, whenever that was worked out.
    """
    known = list(incident.duties)
    for duty in grading.duties(incident, policy.incidents):
        if duty.code not in known:
            known.append(duty.code)
            due = known_at + grading.term(duty)
            why = Reason(f"{duty.zh}：{duty.hours:g} 小时内", f"{duty.en}: within {duty.hours:g} h")
            timer = clocks.timer(ClockName.AUTHORITY, known_at, due, why, ref=len(known))
            remind = known_at + (due - known_at) * policy.rulebook.clocks.remind_at
            left = (*left, replace(timer, remind_at=remind))
    return left, tuple(known)


def _urgent(incident: Incident) -> tuple[str, ...]:
    flags = {"casualty": incident.casualties, "dangerous": incident.dangerous_goods}
    return tuple(name for name, present in flags.items() if present)


def _money(incident: Incident) -> str | None:
    return f"{incident.value:f}" if incident.value is not None else None


def _differs(before: Incident, after: Incident, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name))
