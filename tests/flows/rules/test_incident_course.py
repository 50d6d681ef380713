"""The table of the incident procedure: which event leads where, who moves it, and that every stage can be left."""

from itertools import product
from typing import Any

import pytest

from flows.acts.registry import ACTS
from flows.rules import incident_course, lifecycle
from flows.rules.agenda import SYSTEM
from flows.rules.lifecycle import replay, stage_after
from models.values.stage_terms import EventKind, Stage

E, S = EventKind, Stage

MOVES: list[tuple[EventKind, dict[str, Any], Stage]] = [
    (E.REPORTED, {}, S.REPORTED),
    (E.GRADED, {}, S.CONTAINMENT),
    (E.CONTAINED, {}, S.INVESTIGATION),
    (E.INVESTIGATED, {"counterpart": "linehaul"}, S.COUNTERPART),
    (E.INVESTIGATED, {"counterpart": None}, S.FINDING),
    (E.RESPONDED, {}, S.FINDING),
    (E.PRESUMED, {}, S.FINDING),
    (E.FINDING_MADE, {}, S.CORRECTION),
    (E.APPEALED, {}, S.FINDING),
    (E.CORRECTED, {"left": 0}, S.EFFECT),
    (E.EFFECT_CHECKED, {"effective": True}, S.CLOSING),
    (E.EFFECT_CHECKED, {"effective": False}, S.CORRECTION),
    (E.CONCLUDED, {}, S.SCORING),
    (E.SCORED, {}, S.CLOSED),
    (E.NOTICE_OPENED, {}, S.CUSTOMER_NOTICE),
    (E.CUSTOMER_TOLD, {}, S.CLOSED),
    (E.CUSTOMER_TOLD, {"promises": [4], "scored": True}, S.PROMISED),
    (E.CUSTOMER_TOLD, {"promises": [], "scored": True}, S.SCORING),
]
STAYS: list[tuple[EventKind, dict[str, Any]]] = [
    (E.CORRECTED, {"left": 1}),
    *[
        (event, {})
        for event in (
            E.REGRADED, E.TRACED, E.INCIDENT_ACKNOWLEDGED, E.CLIMBED, E.AUTHORITY_TOLD, E.FORM_FILLED, E.ATTACHED,
            E.DELIVERED, E.CORRECTION_PLANNED, E.ROOT_CAUSE_NAMED, E.REACHED_OUT, E.JOINED,
        )
    ],
]  # fmt: skip
HAPPENS: dict[Stage, set[EventKind]] = {
    S.REPORTED: {E.GRADED},
    S.CONTAINMENT: {E.CONTAINED},
    S.INVESTIGATION: {E.INVESTIGATED},
    S.COUNTERPART: {E.RESPONDED, E.PRESUMED},
    S.FINDING: {E.FINDING_MADE, E.APPEALED},
    S.CORRECTION: {E.CORRECTED, E.APPEALED},
    S.EFFECT: {E.EFFECT_CHECKED, E.APPEALED},
    S.CLOSING: {E.CONCLUDED, E.APPEALED},
    S.SCORING: {E.SCORED},
    S.CUSTOMER_NOTICE: {E.CUSTOMER_TOLD},
    S.CLOSED: set(),
}
ACT_OF = {
    E.CONTAINED: "contain",
    E.INVESTIGATED: "investigate",
    E.RESPONDED: "respond",
    E.FINDING_MADE: "name-liable",
    E.APPEALED: "appeal",
    E.CORRECTED: "complete-correction",
    E.EFFECT_CHECKED: "check-effect",
    E.CONCLUDED: "conclude",
    E.CUSTOMER_TOLD: "tell-customer",
}


def test_these_are_all_the_events_and_stages_there_are() -> None:
    named = {event for event, _, _ in MOVES} | {event for event, _ in STAYS}
    assert named == incident_course.EVENTS | {E.SCORED}
    assert set(HAPPENS) == incident_course.STAGES | {S.SCORING, S.CLOSED}


@pytest.mark.parametrize("stage", HAPPENS)
def test_each_event_leads_where_the_procedure_says(stage: Stage) -> None:
    for event, data, leads_to in MOVES:
        assert stage_after(stage, event, data) is leads_to
    for event, data in STAYS:
        assert stage_after(stage, event, data) is stage


def test_an_incident_begins_by_its_report_and_a_notice_task_by_being_opened() -> None:
    for event, data, leads_to in MOVES:
        if event in lifecycle.BEGINNINGS:
            assert stage_after(None, event, data) is leads_to
    for event, data in STAYS:
        with pytest.raises(ValueError, match="cannot begin"):
            stage_after(None, event, data)


def reachable(start: Stage) -> set[Stage]:
    edges = {(stage, leads_to) for stage, (event, _, leads_to) in product(HAPPENS, MOVES) if event in HAPPENS[stage]}
    found, fresh = {start}, {start}
    while fresh:
        fresh = {after for before, after in edges if before in fresh} - found
        found |= fresh
    return found


def test_every_stage_of_an_incident_can_be_reached_and_can_end_closed() -> None:
    assert reachable(S.REPORTED) == set(HAPPENS) - {S.CUSTOMER_NOTICE}
    assert all(S.CLOSED in reachable(stage) for stage in HAPPENS)


@pytest.mark.parametrize("stage", HAPPENS)
def test_whoever_is_waited_for_has_an_act_that_moves_it(stage: Stage) -> None:
    moved_by = {ACT_OF[event] for event in HAPPENS[stage] if event in ACT_OF}
    allowed = {name for name, act in ACTS.items() if stage in act.stages} & set(ACT_OF.values())
    assert moved_by == allowed
    assert bool(moved_by) == (stage in incident_course.PERSONS)
    assert (stage in SYSTEM) == (stage in {S.REPORTED, S.SCORING})


def test_the_procedure_replayed() -> None:
    ledger: list[tuple[EventKind, dict[str, Any]]] = [
        (E.REPORTED, {}),
        (E.GRADED, {}),
        (E.REACHED_OUT, {}),
        (E.ASSIGNED, {}),
        (E.CONTAINED, {}),
        (E.INVESTIGATED, {"counterpart": "linehaul"}),
        (E.DELIVERED, {}),
        (E.PRESUMED, {}),
        (E.APPEALED, {}),
        (E.FINDING_MADE, {}),
        (E.CORRECTION_PLANNED, {}),
        (E.CORRECTED, {"left": 0}),
        (E.EFFECT_CHECKED, {"effective": True}),
        (E.CONCLUDED, {}),
        (E.SCORED, {}),
    ]
    assert replay(ledger) is S.CLOSED
    assert replay(ledger[:8]) is S.FINDING
