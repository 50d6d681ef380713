"""The order of work: urgent, then the risk of missing a deadline, then class; overtaken for a bounded time only."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks, order
from models.values.case import CaseFacts, Reason
from models.values.vocabulary import ClockName, CustomerClass, Stage
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
