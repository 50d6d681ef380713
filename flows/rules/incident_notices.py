"""What is told to whom about an incident: rows of the outbox, written in the transaction of what they tell of."""

from datetime import datetime

from flows.rules import derivation
from models.values.case import CaseFacts, Reason, Row
from models.values.chinese import chinese
from models.values.incident import Incident
from models.values.incident_terms import IncidentGrade
from models.values.notice_terms import NoticeKind
from models.values.notices import Addressee, notice
from models.values.policy import Policy


def to_level(
    facts: CaseFacts, incident: Incident, grade: IncidentGrade, level: int, policy: Policy, now: datetime
) -> Row:
    """The level that must know is told at once, and has to acknowledge."""
    role, unit = policy.rulebook.assignment.levels[level], policy.rulebook.wording.unit(facts.unit)
    title = Reason(f"{chinese(grade)}商务事故 {facts.number}", f"business incident {facts.number}, {grade}")
    text = Reason(
        f"{unit}上报{chinese(incident.kind)}事故，等级「{chinese(grade)}」，请确认知悉；无人确认将逐级上报",
        f"unit {facts.unit} reported an incident ({incident.kind}), graded {grade}: please acknowledge; "
        "silence goes one level up",
    )
    kind = NoticeKind.INCIDENT_GRADED
    return notice(kind, Addressee(role=role), title, text, now, case_id=facts.id, must_acknowledge=True, pokes=True)


def to_counterpart(facts: CaseFacts, unit: str, policy: Policy, now: datetime) -> Row:
    """The counterpart unit is asked to confirm; its time runs from the proven delivery of this."""
    title = Reason(f"请确认商务事故 {facts.number}", f"please confirm business incident {facts.number}")
    text = Reason(
        f"{policy.rulebook.wording.unit(facts.unit)}上报的事故涉及贵单位。请在期限内确认或申辩；逾期不答视为认可责任",
        f"unit {facts.unit} reported an incident that concerns yours. Confirm or object; silence presumes liability",
    )
    kind = NoticeKind.COUNTERPART_ASKED
    return notice(kind, Addressee(unit=unit), title, text, now, case_id=facts.id, must_acknowledge=True, pokes=True)


def of_presumption(facts: CaseFacts, unit: str, until: datetime, now: datetime) -> Row:
    """The silent unit hears what its silence means, and until when it may appeal."""
    title = Reason(f"事故 {facts.number} 责任推定", f"liability presumed in incident {facts.number}")
    text = Reason(
        f"逾期未答，推定由贵单位承担责任；可于 {derivation.local(until)} 前申诉",
        f"no answer came in time: liability is presumed on your unit; appeal until {derivation.local(until)}",
    )
    return notice(NoticeKind.LIABILITY_PRESUMED, Addressee(unit=unit), title, text, now, case_id=facts.id)


def of_liability(facts: CaseFacts, to: int, why: Reason, now: datetime) -> Row:
    """Who decides on liability in somebody else's stead hears that it is his turn, and why."""
    title = Reason(f"工单 {facts.number} 责任待裁定", f"liability to decide in case {facts.number}")
    text = Reason(f"请认定责任：{why.zh}", f"please find who is liable: {why.en}")
    return notice(NoticeKind.LIABILITY_TO_DECIDE, Addressee(staff_id=to), title, text, now, case_id=facts.id)


def of_correction(facts: CaseFacts, owner_id: int, by: datetime, now: datetime) -> Row:
    """Whoever owns a corrective action hears of it, and until when it is to be taken."""
    title = Reason(f"事故 {facts.number} 整改", f"corrective action in incident {facts.number}")
    text = Reason(
        f"由您负责一项整改，限期 {derivation.local(by)}",
        f"a corrective action is yours, to be taken by {derivation.local(by)}",
    )
    return notice(NoticeKind.CORRECTION_PLANNED, Addressee(staff_id=owner_id), title, text, now, case_id=facts.id)
