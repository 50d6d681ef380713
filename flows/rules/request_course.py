"""Where the short path of requests leads, and how a case turns from one procedure into the other and back."""

from collections.abc import Mapping
from typing import Any

from models.values.stage_terms import EventKind, Stage

EVENTS = frozenset(
    {
        EventKind.TURNED_INTO_COMPLAINT,
        EventKind.TURN_ASKED,
        EventKind.TURN_REFUSED,
        EventKind.TURNED_INTO_REQUEST,
        EventKind.PROMISES_AWAITED,
    }
)
SHORT = "short"
"""Stands in the data of events that lead elsewhere on the short path than on that of complaints."""


def stage_after(event: EventKind) -> Stage:
    match event:
        case EventKind.TURN_ASKED:
            return Stage.APPROVAL
        case EventKind.TURNED_INTO_REQUEST:
            return Stage.ANSWER
        case EventKind.PROMISES_AWAITED:
            return Stage.PROMISED
    return Stage.CARRY_OUT


def surveyed(data: Mapping[str, Any]) -> Stage:
    """Answered again when it was not solved, as often as the rulebook lets it go round."""
    return Stage.SCORING if data["solved"] or data["final"] else Stage.ANSWER
