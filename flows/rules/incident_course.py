"""The stages of a business incident and what moves it from one to the next (商务事故上报程序).

reported → graded by the system → contained → investigated → confirmed by the counterpart unit, or liability presumed on
it when it is silent → finding → corrective action → effect checked → closed at the level its grade demands → scored.
`lifecycle.stage_after` delegates to this; nothing else does.
"""

from collections.abc import Mapping
from typing import Any

from models.values.case import CaseFacts
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Procedure

BEGINNINGS = frozenset({EventKind.REPORTED, EventKind.NOTICE_OPENED})

PERSONS = frozenset(
    {
        Stage.CONTAINMENT,
        Stage.INVESTIGATION,
        Stage.COUNTERPART,
        Stage.FINDING,
        Stage.CORRECTION,
        Stage.EFFECT,
        Stage.CLOSING,
        Stage.CUSTOMER_NOTICE,
    }
)
STAGES = PERSONS | {Stage.REPORTED}
"""Stages only this procedure has."""
UNDER_WAY = STAGES - {Stage.CUSTOMER_NOTICE}
"""Stages of an open incident; a notice task to a customer is no incident."""
GRADED = UNDER_WAY - {Stage.REPORTED}
OPEN, AGAIN = "open", "again"
"""`Incident.reach`: its customers are to be looked for; the same once more, since shipments came in."""
FOUND = frozenset({Stage.CORRECTION, Stage.EFFECT, Stage.CLOSING, Stage.PROMISED, Stage.SCORING, Stage.CLOSED})
"""Stages of an incident about which it was found who is liable."""

_ALWAYS = {
    EventKind.REPORTED: Stage.REPORTED,
    EventKind.GRADED: Stage.CONTAINMENT,
    EventKind.CONTAINED: Stage.INVESTIGATION,
    EventKind.RESPONDED: Stage.FINDING,
    EventKind.PRESUMED: Stage.FINDING,
    EventKind.FINDING_MADE: Stage.CORRECTION,
    EventKind.APPEALED: Stage.FINDING,
    EventKind.CONCLUDED: Stage.SCORING,
    EventKind.NOTICE_OPENED: Stage.CUSTOMER_NOTICE,
}
_STAYING = frozenset(
    {
        EventKind.REGRADED,
        EventKind.TRACED,
        EventKind.INCIDENT_ACKNOWLEDGED,
        EventKind.CLIMBED,
        EventKind.AUTHORITY_TOLD,
        EventKind.FORM_FILLED,
        EventKind.ATTACHED,
        EventKind.DELIVERED,
        EventKind.CORRECTION_PLANNED,
        EventKind.ROOT_CAUSE_NAMED,
        EventKind.REACHED_OUT,
        EventKind.JOINED,
    }
)
EVENTS = (
    frozenset(_ALWAYS)
    | _STAYING
    | {EventKind.CUSTOMER_TOLD, EventKind.INVESTIGATED, EventKind.CORRECTED, EventKind.EFFECT_CHECKED}
)


def stage_after(stage: Stage | None, event: EventKind, data: Mapping[str, Any]) -> Stage:
    """The stage at which an event of `EVENTS` leaves a case that stood at `stage`."""
    if event in _ALWAYS:
        return _ALWAYS[event]
    if stage is None:
        raise ValueError(f"a case cannot begin with {event}")
    match event:
        case EventKind.CUSTOMER_TOLD:
            kept = Stage.SCORING if data.get("scored") else Stage.CLOSED
            return Stage.PROMISED if data.get("promises") else kept
        case EventKind.INVESTIGATED:
            return Stage.COUNTERPART if data["counterpart"] else Stage.FINDING
        case EventKind.CORRECTED if not data["left"]:
            return Stage.EFFECT
        case EventKind.EFFECT_CHECKED:
            return Stage.CLOSING if data["effective"] else Stage.CORRECTION
    return stage


def reaches_out(facts: CaseFacts) -> bool:
    """Whether customers on the same vehicle, hub, batch or waybills are still to be looked for."""
    return facts.procedure is Procedure.INCIDENT and facts.details.get("reach") in (OPEN, AGAIN)


def is_incident(facts: CaseFacts) -> bool:
    """A case of this procedure that is an incident itself, no notice task about one."""
    return facts.procedure is Procedure.INCIDENT and "kind" in facts.details
