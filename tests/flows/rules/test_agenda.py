"""When a case wakes, and for what."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import assignment, clocks, follow_up, lifecycle, order
from flows.rules.agenda import agenda
from models.values.case import CaseFacts, Reason
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import CustomerClass, HoldReason, Procedure
from tests.flows.rules.making import NOW, POLICY, after, case, often, under_way

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("stage", "step"), [(Stage.RECEIVED, "classify"), (Stage.ANALYSIS, "analyse"), (Stage.SCORING, "score")]
)
def test_the_systems_work_is_due_now(stage: Stage, step: str) -> None:
    plan = agenda(under_way(stage), POLICY, NOW + DAY)
    assert (plan.step, plan.due_at) == (step, NOW + DAY)


def test_nobody_owns_it_somebody_is_looked_for_now() -> None:
    plan = agenda(under_way(owner_id=None), POLICY, NOW)
    assert (plan.step, plan.due_at) == ("assign", NOW)


def test_somebody_owns_it_the_earliest_reminder_is_next() -> None:
    plan = agenda(under_way(), POLICY, NOW)
    assert (plan.step, plan.due_at) == ("follow_up", NOW + timedelta(hours=54))


def test_looking_for_affected_customers_waits_for_an_owner_and_for_what_is_due() -> None:
    facts = under_way(Stage.CONTAINMENT, procedure=Procedure.INCIDENT, details={"kind": "damage", "reach": "open"})
    late = clocks.timer(ClockName.INCIDENT_ACKNOWLEDGE, NOW - DAY, NOW, Reason("", ""), ref=1)
    assert agenda(facts, POLICY, NOW).step == "reach_out"
    assert agenda(replace(facts, owner_id=None), POLICY, NOW).step == "assign"
    assert agenda(replace(facts, clocks=(*facts.clocks, late)), POLICY, NOW).step == "follow_up"
    assert agenda(replace(facts, poked=True), POLICY, NOW).step == "follow_up"


def test_affected_customers_are_looked_for_before_the_incident_is_scored() -> None:
    facts = under_way(Stage.SCORING, procedure=Procedure.INCIDENT, details={"kind": "damage", "reach": "again"})
    assert (agenda(facts, POLICY, NOW).step, agenda(facts, POLICY, NOW).due_at) == ("reach_out", NOW)


def test_on_hold_nobody_is_looked_for_until_it_ends() -> None:
    timer = clocks.timer(ClockName.HOLD, NOW, NOW + timedelta(hours=5), Reason("", ""))
    facts = under_way(owner_id=None, hold=HoldReason.WAITING_UNIT, clocks=(timer,))
    plan = agenda(facts, POLICY, NOW)
    assert (plan.step, plan.due_at) == ("follow_up", timer.due_at)


def test_a_closed_case_never_wakes_by_itself() -> None:
    plan = agenda(under_way(Stage.CLOSED), POLICY, NOW)
    assert (plan.step, plan.due_at, plan.order_at) == (None, None, None)


def test_a_closed_case_looks_up_when_a_repeat_tells_it_to() -> None:
    plan = agenda(under_way(Stage.CLOSED, poked=True), POLICY, NOW)
    assert (plan.step, plan.due_at) == ("follow_up", NOW)


def test_a_linked_case_sleeps_until_poked() -> None:
    asleep = case(Stage.LINKED)
    assert agenda(asleep, POLICY, NOW).due_at is None
    plan = agenda(replace(asleep, poked=True), POLICY, NOW)
    assert (plan.step, plan.due_at) == ("follow_up", NOW)


def test_a_promise_made_before_linking_wakes_the_linked_case() -> None:
    timer = clocks.timer(ClockName.PROMISE, NOW, NOW + DAY, Reason("", ""), ref=4)
    facts = case(Stage.LINKED, clocks=(timer,))
    assert agenda(facts, POLICY, NOW).due_at == NOW + DAY
    decision = follow_up.decide(facts, None, POLICY, NOW + DAY)
    assert decision is not None
    facts = after(facts, decision)
    for level in (1, 2, 3):
        climbs = agenda(facts, POLICY, NOW + DAY).due_at
        assert climbs == NOW + level * DAY
        decision = follow_up.decide(facts, None, POLICY, climbs)
        assert decision is not None
        facts = after(facts, decision)
    assert agenda(facts, POLICY, NOW + 9 * DAY).due_at is None


def test_after_nobody_could_take_it_it_is_tried_again_in_half_an_hour() -> None:
    facts = under_way(owner_id=None)
    left = after(facts, assignment.decide(facts, [], POLICY, NOW))
    plan = agenda(left, POLICY, NOW)
    assert (plan.step, plan.due_at) == ("assign", NOW + timedelta(minutes=30))


def test_what_a_person_changes_in_between_is_assigned_at_once() -> None:
    facts = under_way(owner_id=None)
    left = after(facts, assignment.decide(facts, [], POLICY, NOW))
    moved = replace(left, level=1, version=left.version + 1)
    assert agenda(moved, POLICY, NOW + timedelta(minutes=1)).due_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("poked", [True, False])
@pytest.mark.parametrize("stage", [*sorted(lifecycle.PERSONS), Stage.LINKED])
def test_a_poke_never_makes_it_busy(stage: Stage, poked: bool) -> None:
    facts = under_way(stage, poked=poked)
    decision = follow_up.decide(facts, None, POLICY, NOW)
    assert agenda(after(facts, decision) if decision else facts, POLICY, NOW).due_at != NOW


minutes = st.integers(-20_000, 20_000).map(lambda count: NOW + timedelta(minutes=count))


@st.composite
def deadlines(draw: st.DrawFn) -> clocks.Deadline:
    due = draw(minutes)
    timer = clocks.timer(draw(st.sampled_from(ClockName)), NOW - 20 * DAY, due, Reason("", ""), ref=draw(ref))
    timer = replace(timer, pausable=draw(st.booleans()), fired=draw(st.integers(0, 2)))
    stopped = draw(st.sampled_from([{}, {"met_at": NOW}, {"paused_at": NOW}]))
    remind = draw(st.none() | st.just(due - timedelta(hours=3)))
    return replace(timer, remind_at=remind, **stopped)


ref = st.sampled_from([None, 3, 9])
people = st.builds(
    under_way,
    stage=st.sampled_from([*sorted(lifecycle.PERSONS), Stage.LINKED]),
    clocks=st.lists(deadlines(), max_size=6).map(tuple),
    owner_id=st.sampled_from([None, 1]),
    hold=st.sampled_from([None, HoldReason.WAITING_UNIT]),
    poked=st.booleans(),
    customer_class=st.sampled_from([None, *CustomerClass]),
    urgent=st.sampled_from([(), ("casualty",)]),
)


@often
@given(people, minutes)
def test_carrying_what_is_due_brings_rest_in_bounded_steps(facts: CaseFacts, now: datetime) -> None:
    """No busy loop, whatever the clocks: each step decides something or moves what is due into the future."""
    for _ in range(2 * len(facts.clocks) + 4):
        plan = agenda(facts, POLICY, now)
        if plan.due_at is None or plan.due_at > now:
            return
        decided = (
            assignment.decide(facts, [], POLICY, now)
            if plan.step == "assign"
            else follow_up.decide(facts, None, POLICY, now)
        )
        assert decided is not None
        changed = after(facts, decided)
        assert agenda(changed, POLICY, now) != plan or changed != facts
        facts = replace(changed, version=changed.version + (changed.hold != facts.hold))
    raise AssertionError("still busy")


@often
@given(people, minutes)
def test_it_never_wakes_before_a_fact_says_so(facts: CaseFacts, now: datetime) -> None:
    plan = agenda(facts, POLICY, now)
    wanted = {now} | {moment for one in facts.clocks for moment in (one.due_at, one.remind_at)}
    assert plan.due_at in wanted | {None}
    assert (plan.order_at is None) == (plan.due_at is None)
    if plan.due_at is not None and plan.order_at is not None:
        assert timedelta(0) <= plan.order_at - plan.due_at <= order.spread(POLICY)
