"""The stages of a case and what moves it from one to the next: the seven steps of the trade, with their side doors.

`stage_after` is the only place that knows. Steps and acts use it to move a case, `replay` to recompute the stage from
the ledger.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flows.rules import contact_stages, incident_course, request_course, round_stages
from flows.rules.request_course import SHORT
from models.values.case import CaseFacts
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Kind, Procedure

BEGINNINGS = frozenset(
    {EventKind.RECEIVED, EventKind.ROUND_OPENED, EventKind.CONTACT_OPENED, *incident_course.BEGINNINGS}
)
"""Events that begin a case, one for each door it can come in by."""

PERSONS = frozenset(
    {
        Stage.TRIAGE,
        Stage.CARRY_OUT,
        Stage.APPROVAL,
        Stage.FEED_BACK,
        Stage.REVISIT,
        Stage.WRITTEN_ANSWER,
        Stage.FINAL_POSITION,
        Stage.ANSWER,
        Stage.CONFIRMATION,
        Stage.CONTACT,
        Stage.VISIT,
        Stage.ASSESSMENT,
        *incident_course.PERSONS,
        Stage.PROMISED,
    }
)
"""Stages that wait for a person."""

JOINABLE = frozenset(
    {
        Stage.CARRY_OUT,
        Stage.APPROVAL,
        Stage.FEED_BACK,
        Stage.REVISIT,
        Stage.WRITTEN_ANSWER,
        Stage.FINAL_POSITION,
    }
)
"""Stages of a complaint that is certain and whose answer is still to come: the same cause again can join it."""

CONTACTING = frozenset({Stage.FEED_BACK, Stage.REVISIT, Stage.CUSTOMER_NOTICE})
"""Stages at which the customer is called."""

ENDED = frozenset({Stage.CLOSED})

Data = Mapping[str, Any]


def _classified(data: Data) -> Stage:
    if not data["sure"]:
        return Stage.TRIAGE
    return Stage.CARRY_OUT if data["kind"] == Kind.COMPLAINT else Stage.ANSWER


def _fed_back(data: Data) -> Stage:
    if data["accepted"]:
        return Stage.REVISIT
    return Stage.FINAL_POSITION if data["final"] else Stage.CARRY_OUT


def _surveyed(data: Data) -> Stage:
    if data["solved"]:
        return Stage.ANALYSIS
    return Stage.FINAL_POSITION if data["final"] else Stage.CARRY_OUT


def _answered(data: Data) -> Stage:
    if not data["direct"]:
        return Stage.ANALYSIS
    return Stage.REVISIT if data.get("revisit") else Stage.SCORING


def _main_ended(data: Data) -> Stage:
    if not data["answer_owed"]:
        return Stage.PROMISED if data.get("promises") else Stage.CLOSED
    return Stage.CARRY_OUT if data.get("work_remains") else Stage.FEED_BACK


def stage_after(stage: Stage | None, event: EventKind, data: Data) -> Stage:
    """The stage at which `event` leaves a case that stood at `stage`."""
    own = contact_stages.stage_after(stage, event, data) or round_stages.stage_after(stage, event, data)
    if own is not None:
        return own
    match event:
        case EventKind.RECEIVED:
            return Stage.RECEIVED
        case EventKind.CLASSIFIED:
            return _classified(data)
        case EventKind.LINKED:
            return Stage.LINKED
        case EventKind.PROPOSED:
            return Stage.APPROVAL if data["approval"] else Stage.CARRY_OUT
        case EventKind.APPROVED | EventKind.REJECTED | EventKind.REOPENED:
            return Stage.CARRY_OUT
        case EventKind.CARRIED_OUT:
            return Stage.FEED_BACK
        case EventKind.FED_BACK:
            return _fed_back(data)
        case EventKind.SURVEYED:
            return request_course.surveyed(data) if data.get(SHORT) else _surveyed(data)
        case EventKind.CONTACTED if data["exhausted"] and stage is not Stage.CUSTOMER_NOTICE:
            return Stage.SCORING if data.get(SHORT) else Stage.WRITTEN_ANSWER
        case EventKind.ANSWERED:
            return _answered(data)
        case EventKind.PROMISE_KEPT if data.get("last"):
            return Stage(data.get("then", Stage.SCORING))
        case EventKind.FINAL_POSITION_GIVEN:
            return Stage.ANALYSIS
        case EventKind.ANALYSED:
            return Stage.CONFIRMATION if data["confirm"] else Stage.SCORING
        case EventKind.CONFIRMED:
            return Stage.SCORING
        case EventKind.SCORED:
            return Stage.CLOSED
        case EventKind.WITHDRAWN if not data["work_remains"]:
            return Stage.SCORING if data.get(SHORT) else Stage.ANALYSIS
        case EventKind.MAIN_ENDED:
            return _main_ended(data)
        case _ if event in request_course.EVENTS:
            return request_course.stage_after(event)
        case EventKind.REFERRED if data["reopens"]:
            return Stage.CARRY_OUT
        case _ if event in incident_course.EVENTS:
            return incident_course.stage_after(stage, event, data)
    if stage is None:
        raise ValueError(f"a case cannot begin with {event}")
    return stage


def after_promises(facts: CaseFacts) -> Stage:
    """Where a case goes on that waited for nothing but what was promised in it: all but contacts are scored."""
    return Stage.CLOSED if facts.procedure is Procedure.REVISIT else Stage.SCORING


def replay(entries: Iterable[tuple[EventKind, Data]]) -> Stage | None:
    """The stage recomputed from a case's whole ledger; None for no entries."""
    stage: Stage | None = None
    for event, data in entries:
        stage = stage_after(stage, event, data)
    return stage
