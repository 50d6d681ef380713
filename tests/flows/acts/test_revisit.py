"""Reaching the customer, and what he says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks
from flows.rules.calling import next_attempt
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Refusal
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import ContactOutcome, Outcome
from tests.flows.rules.making import COURSE, NOW, POLICY, TOP, after, at, clock, decide, often, staff, under_way

REVISITOR = staff("revisitor", 4)
NO_ANSWER = ContactOutcome.NO_ANSWER


def calling(stage: Stage = Stage.REVISIT, **facts: Any) -> CaseFacts:
    made = under_way(stage, **({"owner_id": 4, "handler_id": 1} | facts))
    begun = clocks.start(ClockName.REVISIT, POLICY.rulebook.clocks.revisit, NOW, POLICY)
    met = clocks.meet(clocks.meet(made.clocks, ClockName.RESOLVE, NOW), ClockName.STATUTORY, NOW)
    return replace(made, clocks=(*met, begun))


def tried(facts: CaseFacts, *when: str, outcome: ContactOutcome = NO_ANSWER) -> CaseFacts:
    for moment in when:
        facts = after(facts, decide("contact", facts, REVISITOR, at(moment), outcome=outcome))
    return facts


@pytest.mark.parametrize("stage", [Stage.REVISIT, Stage.FEED_BACK])
def test_three_attempts_at_different_times_of_day_then_a_written_answer(stage: Stage) -> None:
    facts = tried(calling(stage), "2026-03-04 10:00", "2026-03-04 13:00")
    assert facts.stage is stage
    facts = tried(facts, "2026-03-05 16:00")
    assert facts.stage is Stage.WRITTEN_ANSWER
    assert len(facts.attempts) == 3
    assert all(one.name is not ClockName.CALL_BACK or one.met_at for one in facts.clocks)


def test_attempts_in_one_part_of_the_day_are_kept_but_count_once_whatever_the_day() -> None:
    facts = tried(calling(), "2026-03-04 09:00", "2026-03-04 10:00", "2026-03-05 11:59", "2026-03-06 12:00")
    assert (facts.stage, len(facts.attempts)) == (Stage.REVISIT, 4)
    assert tried(facts, "2026-03-06 15:00").stage is Stage.WRITTEN_ANSWER


@pytest.mark.parametrize("outcome", [one for one in ContactOutcome if one is not ContactOutcome.CALL_BACK])
def test_whatever_kept_him_from_answering_counts(outcome: ContactOutcome) -> None:
    facts = tried(calling(), "2026-03-04 10:00", "2026-03-04 12:00", "2026-03-04 15:00", outcome=outcome)
    assert facts.stage is Stage.WRITTEN_ANSWER


def test_who_asks_to_be_called_back_was_reached_and_is_called_then() -> None:
    facts = calling()
    for day in range(4, 12):
        now, then = at(f"2026-03-{day:02} 10:00"), at(f"2026-03-{day:02} 16:30")
        said = {"outcome": ContactOutcome.CALL_BACK, "call_back_at": then}
        facts = after(facts, decide("contact", facts, REVISITOR, now, **said))
        assert clock(facts, ClockName.CALL_BACK).due_at == then
    assert facts.stage is Stage.REVISIT


@pytest.mark.parametrize("call_back_at", [None, at("2026-03-04 09:59"), NOW])
def test_a_call_back_lies_in_the_future(call_back_at: datetime | None) -> None:
    with pytest.raises(Refusal, match="when to call back"):
        decide("contact", calling(), REVISITOR, outcome=ContactOutcome.CALL_BACK, call_back_at=call_back_at)


@pytest.mark.parametrize(("hour", "allowed"), [("08:59", False), ("09:00", True), ("20:59", True), ("21:00", False)])
def test_nobody_is_called_at_night(hour: str, allowed: bool) -> None:
    if allowed:
        assert tried(calling(), f"2026-03-04 {hour}").attempts
    else:
        with pytest.raises(Refusal, match="between 09:00–21:00"):
            tried(calling(), f"2026-03-04 {hour}")


def test_who_always_calls_at_the_same_hour_gives_up_after_the_bound() -> None:
    facts = calling()
    for day in range(1, COURSE.contacts_at_most + 1):
        assert facts.stage is Stage.REVISIT
        facts = after(facts, decide("contact", facts, REVISITOR, at(f"2026-03-{day:02} 10:00"), outcome="no_answer"))
    assert facts.stage is Stage.WRITTEN_ANSWER


@often
@given(st.integers(0, 366 * 1440), st.sets(st.integers(1, 4)))
def test_the_next_attempt_falls_into_an_untried_part_of_the_day_within_calling_hours(
    minutes: int, tried_parts: set[int]
) -> None:
    now = at("2026-01-01 00:00") + timedelta(minutes=minutes)
    then = next_attempt(now, tried_parts, POLICY)
    local = then.astimezone(SHANGHAI).time()
    days = [(now + timedelta(days=count)).astimezone(SHANGHAI).date() for count in range((then - now).days + 2)]
    open_at_once = not any(POLICY.calendars["working_days"].spring_festival(day) for day in days)
    assert now < then <= now + timedelta(days=1 if open_at_once else 10)
    part = sum(start <= local for start in COURSE.day_parts)
    assert part not in tried_parts or len(tried_parts) == len(COURSE.day_parts)
    assert COURSE.calls_from <= local < COURSE.calls_until
    assert local in COURSE.day_parts


def surveyed(facts: CaseFacts, solved: bool, **said: Any) -> CaseFacts:
    return after(facts, decide("survey", facts, REVISITOR, solved=solved, **({"satisfaction": 4} | said)))


def test_solved_it_is_analysed() -> None:
    facts = surveyed(calling(), True, expectation=3)
    assert (facts.stage, facts.outcome, facts.solved) == (Stage.ANALYSIS, Outcome.SOLVED, True)
    assert (facts.satisfaction, facts.expectation, facts.owner_id) == (4, 3, None)
    assert all(one.met_at for one in facts.clocks)


@pytest.mark.parametrize("level", range(TOP + 1))
def test_unsolved_it_is_reopened_one_level_higher(level: int) -> None:
    facts = surveyed(calling(level=level, remedy={"approved": True}), False)
    assert (facts.stage, facts.level, facts.reopenings) == (Stage.CARRY_OUT, min(level + 1, TOP), 1)
    assert (facts.remedy, facts.owner_id) == (None, None)
    assert clock(facts, ClockName.RESOLVE).started_at == NOW


def test_unsolved_once_too_often_the_final_position_follows() -> None:
    facts = surveyed(calling(reopenings=COURSE.reopenings_at_most, level=2), False)
    assert (facts.stage, facts.level, facts.reopenings) == (Stage.FINAL_POSITION, 3, COURSE.reopenings_at_most)


def test_the_handler_does_not_ask_about_his_own_work() -> None:
    with pytest.raises(Refusal, match="handled the case himself"):
        surveyed(calling(handler_id=4), True)


def test_only_a_revisit_agent_asks() -> None:
    with pytest.raises(Refusal, match="another role"):
        decide("survey", calling(), staff("supervisor", 11), solved=True, satisfaction=5)


def test_who_handled_a_case_does_not_call_about_it_either() -> None:
    facts = calling(handler_id=REVISITOR.id)
    with pytest.raises(Refusal, match="may not make this revisit"):
        decide("contact", facts, REVISITOR, outcome="no_answer")
