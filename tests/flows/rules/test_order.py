"""The order of work: urgent, then the risk of missing a deadline, then class; overtaken for a bounded time only."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.rules import clocks, order
from models.values.case import CaseFacts, Reason
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import CustomerClass
from tests.flows.rules.making import NOW, POLICY, case, often, policy, under_way

HOUR = timedelta(hours=1)


def due_in(hours: float, **facts: Any) -> CaseFacts:
    clock = clocks.timer(ClockName.RESOLVE, NOW, NOW + timedelta(hours=hours), Reason("", ""))
    return under_way(clocks=(clock,), **facts)


def first(*facts: CaseFacts) -> CaseFacts:
    return min(facts, key=lambda one: order.place(one, POLICY, NOW)[0])


@pytest.mark.parametrize(
    ("facts", "rank"),
    [
        ({"urgent": ("casualty",), "customer_class": CustomerClass.D}, 0),
        ({"overdue": True, "customer_class": CustomerClass.D}, 1),
        ({"customer_class": CustomerClass.A}, 1),
        ({"customer_class": CustomerClass.B}, 2),
        ({"customer_class": CustomerClass.C}, 3),
        ({}, 3),
        ({"customer_class": CustomerClass.D}, 4),
    ],
)
def test_rank(facts: dict[str, Any], rank: int) -> None:
    assert order.rank(case(**facts), POLICY) == rank


def test_what_counts_as_urgent_is_the_rulebooks_to_say() -> None:
    calm = policy(lambda book: book["order"].update(urgent_flags=["casualty"]))
    assert order.rank(case(urgent=("media",)), calm) == 3


@often
@given(st.integers(0, order.LAST_RANK), st.integers(0, order.LAST_RANK), st.integers(0, 10_000))
def test_nobody_is_overtaken_for_longer_than_the_spread(mine: int, others: int, minutes: int) -> None:
    """What came up more than the spread later never goes before me."""
    later = NOW + timedelta(minutes=minutes)
    if later - NOW > order.spread(POLICY):
        assert order.order_at(NOW, mine, POLICY) < order.order_at(later, others, POLICY)
    if mine <= others:
        assert order.order_at(NOW, mine, POLICY) <= order.order_at(later, others, POLICY)


def test_the_urgent_goes_first_however_late_its_deadline() -> None:
    urgent = due_in(60, urgent=("dangerous",), customer_class=CustomerClass.D)
    assert first(due_in(-5, overdue=True), urgent, due_in(1, customer_class=CustomerClass.A)) == urgent


def test_a_deadline_about_to_be_missed_goes_before_class() -> None:
    small = due_in(1, customer_class=CustomerClass.D)
    assert first(due_in(20, customer_class=CustomerClass.A), small) == small


def test_with_deadlines_alike_class_decides() -> None:
    large = due_in(20.5, customer_class=CustomerClass.A)
    assert first(due_in(20, customer_class=CustomerClass.C), large) == large


def test_what_has_no_deadline_counts_as_due_now() -> None:
    waits = under_way(Stage.CONFIRMATION, clocks=())
    assert first(due_in(20, customer_class=CustomerClass.A), waits) == waits
    assert first(due_in(-9), waits) != waits
    assert order.place(waits, POLICY, NOW)[1].en == "class C, no deadline runs"


def test_the_reason_says_what_decided() -> None:
    assert order.place(due_in(1, urgent=("media", "lawyer")), POLICY, NOW)[1].en == "urgent: media, lawyer"
    assert order.place(due_in(-2.5, overdue=True), POLICY, NOW)[1].en == "overdue by 2.5 h"
    assert (
        order.place(due_in(3, customer_class=CustomerClass.B), POLICY, NOW)[1].en == "class B, next deadline in 3.0 h"
    )


@often
@given(st.floats(-500, 500), st.booleans(), st.integers(-500, 500))
def test_hours_said_are_never_negative(hours: float, overdue: bool, later: int) -> None:
    now: datetime = NOW + later * HOUR
    assert "-" not in order.place(due_in(hours, overdue=overdue), POLICY, now)[1].en.replace("-0.0", "")


def test_the_order_is_total() -> None:
    one, other = due_in(1), due_in(1, id=UUID(int=8))
    assert order.place(one, POLICY, NOW)[0] < order.place(other, POLICY, NOW)[0]


def came_up_at(hours: float, **facts: Any) -> CaseFacts:
    """A case received so many hours from now, with the clocks its class gives it."""
    moment = NOW + hours * HOUR
    return under_way(received_at=moment, recorded_at=moment, **facts)


WAITED = order.bound(POLICY)


def test_the_bound_is_five_days() -> None:
    assert timedelta(days=5) == WAITED


cases = st.builds(
    lambda hours, lag, due, facts: due_in_after(hours, lag, due, facts),
    st.floats(0, 1000),
    st.floats(0, 400),
    st.none() | st.floats(-500, 500),
    st.fixed_dictionaries(
        {
            "customer_class": st.sampled_from([None, *CustomerClass]),
            "urgent": st.sampled_from([(), ("casualty",), ("media", "lawyer")]),
            "overdue": st.booleans(),
            "stage": st.sampled_from([Stage.CARRY_OUT, Stage.REVISIT, Stage.TRIAGE, Stage.CONFIRMATION]),
            "id": st.uuids(),
        }
    ),
)


def due_in_after(hours: float, lag: float, due: float | None, facts: dict[str, Any]) -> CaseFacts:
    """Recorded so many hours from now, the lag after it was received; its deadline lies wherever it likes."""
    recorded = NOW + hours * HOUR
    received = recorded - lag * HOUR
    running = () if due is None else (clocks.timer(ClockName.RESOLVE, received, recorded + due * HOUR, Reason("", "")),)
    return case(received_at=received, recorded_at=recorded, clocks=running, **facts)


@often
@given(cases, cases)
def test_what_comes_up_after_the_bound_never_goes_before_me(mine: CaseFacts, other: CaseFacts) -> None:
    """Whatever it is: casualty, class A, years overdue, told to us late."""
    if order.came_up(other) - order.came_up(mine) > WAITED:
        assert order.place(mine, POLICY, NOW)[0] < order.place(other, POLICY, NOW)[0]


@often
@given(cases, st.lists(st.floats(0, 2000), min_size=2, max_size=4))
def test_a_place_does_not_move_while_one_waits(mine: CaseFacts, hours: list[float]) -> None:
    assert len({order.place(mine, POLICY, NOW + hour * HOUR)[0] for hour in hours}) == 1


@often
@given(cases, cases)
def test_the_urgent_goes_before_what_came_up_with_it(mine: CaseFacts, other: CaseFacts) -> None:
    urgent = replace(mine, urgent=("casualty",))
    calm = replace(other, urgent=(), recorded_at=mine.recorded_at)
    if order.came_up(urgent) == order.came_up(calm) and urgent.id != calm.id:
        assert order.place(urgent, POLICY, NOW)[0] < order.place(calm, POLICY, NOW)[0]


KINDS: list[dict[str, Any]] = [
    {"urgent": ("casualty",)},
    {"customer_class": CustomerClass.A},
    {"customer_class": CustomerClass.B},
    {"customer_class": CustomerClass.D},
]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(KINDS), min_size=0, max_size=20),
    st.lists(st.sampled_from([*KINDS[:2] * 4, *KINDS]), min_size=250, max_size=250),
    st.integers(1, 3),
)
def test_under_a_stream_of_the_urgent_nobody_waits_longer_than_the_bound(
    backlog: list[dict[str, Any]], stream: list[dict[str, Any]], arrive_together: int
) -> None:
    """One person, an hour a case, work coming in as fast as it is done, the most urgent kinds most of all."""
    waiting, waits = [came_up_at(0, id=UUID(int=n), **kind) for n, kind in enumerate(backlog, start=10_000)], []
    for hour, kind in enumerate(stream):
        if hour % arrive_together == 0:
            together = stream[hour : hour + arrive_together]
            waiting += [came_up_at(hour, id=UUID(int=hour + n), **one) for n, one in enumerate(together)]
        waiting.sort(key=lambda one: order.place(one, POLICY, NOW + hour * HOUR)[0])
        served = waiting.pop(0)
        waits.append(hour * HOUR - (served.recorded_at - NOW))
        assert kind in KINDS
    longest = WAITED + len(backlog) * HOUR + arrive_together * HOUR
    assert max(waits) <= longest
    still = [len(stream) * HOUR - (one.recorded_at - NOW) for one in waiting]
    assert max(still, default=timedelta(0)) <= longest, "nor does anybody wait still who should have come up"


def test_without_the_bound_a_small_customer_would_wait_for_ever() -> None:
    """What the test above can find: with the bound out of reach the same stream starves class D."""

    def endless(book: dict[str, Any]) -> None:
        book["order"].update(urgent_hours=240, wait_hours=1000)

    rules = policy(endless)
    small = came_up_at(0, customer_class=CustomerClass.D)
    later = came_up_at(WAITED / HOUR + 1, urgent=("casualty",), id=UUID(int=9))
    assert order.place(later, rules, NOW)[0] < order.place(small, rules, NOW)[0]
    assert order.place(small, POLICY, NOW)[0] < order.place(later, POLICY, NOW)[0]


def test_whose_turn_it_is_by_waiting_is_told_so() -> None:
    rules = policy(lambda book: book["order"].update(wait_hours=10))
    waits = under_way(customer_class=CustomerClass.D)
    assert order.place(waits, rules, NOW + 12 * HOUR)[1].en == "has waited for 12.0 h: its turn, whatever its class"
    assert order.place(waits, rules, NOW + 9 * HOUR)[1].en.startswith("class D, next deadline in")


def test_work_that_comes_up_later_on_a_case_waits_from_then() -> None:
    feedback = clocks.start(ClockName.FEED_BACK, POLICY.rulebook.clocks.feed_back, NOW + 50 * HOUR, POLICY)
    old = under_way(Stage.FEED_BACK)
    assert order.came_up(replace(old, clocks=(*old.clocks, feedback))) == NOW + 50 * HOUR
    analysed = clocks.meet_all(old.clocks, NOW + 60 * HOUR)
    assert order.came_up(replace(old, stage=Stage.CONFIRMATION, clocks=analysed)) == NOW + 60 * HOUR
    promised = clocks.timer(ClockName.PROMISE, NOW + 5 * HOUR, NOW + 9 * HOUR, Reason("", ""), ref=4)
    assert order.came_up(replace(old, clocks=(*old.clocks, promised))) == NOW, "a promise does not send one back"
