"""Which stage of a contact follows which event (客户回访)."""

from collections.abc import Mapping
from typing import Any

from models.values.stage_terms import EventKind, Stage

WAITING = frozenset({Stage.CONTACT, Stage.VISIT})
"""Stages at which a contact waits for a person."""
STAGES = WAITING | {Stage.RECORDED}
"""Stages of contacts alone."""
EVENTS = frozenset(
    {
        EventKind.CONTACT_OPENED,
        EventKind.LINK_SENT,
        EventKind.QUESTIONNAIRE_ANSWERED,
        EventKind.CONTACT_ENDED,
        EventKind.CONTACT_RECORDED,
    }
)
"""What happens to contacts alone."""


def stage_after(stage: Stage | None, event: EventKind, data: Mapping[str, Any]) -> Stage | None:
    """Where an event of this procedure leaves a contact; None: it is no event of this procedure."""
    match event:
        case EventKind.CONTACT_OPENED:
            return Stage(data["stage"])
        case EventKind.CONTACTED if stage in WAITING:
            return Stage.RECORDED if data["disposition"] else stage
        case EventKind.QUESTIONNAIRE_ANSWERED | EventKind.CONTACT_ENDED:
            return Stage.RECORDED
        case EventKind.CONTACT_RECORDED:
            return Stage.PROMISED if data.get("promises") else Stage.CLOSED
    return None
