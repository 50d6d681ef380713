"""How grave an incident is, by the rulebook: cargo value per line, casualties, dangerous goods; unknown is not zero."""

from datetime import timedelta

from models.values.case import Reason
from models.values.chinese import chinese
from models.values.incident import Incident
from models.values.incident_policy import Duty, Incidents
from models.values.incident_terms import IncidentGrade
from models.values.vocabulary import BusinessLine, Severity

SEVERITY = {
    IncidentGrade.GENERAL: Severity.MINOR,
    IncidentGrade.MAJOR: Severity.MODERATE,
    IncidentGrade.CRITICAL: Severity.SERIOUS,
}
"""A grade as the severity all cases have: queues, filters and versions go by that."""
_ORDER = list(IncidentGrade)


def grade(incident: Incident, line: BusinessLine, policy: Incidents) -> tuple[IncidentGrade, tuple[Reason, ...]]:
    """The highest grade that anything known, or not known, asks for, and everything that asks for it."""
    found = [*_by_harm(incident), *_by_value(incident, line, policy), *_by_not_knowing(incident, policy)]
    highest = max((one for one, _ in found), key=_ORDER.index)
    return highest, tuple(why for one, why in found if one is highest)


def higher(one: IncidentGrade | None, other: IncidentGrade) -> bool:
    """Whether `other` is graver."""
    return one is None or _ORDER.index(other) > _ORDER.index(one)


def duties(incident: Incident, policy: Incidents) -> tuple[Duty, ...]:
    """The reports owed to authorities."""
    return tuple(duty for duty in policy.duties if _owed(duty, incident))


def term(duty: Duty) -> timedelta:
    return timedelta(hours=duty.hours)


def _owed(duty: Duty, incident: Incident) -> bool:
    return (
        (not duty.kinds or incident.kind in duty.kinds)
        and (incident.casualties or 0) >= duty.casualties_from
        and (bool(incident.dangerous_goods) or not duty.dangerous_goods)
    )


def _by_harm(incident: Incident) -> list[tuple[IncidentGrade, Reason]]:
    found = []
    if incident.casualties:
        count = incident.casualties
        found.append((IncidentGrade.CRITICAL, Reason(f"伤亡 {count} 人", f"casualties: {count}")))
    if incident.dangerous_goods:
        found.append((IncidentGrade.CRITICAL, Reason("涉及危险货物", "dangerous goods are concerned")))
    return found


def _by_value(incident: Incident, line: BusinessLine, policy: Incidents) -> list[tuple[IncidentGrade, Reason]]:
    if incident.value is None:
        return []
    major, critical = policy.thresholds[line]
    if incident.value > critical:
        why = f"{incident.value:f} > {critical:f}"
        return [(IncidentGrade.CRITICAL, Reason(f"货损 {why} 元", f"loss of {why} CNY"))]
    if incident.value >= major:
        span = f"{major:f}–{critical:f}"
        said = Reason(f"货损 {incident.value:f} 元，在 {span} 之间", f"loss of {incident.value:f} CNY, within {span}")
        return [(IncidentGrade.MAJOR, said)]
    why = f"{incident.value:f} < {major:f}"
    return [(IncidentGrade.GENERAL, Reason(f"货损 {why} 元", f"loss of {why} CNY"))]


def _by_not_knowing(incident: Incident, policy: Incidents) -> list[tuple[IncidentGrade, Reason]]:
    unknown = {"货损": "value", "伤亡": "casualties", "是否危险货物": "dangerous goods"}
    values = (incident.value, incident.casualties, incident.dangerous_goods)
    missing = {zh: en for (zh, en), value in zip(unknown.items(), values, strict=True) if value is None}
    if not missing:
        return []
    zh, en = "、".join(missing), ", ".join(missing.values())
    level = policy.unknown_value
    return [(level, Reason(f"{zh}不详，至少按「{chinese(level)}」计", f"not known: {en}; at least {level}"))]
