"""Rounds and contacts: what moves them from stage to stage, and that none is a dead end."""

import pytest

from flows.acts.registry import ACTS
from flows.rules import agenda, contact_stages, lifecycle, round_stages
from flows.rules.lifecycle import replay, stage_after
from models.values.stage_terms import EventKind, Stage

E, S = EventKind, Stage


def test_a_round_replayed() -> None:
    ledger = [
        (E.ROUND_OPENED, {}),
        (E.DRAWN, {"frame": 40}),
        (E.REPLICATE_RELEASED, {}),
        (E.REPLICATE_RELEASED, {}),
        (E.CONTACTS_ENDED, {}),
        (E.SUMMARISED, {"cancelled": False}),
        (E.ASSIGNED, {}),
        (E.ASSESSED, {}),
    ]
    stages = [replay(ledger[:end]) for end in range(1, len(ledger) + 1)]
    assert stages == [S.DRAW, S.CONTACTS, S.CONTACTS, S.CONTACTS, S.SUMMARY, S.ASSESSMENT, S.ASSESSMENT, S.CLOSED]


def test_a_round_of_nobody_and_a_cancelled_one_are_closed() -> None:
    assert replay([(E.ROUND_OPENED, {}), (E.DRAWN, {"frame": 0})]) is S.CLOSED
    assert replay([(E.ROUND_OPENED, {}), (E.ROUND_CANCELLED, {})]) is S.CLOSED
    half_way = [(E.ROUND_OPENED, {}), (E.DRAWN, {"frame": 9}), (E.ROUND_CANCELLED, {}), (E.CONTACTS_ENDED, {})]
    assert replay(half_way[:3]) is S.CONTACTS
    assert replay([*half_way, (E.SUMMARISED, {"cancelled": True})]) is S.CLOSED


@pytest.mark.parametrize("stage", sorted(contact_stages.WAITING))
def test_a_contact_replayed(stage: Stage) -> None:
    begun = [(E.CONTACT_OPENED, {"stage": stage}), (E.ASSIGNED, {}), (E.CONTACTED, {"disposition": None})]
    assert replay([*begun, (E.LINK_SENT, {})]) is stage
    for event, data in (
        (E.CONTACTED, {"disposition": "refused"}),
        (E.QUESTIONNAIRE_ANSWERED, {}),
        (E.CONTACT_ENDED, {}),
    ):
        assert replay([*begun, (event, data)]) is S.RECORDED
        assert replay([*begun, (event, data), (E.CONTACT_RECORDED, {})]) is S.CLOSED


def test_what_happens_to_every_case_moves_neither() -> None:
    for stage in contact_stages.STAGES | round_stages.STAGES:
        for event in (E.NOTED, E.ASSIGNED, E.UNASSIGNED, E.REMINDED, E.OVERDUE, E.HELD, E.RESUMED, E.STEP_FAILED):
            assert stage_after(stage, event, {}) is stage


def test_each_stage_is_the_systems_or_a_persons_or_waits_for_contacts() -> None:
    own = contact_stages.STAGES | round_stages.STAGES
    assert own - set(agenda.SYSTEM) - lifecycle.PERSONS == {S.CONTACTS}
    moving = {"contact": contact_stages.WAITING, "answer-questionnaire": contact_stages.WAITING}
    for name, stages in (moving | {"assess": {S.ASSESSMENT}, "cancel-round": {S.DRAW, S.CONTACTS}}).items():
        assert stages <= ACTS[name].stages
