"""Referrals of the regulator: a clock of their own, urgency that lasts, closed cases handled again."""

from dataclasses import replace
from datetime import timedelta

from flows.rules import referrals, triage
from flows.rules.agenda import agenda
from flows.rules.triage import Relative
from models.values.case import CaseFacts
from models.values.settlement import Money
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category
from tests.flows.rules.making import NOW, POLICY, after, case, reading, under_way

TERMS = POLICY.rulebook.regulator


def referred(facts: CaseFacts) -> CaseFacts:
    clock = referrals.clock(facts, NOW, None, TERMS, POLICY)
    return after(facts, referrals.decide(facts, "R1", NOW, clock, Money(), POLICY, NOW))


def test_a_day_that_the_referral_names_goes_before_the_term_of_the_rulebook() -> None:
    named = NOW + timedelta(days=3)
    clock = referrals.clock(under_way(), NOW, named, TERMS, POLICY)
    assert (clock.due_at, clock.pausable) == (named, False)
    assert clock.remind_at is not None
    assert NOW < clock.remind_at < named
    assert "names" in clock.why.en
    assert referrals.clock(under_way(), NOW, None, TERMS, POLICY).due_at == NOW + timedelta(days=15)


def test_an_open_case_stays_where_it_is_and_becomes_urgent() -> None:
    found = referred(under_way(Stage.APPROVAL, urgent=("media",)))
    assert (found.stage, found.urgent, found.reopenings) == (Stage.APPROVAL, ("media", "regulator"), 0)


def test_a_closed_case_is_handled_again_one_level_higher() -> None:
    found = referred(under_way(Stage.CLOSED, closed_at=NOW, score=90.0, level=1))
    assert (found.stage, found.level, found.reopenings) == (Stage.CARRY_OUT, 2, 1)
    assert (found.closed_at, found.score, found.owner_id) == (None, None, None)


def test_what_the_regulator_waits_for_stays_urgent_and_joins_no_other_case_when_it_is_read() -> None:
    fresh = referred(case(Stage.RECEIVED, kind=None, category=None, waybill="SF1"))
    other = Relative(case().id, 3, Category.DELAY, Stage.CARRY_OUT, NOW)
    decision = triage.decide(fresh, reading(), [other], POLICY, NOW, sure=True, proposed=True)
    assert decision.event is EventKind.CLASSIFIED
    assert decision.changes["urgent"] == ("regulator",)
    alone = replace(fresh, clocks=())
    assert triage.decide(alone, reading(), [other], POLICY, NOW, sure=True, proposed=True).event is EventKind.LINKED


def test_a_closed_case_wakes_for_the_regulator_and_for_nothing_else() -> None:
    closed = under_way(Stage.CLOSED, closed_at=NOW)
    assert agenda(closed, POLICY, NOW).due_at is None
    clock = referrals.clock(closed, NOW, None, TERMS, POLICY)
    waits = agenda(replace(closed, clocks=(*closed.clocks, clock)), POLICY, NOW)
    assert (waits.step, waits.due_at) == ("follow_up", clock.remind_at)
    met = replace(clock, met_at=NOW)
    assert agenda(replace(closed, clocks=(met,)), POLICY, NOW).due_at is None
    assert clock.name is ClockName.REGULATOR
