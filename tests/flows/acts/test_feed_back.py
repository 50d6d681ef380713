"""The customer is told: accepts, rejects, rejects again; and the answers of the other paths."""

from contextlib import nullcontext

import pytest

from flows.acts.refusals import NotYours
from flows.rules import clocks
from models.values.case import CaseFacts, Reason, Refusal
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Kind, Outcome
from tests.flows.rules.making import COURSE, NOW, POLICY, TOP, after, at, case, clock, decide, staff, under_way

TOLD = under_way(Stage.FEED_BACK, handler_id=1, remedy={"approved": True, "level": 0, "compensation": "0"})


def told(facts: CaseFacts, accepted: bool, **said: bool) -> CaseFacts:
    actor = staff("supervisor" if facts.stage is Stage.FINAL_POSITION else "handler")
    return after(facts, decide("feed-back", facts, actor, accepted=accepted, said="已告知客户", **said))


def test_accepted_it_goes_to_the_revisit_within_three_working_days() -> None:
    facts = told(TOLD, True)
    assert (facts.stage, facts.owner_id, facts.attempts) == (Stage.REVISIT, None, ())
    assert clock(facts, ClockName.REVISIT).due_at == at("2026-03-09 18:00")
    assert all(one.met_at == NOW for one in facts.clocks if one.name is ClockName.STATUTORY)


def test_rejected_once_it_is_handled_again_at_the_same_level() -> None:
    facts = told(TOLD, False)
    assert (facts.stage, facts.level, facts.owner_id, facts.rejections) == (Stage.CARRY_OUT, 0, 1, 1)
    assert facts.remedy is None
    assert any(one.name is ClockName.RESOLVE and one.started_at == NOW for one in facts.clocks)
    assert clock(facts, ClockName.STATUTORY)


@pytest.mark.parametrize("level", range(TOP + 1))
def test_rejected_twice_the_final_position_comes_from_one_level_higher(level: int) -> None:
    before = under_way(Stage.FEED_BACK, rejections=COURSE.rejections_at_most - 1, level=level)
    facts = told(before, False)
    assert (facts.stage, facts.level, facts.owner_id) == (Stage.FINAL_POSITION, min(level + 1, TOP), None)


def test_the_final_position_is_of_its_level_whosever_desk_it_lies_on() -> None:
    final = under_way(Stage.FINAL_POSITION, level=2, owner_id=11)
    for name, allowed in (("handler", False), ("supervisor", False), ("manager", True), ("general", True)):
        with nullcontext() if allowed else pytest.raises(NotYours, match="level 2 or above"):
            decide("feed-back", final, staff(name), accepted=True, said="最终答复", outside_routes_named=True)


def test_the_final_position_names_the_outside_routes() -> None:
    final = under_way(Stage.FINAL_POSITION, level=1, owner_id=11)
    with pytest.raises(Refusal, match="12305"):
        told(final, False)
    assert (told(final, False, outside_routes_named=True).stage) is Stage.ANALYSIS


@pytest.mark.parametrize(("accepted", "outcome"), [(True, Outcome.SOLVED), (False, Outcome.FINAL_POSITION)])
def test_the_final_position_ends_it_accepted_or_not(accepted: bool, outcome: Outcome) -> None:
    facts = told(under_way(Stage.FINAL_POSITION, level=1), accepted, outside_routes_named=True)
    assert (facts.stage, facts.outcome, facts.solved) == (Stage.ANALYSIS, outcome, accepted)
    assert all(one.met_at == NOW for one in facts.clocks)


def test_what_the_customer_said_is_sealed() -> None:
    decision = decide("feed-back", TOLD, accepted=True, said="张先生表示满意")
    assert decision.sealed == {"said": "张先生表示满意"}
    assert decision.data == {"accepted": True, "final": False}


def test_an_enquiry_is_answered_and_scored_to_whom_answered() -> None:
    running = (clocks.start(ClockName.ANSWER, POLICY.rulebook.clocks.answer, NOW, POLICY),)
    facts = case(Stage.ANSWER, kind=Kind.ENQUIRY, category=None, owner_id=1, clocks=running)
    decision = decide("answer", facts, text="预计明日送达")
    assert decision.event is EventKind.ANSWERED
    facts = after(facts, decision)
    assert (facts.stage, facts.outcome, facts.handler_id) == (Stage.SCORING, Outcome.ANSWERED, 1)
    assert facts.clocks[0].met_at == NOW


def test_the_written_answer_closes_unverified_and_does_not_become_the_handling() -> None:
    facts = under_way(Stage.WRITTEN_ANSWER, handler_id=9, owner_id=4)
    facts = after(facts, decide("answer", facts, text="书面答复"))
    assert (facts.stage, facts.outcome, facts.handler_id) == (Stage.ANALYSIS, Outcome.UNVERIFIED, 9)


def test_once_told_no_call_back_is_left_to_remind_of() -> None:
    timer = clocks.timer(ClockName.CALL_BACK, NOW, at("2026-03-05 12:00"), Reason("", ""))
    facts = under_way(Stage.FEED_BACK, clocks=(*TOLD.clocks, timer))
    assert all(one.name is not ClockName.CALL_BACK or one.met_at for one in told(facts, True).clocks)
