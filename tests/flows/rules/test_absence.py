"""A case does not wait for ever for an owner who is away."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flows.rules import absence, assignment, clocks, follow_up
from flows.rules.agenda import agenda
from models.values.case import CaseFacts, Decision
from models.values.stage_terms import ClockName, EventKind, Stage
from tests.flows.rules.making import NOW, POLICY, after, at, clock, decide, staff, under_way

HOUR = timedelta(hours=1)
AWAY = staff(id_=1, present=False, absent_since=NOW)
DUE = at("2026-03-04 14:00")
"""Away since ten; half a working day later."""


def looked(facts: CaseFacts, now: datetime, owner: object = AWAY) -> Decision | None:
    return follow_up.decide(facts, None, POLICY, now, owner)  # type: ignore[arg-type]


def waiting() -> CaseFacts:
    decision = looked(under_way(poked=True), NOW)
    assert decision is not None
    return after(under_way(), decision)


def test_an_owner_who_goes_away_is_waited_for_half_a_working_day() -> None:
    facts = waiting()
    assert agenda(facts, POLICY, NOW).due_at == DUE
    assert facts.owner_id == 1
    assert looked(facts, NOW + HOUR) is None


def test_then_somebody_else_is_looked_for_and_the_ledger_says_why() -> None:
    decision = looked(waiting(), DUE)
    assert decision is not None
    assert decision.event is EventKind.REASSIGNED
    assert decision.data == {"from": 1, "to": None, "absent": True}
    assert (
        "has been away since 2026-03-04 10:00, longer than the 4 h on calendar working_days" in decision.reasons[0].en
    )
    assert "缺勤" in decision.reasons[0].zh
    facts = after(waiting(), decision)
    assert agenda(facts, POLICY, DUE).step == "assign"
    assert assignment.decide(facts, [AWAY, staff(id_=2)], POLICY, DUE).changes["owner_id"] == 2


def test_who_is_back_in_time_keeps_the_case() -> None:
    decision = looked(waiting(), DUE, staff(id_=1))
    assert decision is not None
    assert decision.event is None
    facts = after(waiting(), decision)
    assert facts.owner_id == 1
    assert agenda(facts, POLICY, DUE).due_at == NOW + 54 * HOUR


def test_who_is_off_shift_is_not_away() -> None:
    assert looked(under_way(), NOW, staff(id_=1, present=False)) is None


def test_an_absence_over_night_counts_working_time_alone() -> None:
    evening = staff(id_=1, present=False, absent_since=at("2026-03-06 17:00"))
    decision = looked(under_way(poked=True), at("2026-03-06 17:00"), evening)
    assert decision is not None
    assert clock(after(under_way(), decision), ClockName.AWAY).due_at == at("2026-03-09 12:00")


def test_an_absence_recorded_ahead_is_waited_out_as_well() -> None:
    leaves = staff(id_=1, absent_since=at("2026-03-05 09:00"))
    facts = under_way(owner_id=None)
    facts = after(facts, assignment.decide(facts, [leaves], POLICY, NOW))
    assert agenda(facts, POLICY, NOW).due_at == at("2026-03-05 13:00")


def test_a_person_reassigns_to_somebody_who_is_there_and_the_wait_is_over() -> None:
    decision = decide("reassign", waiting(), loaded=[staff(id_=1), staff(id_=2)], to=2, why="休假")
    assert all(one.name is not ClockName.AWAY for one in after(waiting(), decision).clocks)


def test_a_proposer_who_went_away_before_it_was_approved_is_looked_after() -> None:
    asked = under_way(Stage.APPROVAL, owner_id=5, proposer_id=1, remedy={"compensation": "300", "level": 1})
    back = after(asked, decide("approve", asked, staff("supervisor", 5)))
    assert (back.owner_id, back.poked) == (1, True)


@pytest.mark.parametrize("stage", [Stage.LINKED, Stage.ANALYSIS])
def test_where_nobody_is_waited_for_nobody_is_missed(stage: Stage) -> None:
    assert absence.decide(under_way(stage), AWAY, POLICY, NOW) is None


def test_nobody_owns_it_any_more_and_the_timer_goes() -> None:
    facts = replace(waiting(), owner_id=None)
    decision = absence.decide(facts, None, POLICY, DUE)
    assert decision is not None
    assert decision.event is None
    assert after(facts, decision).clocks == under_way().clocks
    assert clocks.earliest(under_way().clocks) == NOW + 54 * HOUR
