"""A missed deadline climbs level by level to the top, each level once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks, follow_up, order
from flows.rules.agenda import agenda
from models.values.case import CaseFacts, Decision, Reason
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import HoldReason
from tests.flows.rules.making import NOW, POLICY, TOP, after, clock, decide, often, policy, under_way

HOUR = timedelta(hours=1)
BREACH = NOW + 72 * HOUR
"""Received on Wednesday at ten, class C: to be resolved in 72 hours."""


def told(facts: CaseFacts, now: datetime, rules: Policy = POLICY) -> tuple[CaseFacts, list[Decision]]:
    """All that follow-up says at a moment."""
    said = []
    while (decision := follow_up.decide(facts, None, rules, now)) is not None:
        facts = after(facts, decision)
        said.append(decision)
        assert len(said) < 9, "it never rests"
    return facts, said


def levels(said: list[Decision]) -> list[int]:
    return [one.data["level"] for one in said if one.event is EventKind.ESCALATED]


def test_the_owner_is_warned_before_anything_climbs() -> None:
    facts, said = told(under_way(), NOW + 54 * HOUR)
    assert [one.event for one in said] == [EventKind.REMINDED]
    assert said[0].data["owner"] == 1
    assert (facts.overdue, facts.watch) == (False, 0)


def test_at_the_breach_the_next_level_watches_and_the_owner_goes_on() -> None:
    facts, said = told(under_way(), BREACH)
    assert [one.event for one in said] == [EventKind.OVERDUE, EventKind.ESCALATED]
    assert (facts.watch, facts.level, facts.owner_id, facts.version) == (1, 0, 1, under_way().version)
    why = said[1].reasons[0]
    assert why.en.startswith("resolve is missed: it climbs to level 1 (supervisor), who watches over it: 72 h from")
    assert why.zh.startswith("内部办结超时未办，升级至 1 级（主管），经办人继续办理，由其督办")
    assert agenda(facts, POLICY, BREACH).due_at == BREACH + 24 * HOUR


def test_a_level_that_takes_over_gets_the_case_assigned() -> None:
    facts, _ = told(under_way(), BREACH)
    facts, said = told(facts, BREACH + 24 * HOUR)
    assert (facts.watch, facts.level, facts.owner_id) == (2, 2, None)
    assert said[0].data["taken_over"]
    assert agenda(facts, POLICY, BREACH + 24 * HOUR).step == "assign"


def test_where_authority_owns_nothing_the_people_of_the_stage_go_on() -> None:
    running = (clocks.start(ClockName.REVISIT, POLICY.rulebook.clocks.revisit, NOW, POLICY),)
    facts = under_way(Stage.REVISIT, clocks=running)
    for day in (0, 1, 2):
        facts, _ = told(facts, running[0].due_at + day * 24 * HOUR)
    assert (facts.watch, facts.level, facts.owner_id) == (TOP, 0, 1)


def test_the_rulebook_says_who_takes_over_how_fast_and_what_climbs() -> None:
    def stricter(book: dict[str, Any]) -> None:
        book["escalation"] = {"clocks": ["resolve"], "between": {"hours": 2}, "takes_over": ["supervisor"]}

    rules = policy(stricter)
    facts, _ = told(under_way(), BREACH, rules)
    assert (facts.level, facts.owner_id) == (1, None)
    assert agenda(replace(facts, owner_id=2), rules, BREACH).due_at == BREACH + 2 * HOUR
    promise = clocks.timer(ClockName.PROMISE, NOW, NOW + HOUR, Reason("", ""), ref=4)
    _, said = told(under_way(clocks=(promise,)), NOW + HOUR, rules)
    assert [one.event for one in said] == [EventKind.OVERDUE]


def test_a_case_at_the_top_has_nobody_to_climb_to() -> None:
    _, said = told(under_way(level=TOP), BREACH)
    assert [one.event for one in said] == [EventKind.OVERDUE]


def test_whom_a_person_handed_it_to_meanwhile_is_not_told_again() -> None:
    facts, _ = told(under_way(), BREACH)
    facts = replace(after(facts, decide("escalate", facts, now=BREACH, why="客户要求")), owner_id=9)
    assert facts.level == 1
    _, said = told(facts, BREACH + 24 * HOUR)
    assert levels(said) == [2]
    _, said = told(replace(facts, level=TOP), BREACH + 24 * HOUR)
    assert [one.event for one in said] == [None]


def test_met_it_climbs_no_further_and_nobody_watches() -> None:
    facts, _ = told(under_way(), BREACH)
    left = clocks.meet(facts.clocks, ClockName.RESOLVE, BREACH + HOUR)
    facts = replace(facts, clocks=left, overdue=follow_up.overdue(left, BREACH + HOUR))
    assert not facts.overdue
    statutory = clock(facts, ClockName.STATUTORY).due_at
    facts, said = told(facts, statutory)
    assert levels(said) == [1], "another breach begins from below"


def test_what_waits_on_hold_waits_no_longer_once_it_climbs() -> None:
    facts = under_way(unit="last_mile")
    facts = after(facts, decide("hold", facts, reason=HoldReason.WAITING_UNIT))
    answer = clock(facts, ClockName.UNIT_ANSWER).due_at
    facts, said = told(facts, BREACH)
    assert said[-1].data["hold_ended"]
    assert facts.hold is None
    assert answer > BREACH
    assert all(one.met_at for one in facts.clocks if one.name in (ClockName.HOLD, ClockName.UNIT_ANSWER))


def test_a_silent_unit_is_answered_for_one_level_up() -> None:
    facts = under_way(clocks=())
    facts = after(facts, decide("hold", facts, reason=HoldReason.WAITING_UNIT))
    _, said = told(facts, clock(facts, ClockName.UNIT_ANSWER).due_at)
    assert [one.data.get("clocks") for one in said] == [[ClockName.UNIT_ANSWER]] * 2
    assert levels(said) == [1]


def test_the_queue_says_how_far_it_has_climbed() -> None:
    facts, _ = told(under_way(), BREACH)
    assert order.place(facts, POLICY, BREACH + HOUR)[1].en == "overdue by 1.0 h, escalated to level 1"


@often
@given(st.lists(st.integers(1, 400), max_size=12), st.integers(0, TOP))
def test_whenever_one_looks_each_level_is_told_once_in_order(hours: list[int], level: int) -> None:
    """The stack may have been down for any time: nothing is told twice, nothing is left out, the top is reached."""
    facts, now, seen = under_way(level=level), NOW, []
    for step in [*hours, 2000, 100, 100, 100]:
        now += step * HOUR
        facts, said = told(facts, now)
        seen += [one for one in said if "resolve" in one.data.get("clocks", ())]
        facts = replace(facts, owner_id=1)
    assert [one.event for one in seen].count(EventKind.OVERDUE) == 1
    assert levels(seen) == sorted(set(levels(seen)))
    assert (levels(seen) or [TOP])[-1] == TOP
    assert len(levels(seen)) == TOP - level, "level by level"
