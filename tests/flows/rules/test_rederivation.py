"""A new rulebook or calendar moves the deadlines still to come, keeps pauses, and leaves alone what is over."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rulebook.loading import stamp_of
from flows.rules import clocks, complaint_clocks, follow_up, rederivation
from flows.rules.agenda import agenda
from models.values.case import CaseFacts, Decision, Reason
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import CustomerClass, HoldReason
from tests.flows.rules.making import NOW, POLICY, after, at, clock, often, policy, under_way

HOUR = timedelta(hours=1)


def resolving(hours: float) -> Policy:
    return policy(lambda book: book["clocks"]["resolve"]["C"].update(hours=hours))


def moved(facts: CaseFacts, rules: Policy, now: datetime = NOW) -> tuple[CaseFacts, Decision]:
    decision = follow_up.decide(replace(facts, poked=True), None, rules, now)
    assert decision is not None
    return after(facts, decision), decision


def test_a_longer_term_puts_the_deadline_off_and_says_from_when_to_when() -> None:
    facts, decision = moved(under_way(), resolving(100))
    assert clock(facts, ClockName.RESOLVE).due_at == NOW + 100 * HOUR
    assert decision.event is EventKind.REDERIVED
    assert decision.data["clocks"] == [
        {"name": "resolve", "from": (NOW + 72 * HOUR).isoformat(), "to": (NOW + 100 * HOUR).isoformat()}
    ]
    assert decision.reasons[0].en == (
        "new terms or calendar: resolve moves from 2026-03-07 10:00 to 2026-03-08 14:00: "
        "100 h from 2026-03-04 10:00 on calendar centre, until 2026-03-08 14:00"
    )
    assert "内部办结由 2026-03-07 10:00 改为 2026-03-08 14:00" in decision.reasons[0].zh
    assert not facts.poked
    assert rederivation.decide(facts, resolving(100), NOW) is None, "once"


def test_a_shorter_one_brings_it_forward_and_the_reminder_with_it() -> None:
    facts, _ = moved(under_way(), resolving(40), NOW + HOUR)
    assert clock(facts, ClockName.RESOLVE).due_at == NOW + 40 * HOUR
    assert agenda(facts, POLICY, NOW + HOUR).due_at == NOW + 30 * HOUR


def test_a_deadline_that_would_be_over_already_stands_as_it_was() -> None:
    facts, decision = moved(under_way(), resolving(2), NOW + 3 * HOUR)
    assert clock(facts, ClockName.RESOLVE).due_at == NOW + 72 * HOUR
    assert decision.event is None, "nobody can meet a deadline in the past"
    assert rederivation.decide(facts, resolving(2), NOW + 3 * HOUR) is None


def test_what_was_met_or_missed_is_decided_and_stays() -> None:
    missed = under_way()
    for _ in range(2):
        decision = follow_up.decide(missed, None, POLICY, NOW + 80 * HOUR)
        assert decision is not None
        missed = after(missed, decision)
    met = replace(under_way(), clocks=clocks.meet(under_way().clocks, ClockName.RESOLVE, NOW))
    for facts in (missed, met):
        kept, _ = moved(facts, resolving(100), NOW + 81 * HOUR)
        assert kept.clocks[0] == facts.clocks[0]


def test_a_breach_nobody_was_told_of_yet_is_still_a_breach() -> None:
    decision = follow_up.decide(under_way(), None, resolving(100), NOW + 72 * HOUR)
    assert decision is not None
    assert decision.event is None, "only the statutory clock is marked anew"
    decision = follow_up.decide(after(under_way(), decision), None, resolving(100), NOW + 72 * HOUR)
    assert decision is not None
    assert decision.event is EventKind.OVERDUE


def test_it_is_found_at_the_next_wake_even_if_nobody_poked_it() -> None:
    decision = follow_up.decide(under_way(), None, resolving(100), NOW + 54 * HOUR)
    assert decision is not None
    assert decision.event is EventKind.REDERIVED
    facts = after(under_way(), decision)
    assert follow_up.decide(facts, None, resolving(100), NOW + 54 * HOUR) is None, "it is too early to remind now"


@often
@given(st.integers(1, 60), st.integers(1, 500), st.integers(73, 100))
def test_pauses_are_kept_over_and_under_way(into: int, long: int, hours: int) -> None:
    paused_at = NOW + into * HOUR
    facts = under_way()
    stood = replace(facts, clocks=clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, paused_at, POLICY))
    back = paused_at + long * HOUR
    during, _ = moved(stood, resolving(hours), paused_at)
    resumed = clocks.resume(during.clocks, back)
    later, _ = moved(replace(stood, clocks=clocks.resume(stood.clocks, back)), resolving(hours), back)
    assert resumed[0].due_at == later.clocks[0].due_at == NOW + (hours + long) * HOUR
    assert f"moved by a pause of {long:.1f} h" in later.clocks[0].why.en


def test_promises_and_timers_have_no_term_to_follow() -> None:
    agreed = tuple(clocks.timer(name, NOW, NOW + HOUR, Reason("", "")) for name in (ClockName.PROMISE, ClockName.HOLD))
    assert rederivation.decide(under_way(clocks=agreed), resolving(100), NOW) is None


def test_a_rulebook_that_changes_no_deadline_touches_no_clock() -> None:
    other = policy(lambda book: book["scoring"].update(late_costs=0.5))
    assert other.stamp == POLICY.stamp
    assert rederivation.decide(under_way(), other, NOW) is None


def test_a_holiday_that_becomes_known_moves_what_crosses_it() -> None:
    """As with a new release of the calendar library: the rulebook is the same, the days are not."""
    working = POLICY.calendars["working_days"]
    known = replace(working, off=working.off | {date(2026, 3, 5), date(2026, 3, 11)})
    calendars = {**POLICY.calendars, "working_days": known}
    newer = replace(POLICY, calendars=calendars, stamp=stamp_of(POLICY.rulebook, calendars))
    begun = (
        clocks.start(ClockName.FEED_BACK, POLICY.rulebook.clocks.feed_back, NOW, POLICY),
        complaint_clocks.start_statutory(under_way(), POLICY),
    )
    facts, decision = moved(under_way(Stage.FEED_BACK, clocks=begun), newer)
    assert [one.due_at for one in facts.clocks] == [at("2026-03-06 18:00"), at("2026-03-13 00:00")]
    assert len(decision.reasons) == 2
    assert "not counted: 2026-03-05 (holiday)" in decision.reasons[0].en


def test_the_resolution_keeps_its_margin_before_a_statutory_end_that_moves() -> None:
    facts = under_way(customer_class=CustomerClass.D, received_at=at("2026-03-02 10:00"))
    assert clock(facts, ClockName.RESOLVE).due_at == at("2026-03-09 00:00")
    working = policy(lambda book: book["clocks"].update(statutory_count="working_days"))
    facts, _ = moved(facts, working, at("2026-03-02 11:00"))
    assert clock(facts, ClockName.STATUTORY).due_at == at("2026-03-12 00:00")
    assert clock(facts, ClockName.RESOLVE).due_at == at("2026-03-09 18:00"), "five working days are sooner now"


CHANGES = [
    lambda book: book["clocks"].update(feed_back={"hours": 30}),
    lambda book: book["clocks"].update(statutory_count="working_days"),
    lambda book: book["clocks"].update(statutory_days=10),
    lambda book: book["clocks"]["resolve"].update(C={"hours": 20}),
    lambda book: book.update(default_class="A"),
    lambda book: book["calendars"]["working_days"].update(opens="08:00:00", closes="12:00:00"),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("hours", [0, 5, 30, 100])
def test_what_is_still_to_come_is_as_if_it_had_begun_under_the_new_rulebook(change: Any, hours: float) -> None:
    rules, now = policy(change), NOW + hours * HOUR
    begun = [
        complaint_clocks.start_of(name, under_way(), NOW, POLICY) for name in (ClockName.STATUTORY, ClockName.FEED_BACK)
    ]
    facts = under_way(clocks=tuple(one for one in begun if one))
    for old, new in zip(facts.clocks, rederivation.rederived(facts, rules, now), strict=True):
        fresh = complaint_clocks.start_of(old.name, facts, NOW, rules)
        assert fresh is not None
        wanted = fresh.due_at if old.due_at > now and fresh.due_at > now else old.due_at
        assert new.due_at == wanted
        assert new.fired == 0
