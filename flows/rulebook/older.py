"""Rulebooks written before a setting existed: they take it from the shipped one, and keep their own hash."""

import json
from collections.abc import Callable
from typing import Any

from flows.rules import incident_course

INCIDENT_STAGES = sorted(incident_course.PERSONS)
INCIDENT_CLOCKS = (
    "incident_acknowledge",
    "authority",
    "form",
    "contain",
    "investigate",
    "deliver",
    "counterpart",
    "finding",
    "plan",
    "correction",
    "effect",
    "conclude",
    "customer_notice",
)
SINCE: tuple[tuple[str, ...], ...] = (
    ("classes",),
    ("customers",),
    ("incidents",),
    ("wording", "stages", "reported"),
    *(("assignment", "roles", stage) for stage in INCIDENT_STAGES),
    *(("wording", "stages", stage) for stage in INCIDENT_STAGES),
    *(("wording", "say", stage) for stage in INCIDENT_STAGES),
    *(("wording", "clocks", clock) for clock in INCIDENT_CLOCKS),
    ("clocks", "acknowledge"),
    ("clocks", "acknowledged_at_once"),
    ("clocks", "statutory_count"),
    ("clocks", "statutory_calendar"),
    ("clocks", "unit_answer"),
    ("clocks", "unit_hours"),
    ("assignment", "absent_at_most"),
    ("assignment", "class_roles"),
    ("assignment", "class_skills"),
    ("assignment", "unit_weight"),
    ("assignment", "roles", "promised"),
    ("assignment", "roles", "contact"),
    ("assignment", "roles", "visit"),
    ("assignment", "roles", "assessment"),
    ("order", "urgent_hours"),
    ("order", "wait_hours"),
    ("escalation",),
    ("requests",),
    ("daily",),
    ("notices",),
    ("revisits",),
    ("sampling",),
    ("questionnaire",),
    ("wording", "clocks"),
    ("wording", "units"),
    ("wording", "shifts"),
    ("repeats",),
    ("changes",),
    ("wording", "say"),
    ("wording", "empathy"),
    ("permissions",),
    ("wording", "stages", "promised"),
    ("wording", "stages", "draw"),
    ("wording", "stages", "contacts"),
    ("wording", "stages", "contact"),
    ("wording", "stages", "visit"),
    ("wording", "stages", "recorded"),
    ("wording", "stages", "summary"),
    ("wording", "stages", "assessment"),
    ("settlement",),
    ("liability",),
    ("regulator",),
    ("attachments",),
)
"""Settings that came later than the first rulebook."""
PERSONAL_FIELDS = frozenset({"reporter", "reporter_phone", "unit_head", "consignor", "consignee"})
"""Of the report form as it was first shipped."""
PROMISES = "promises"
"""The mark of an incident that came last: rulebooks of before it weigh the others among each other as they did."""
MOVED_TO_PERMISSIONS = ("seen_by", "unmasked_by", "corrected_by")
"""What the section on customers said before there was one on permissions."""


def complemented(content: str, shipped: str) -> str:
    """The content with what it is too old to have; its own where it has it. What is no JSON object stays as it is."""
    try:
        own = json.loads(content)
    except (ValueError, RecursionError):
        return content
    if not isinstance(own, dict):
        return content
    missing, unmarked, weights = [path for path in SINCE if _lacks(own, path)], _unmarked(own), _unpromising(own)
    if not (missing or unmarked or weights) or not _has_units_and_levels(own):
        return content
    newest = json.loads(shipped)
    if weights:
        weights |= _with_promises(weights, newest["incidents"]["scoring"]["weights"][PROMISES])
    for field in unmarked:
        field["personal"] = True
    if ("permissions",) in missing and isinstance(own.get("customers"), dict):
        own["customers"] = {name: it for name, it in own["customers"].items() if name not in MOVED_TO_PERMISSIONS}
    for *sections, name in missing:
        into, source = own, newest
        for section in sections:
            into, source = into[section], source[section]
        into[name] = FITTING.get(name, _as_it_is)(source[name], own["assignment"])
    if isinstance(own.get("calendars"), dict):
        own["calendars"] = newest["calendars"] | own["calendars"]  # what is complemented names calendars
    return json.dumps(own, ensure_ascii=False)


def _fields(book: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the report form."""
    found: Any = book
    for name in ("incidents", "form", "fields"):
        found = found.get(name) if isinstance(found, dict) else None
    return [field for field in found if isinstance(field, dict)] if isinstance(found, list) else []


def _unmarked(own: dict[str, Any]) -> list[dict[str, Any]]:
    """Fields of a form from before a field said that it is personal."""
    return [one for one in _fields(own) if "personal" not in one and str(one.get("name")) in PERSONAL_FIELDS]


def _unpromising(own: dict[str, Any]) -> dict[str, Any]:
    """The weights of the marks of an incident where they are from before promises were one; empty: they are not."""
    found: Any = own
    for name in ("incidents", "scoring", "weights"):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict) or PROMISES in found:
        return {}
    shares = [isinstance(one, int | float) and 0 <= one <= 1 for one in found.values()]  # others are told as wrong
    return found if all(shares) and any(found.values()) else {}


def _with_promises(weights: dict[str, Any], promises: float) -> dict[str, float]:
    """An incident in which nothing was promised is scored as before."""
    rest = (1 - promises) / sum(weights.values())
    return {name: round(weight * rest, 12) for name, weight in weights.items()} | {PROMISES: promises}


def _as_it_is(value: Any, assignment: Any) -> Any:
    return value


def _own_units(value: Any, assignment: Any) -> Any:
    return {unit: calendar for unit, calendar in value.items() if unit in assignment["units"].values()}


def _own_levels(value: Any, assignment: Any) -> Any:
    return value | {"takes_over": [role for role in value["takes_over"] if role in assignment["levels"][1:]]}


def _own_grades(value: Any, assignment: Any) -> Any:
    top = len(assignment["levels"]) - 1
    bounded = {name: rule | {"knows": min(rule["knows"], top)} for name, rule in value["grades"].items()}
    return value | {"grades": bounded}


FITTING: dict[str, Callable[[Any, Any], Any]] = {
    "unit_hours": _own_units,
    "escalation": _own_levels,
    "incidents": _own_grades,
}
"""What names units or levels names none that the rulebook does not have."""


def _has_units_and_levels(own: dict[str, Any]) -> bool:
    """Without these it is refused anyway, for what it always had to have."""
    assignment = own.get("assignment")
    if not isinstance(assignment, dict):
        return False
    return isinstance(assignment.get("units"), dict) and isinstance(assignment.get("levels"), list)


def _lacks(own: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether the section stands there and the setting does not: a missing old section is a mistake to be told."""
    section: Any = own
    for name in path[:-1]:
        section = section.get(name) if isinstance(section, dict) else None
    return isinstance(section, dict) and path[-1] not in section
