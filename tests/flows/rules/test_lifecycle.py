"""Every pair of stage and event, and that no stage is a dead end."""

from itertools import product
from typing import Any

import pytest

from flows.acts.registry import ACTS
from flows.rules import contact_stages, incident_course, lifecycle, round_stages
from flows.rules.lifecycle import replay, stage_after
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Kind

E, S = EventKind, Stage
COMPLAINT = set(S) - contact_stages.STAGES - round_stages.STAGES - incident_course.STAGES
"""The stages of complaints; those of rounds and contacts are in test_revisit_stages, of incidents in theirs."""

MOVES: list[tuple[EventKind, dict[str, Any], Stage]] = [
    (E.RECEIVED, {}, S.RECEIVED),
    (E.CLASSIFIED, {"sure": False, "kind": Kind.COMPLAINT}, S.TRIAGE),
    (E.CLASSIFIED, {"sure": True, "kind": Kind.COMPLAINT}, S.CARRY_OUT),
    *[(E.CLASSIFIED, {"sure": True, "kind": kind}, S.ANSWER) for kind in Kind if kind is not Kind.COMPLAINT],
    (E.LINKED, {}, S.LINKED),
    (E.PROPOSED, {"approval": True}, S.APPROVAL),
    (E.PROPOSED, {"approval": False}, S.CARRY_OUT),
    (E.APPROVED, {}, S.CARRY_OUT),
    (E.REJECTED, {}, S.CARRY_OUT),
    (E.CARRIED_OUT, {}, S.FEED_BACK),
    (E.FED_BACK, {"accepted": True, "final": False}, S.REVISIT),
    (E.FED_BACK, {"accepted": False, "final": False}, S.CARRY_OUT),
    (E.FED_BACK, {"accepted": False, "final": True}, S.FINAL_POSITION),
    (E.CONTACTED, {"exhausted": True}, S.WRITTEN_ANSWER),
    (E.SURVEYED, {"solved": True, "final": False}, S.ANALYSIS),
    (E.SURVEYED, {"solved": False, "final": False}, S.CARRY_OUT),
    (E.SURVEYED, {"solved": False, "final": True}, S.FINAL_POSITION),
    (E.ANSWERED, {"direct": True}, S.SCORING),
    (E.ANSWERED, {"direct": True, "revisit": True}, S.REVISIT),
    (E.ANSWERED, {"direct": False}, S.ANALYSIS),
    (E.SURVEYED, {"short": True, "solved": True, "final": False}, S.SCORING),
    (E.SURVEYED, {"short": True, "solved": False, "final": False}, S.ANSWER),
    (E.SURVEYED, {"short": True, "solved": False, "final": True}, S.SCORING),
    (E.CONTACTED, {"short": True, "exhausted": True}, S.SCORING),
    (E.WITHDRAWN, {"short": True, "work_remains": False}, S.SCORING),
    (E.PROMISES_AWAITED, {}, S.PROMISED),
    (E.PROMISE_KEPT, {"last": True}, S.SCORING),
    (E.TURNED_INTO_COMPLAINT, {}, S.CARRY_OUT),
    (E.TURN_ASKED, {}, S.APPROVAL),
    (E.TURN_REFUSED, {}, S.CARRY_OUT),
    (E.TURNED_INTO_REQUEST, {}, S.ANSWER),
    (E.FINAL_POSITION_GIVEN, {}, S.ANALYSIS),
    (E.ANALYSED, {"confirm": True}, S.CONFIRMATION),
    (E.ANALYSED, {"confirm": False}, S.SCORING),
    (E.CONFIRMED, {}, S.SCORING),
    (E.SCORED, {}, S.CLOSED),
    (E.REOPENED, {}, S.CARRY_OUT),
    (E.WITHDRAWN, {"work_remains": False}, S.ANALYSIS),
    (E.MAIN_ENDED, {"answer_owed": False}, S.CLOSED),
    (E.MAIN_ENDED, {"answer_owed": False, "promises": True}, S.PROMISED),
    (E.MAIN_ENDED, {"answer_owed": True}, S.FEED_BACK),
    (E.MAIN_ENDED, {"answer_owed": True, "work_remains": True}, S.CARRY_OUT),
    (E.REFERRED, {"reopens": True}, S.CARRY_OUT),
]
STAYS: list[tuple[EventKind, dict[str, Any]]] = [
    (E.CONTACTED, {"exhausted": False}),
    (E.WITHDRAWN, {"work_remains": True}),
    (E.PROMISE_KEPT, {"last": False}),
    (E.REFERRED, {"reopens": False}),
    *[
        (event, {})
        for event in (
            E.ASSIGNED, E.UNASSIGNED, E.NOTED, E.PROMISED, E.PROMISE_KEPT, E.HELD, E.RESUMED, E.REASSIGNED,
            E.ESCALATED, E.REMINDED, E.OVERDUE, E.STEP_FAILED, E.QUARANTINED, E.RELEASED, E.IDENTIFIED, E.ERASED,
            E.ACKNOWLEDGED, E.REDERIVED,
            E.SETTLED, E.AGREED, E.ADVANCED, E.VOUCHERED, E.VOUCHER_CONFIRMED, E.VOUCHER_RETURNED, E.PAID,
            E.LIABILITY_FOUND, E.LIABILITY_APPEALED, E.REGULATOR_ANSWERED,
        )
    ],
]  # fmt: skip

HAPPENS: dict[Stage, set[EventKind]] = {
    S.RECEIVED: {E.CLASSIFIED, E.LINKED},
    S.TRIAGE: {E.CLASSIFIED, E.LINKED},
    S.CARRY_OUT: {E.PROPOSED, E.CARRIED_OUT, E.CLASSIFIED, E.LINKED, E.WITHDRAWN, E.TURN_ASKED},
    S.APPROVAL: {E.APPROVED, E.REJECTED, E.WITHDRAWN, E.TURNED_INTO_REQUEST, E.TURN_REFUSED},
    S.FEED_BACK: {E.FED_BACK, E.CONTACTED, E.WITHDRAWN},
    S.REVISIT: {E.SURVEYED, E.CONTACTED, E.WITHDRAWN, E.TURNED_INTO_COMPLAINT},
    S.WRITTEN_ANSWER: {E.ANSWERED},
    S.FINAL_POSITION: {E.FINAL_POSITION_GIVEN},
    S.ANSWER: {E.ANSWERED, E.CLASSIFIED, E.LINKED, E.WITHDRAWN, E.TURNED_INTO_COMPLAINT},
    S.ANALYSIS: {E.ANALYSED},
    S.CONFIRMATION: {E.CONFIRMED},
    S.PROMISED: {E.PROMISE_KEPT, E.TURNED_INTO_COMPLAINT},
    S.SCORING: {E.SCORED, E.PROMISES_AWAITED},
    S.LINKED: {E.MAIN_ENDED},
    S.CLOSED: {E.REOPENED, E.TURNED_INTO_COMPLAINT},
}
"""What moves a case at a stage."""

ACT_OF = {
    E.CLASSIFIED: "classify",
    E.PROPOSED: "propose",
    E.APPROVED: "approve",
    E.REJECTED: "reject",
    E.CARRIED_OUT: "carry-out",
    E.FED_BACK: "feed-back",
    E.FINAL_POSITION_GIVEN: "feed-back",
    E.CONTACTED: "contact",
    E.SURVEYED: "survey",
    E.ANSWERED: "answer",
    E.CONFIRMED: "confirm",
    E.REOPENED: "reopen",
    E.WITHDRAWN: "withdraw",
    E.TURNED_INTO_COMPLAINT: "turn-into-complaint",
    E.TURN_ASKED: "turn-into-request",
    E.TURNED_INTO_REQUEST: "agree-turn",
    E.TURN_REFUSED: "refuse-turn",
}
"""`keep-promise` is done at any stage, and moves only the one where it is waited for."""


def test_these_are_all_the_events_there_are() -> None:
    others = contact_stages.EVENTS | round_stages.EVENTS | incident_course.EVENTS
    assert {event for event, _, _ in MOVES} | {event for event, _ in STAYS} == set(E) - others


@pytest.mark.parametrize("stage", sorted(COMPLAINT))
def test_each_event_leads_where_the_procedure_says_from_every_stage(stage: Stage) -> None:
    for event, data, leads_to in MOVES:
        assert stage_after(stage, event, data) is leads_to
    for event, data in STAYS:
        assert stage_after(stage, event, data) is stage


def test_a_case_begins_by_being_received_and_no_other_way() -> None:
    assert stage_after(None, E.RECEIVED, {}) is S.RECEIVED
    for event, data in STAYS:
        with pytest.raises(ValueError, match="cannot begin"):
            stage_after(None, event, data)


def edges() -> set[tuple[Stage, Stage]]:
    return {
        (stage, leads_to)
        for stage, (event, _, leads_to) in product(COMPLAINT, MOVES)
        if event in HAPPENS[stage] and stage is not leads_to
    }


def reachable(start: Stage) -> set[Stage]:
    found, fresh = {start}, {start}
    while fresh:
        fresh = {after for before, after in edges() if before in fresh} - found
        found |= fresh
    return found


def test_every_stage_can_be_reached() -> None:
    assert reachable(S.RECEIVED) == COMPLAINT


@pytest.mark.parametrize("stage", sorted(COMPLAINT))
def test_every_stage_can_end_closed(stage: Stage) -> None:
    assert S.CLOSED in reachable(stage)


@pytest.mark.parametrize("stage", sorted(COMPLAINT))
def test_whoever_is_waited_for_has_an_act_that_moves_the_case(stage: Stage) -> None:
    moved_by = {ACT_OF[event] for event in HAPPENS[stage] if event in ACT_OF}
    if stage is S.RECEIVED:
        moved_by = set()  # the system's alone
    allowed = {name for name, act in ACTS.items() if stage in act.stages}
    assert moved_by == allowed & set(ACT_OF.values())
    moved_by |= {"keep-promise"} if stage is S.PROMISED else set()
    assert bool(moved_by) == (stage in lifecycle.PERSONS | lifecycle.ENDED)


def test_stages_are_the_systems_or_a_persons_or_waits() -> None:
    systems = {S.RECEIVED, S.ANALYSIS, S.SCORING}
    assert systems.isdisjoint(lifecycle.PERSONS)
    assert COMPLAINT - systems - lifecycle.PERSONS == {S.LINKED, S.CLOSED}
    assert lifecycle.CONTACTING | lifecycle.JOINABLE < lifecycle.PERSONS


def test_the_seven_steps_replayed() -> None:
    ledger: list[tuple[EventKind, dict[str, Any]]] = [
        (E.RECEIVED, {}),
        (E.CLASSIFIED, {"sure": True, "kind": "complaint"}),
        (E.ASSIGNED, {}),
        (E.PROPOSED, {"approval": False}),
        (E.CARRIED_OUT, {}),
        (E.FED_BACK, {"accepted": True, "final": False}),
        (E.SURVEYED, {"solved": True, "final": False}),
        (E.ANALYSED, {"confirm": False}),
        (E.SCORED, {}),
    ]
    assert replay(ledger) is S.CLOSED
    assert replay(ledger[:5]) is S.FEED_BACK
    assert replay([]) is None
