"""Which stage of a round of revisits follows which event."""

from collections.abc import Mapping
from typing import Any

from models.values.stage_terms import EventKind, Stage

STAGES = frozenset({Stage.DRAW, Stage.CONTACTS, Stage.SUMMARY, Stage.ASSESSMENT})
"""Stages of rounds alone."""
EVENTS = frozenset(
    {
        EventKind.ROUND_OPENED,
        EventKind.DRAWN,
        EventKind.REPLICATE_RELEASED,
        EventKind.CONTACTS_ENDED,
        EventKind.SUMMARISED,
        EventKind.ASSESSED,
        EventKind.ROUND_CANCELLED,
    }
)
"""What happens to rounds alone."""


def stage_after(stage: Stage | None, event: EventKind, data: Mapping[str, Any]) -> Stage | None:
    """Where an event of this procedure leaves a round; None: it is no event of this procedure."""
    match event:
        case EventKind.ROUND_OPENED:
            return Stage.DRAW
        case EventKind.DRAWN:
            return Stage.CONTACTS if data["frame"] else Stage.CLOSED
        case EventKind.CONTACTS_ENDED:
            return Stage.SUMMARY
        case EventKind.SUMMARISED:
            return Stage.CLOSED if data["cancelled"] else Stage.ASSESSMENT
        case EventKind.ASSESSED:
            return Stage.CLOSED
        case EventKind.ROUND_CANCELLED:
            return Stage.CLOSED if stage is Stage.DRAW else stage
    return None
