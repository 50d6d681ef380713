from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rulebook.loading import load, read
from flows.rules import classes as rules
from models.values.case import Decision
from models.values.class_policy import Classes
from models.values.classes import ClassFigures, Compared, Period
from models.values.stage_terms import EventKind
from models.values.vocabulary import CustomerClass

A, B, C, D = CustomerClass
POLICY = load(read()).rulebook.classes
CUTS = POLICY.cut_points


@pytest.mark.parametrize(
    ("n", "ends"),
    [
        (0, (0, 0, 0)),
        (1, (1, 1, 1)),
        (5, (1, 1, 1)),
        (6, (1, 1, 2)),
        (20, (1, 1, 4)),
        (21, (1, 2, 5)),
        (100, (1, 5, 20)),
        (101, (2, 6, 21)),
        (142, (2, 8, 29)),
        (23_570, (236, 1179, 4714)),
        (100_000, (1000, 5000, 20_000)),
    ],
)
def test_shares_of_customers_are_rounded_up(n, ends):
    assert rules.cut_counts(n, CUTS) == dict(zip((A, B, C), ends, strict=True)) | {D: n}


@given(st.integers(0, 10**9))
def test_cut_counts_are_exact_at_any_size(n):
    ends = rules.cut_counts(n, CUTS)
    assert [ends[name] for name in (A, B, C)] == [-(-n * percent // 100) for percent in (1, 5, 20)]


@given(st.integers(1, 3000))
def test_every_rank_has_the_class_its_counts_say(n):
    ends = rules.cut_counts(n, CUTS)
    named = [next(name for name in CustomerClass if rank <= ends[name]) for rank in range(1, n + 1)]
    assert named == sorted(named), "a better rank is never in a lower class"
    assert named.count(A) == ends[A]
    assert sum(name in (A, B) for name in named) == ends[B]
    assert sum(name is not D for name in named) == ends[C]


@given(st.lists(st.sampled_from([A, B, C, D, None])))
def test_the_higher_class_wins_and_unknown_ones_do_not_count(found):
    order = {name: place for place, name in enumerate("ABCD")}
    known = [name for name in found if name is not None]
    brute = None
    for name in known:
        if brute is None or order[name] < order[brute]:
            brute = name
    assert rules.higher(found) == brute


@pytest.mark.parametrize("whole", ["0", "-5"])
def test_a_share_of_nothing_is_not_measured(whole):
    assert rules.share(Decimal(1), Decimal(whole)) is None


def held(*shares):
    return {name: ClassFigures(1, Decimal(1), share) for name, share in zip((A, B, C, D), shares, strict=True)}


def test_shares_are_compared_with_those_expected():
    met = {one.customer_class: one.met for one in rules.check(held(0.7, 0.15, 0.09, 0.06), POLICY.expected)}
    assert met == {A: True, B: True, C: True, D: None}
    off = {one.customer_class: one.met for one in rules.check(held(0.5, 0.21, 0.11, 0.18), POLICY.expected)}
    assert off == {A: False, B: False, C: False, D: None}
    assert {one.met for one in rules.check(held(None, None, None, None), POLICY.expected)} == {None}


def compared(customer, amount, before):
    return Compared(customer, Decimal(amount), Decimal(before))


def test_who_grew_by_the_factor_is_listed_by_increase_then_number():
    found = rules.growth(
        [
            compared("small", 30, 10),
            compared("twin b", 400, 200),
            compared("twin a", 300, 100),
            compared("just short", "149.99", 100),
            compared("just enough", 150, 100),
            compared("new", 1000, 0),
            compared("refunded", 1000, -5),
        ],
        POLICY.growth_factor,
        4,
        Decimal(350),
    )
    assert [one.customer for one in found] == ["twin a", "twin b", "just enough", "small"]
    assert (found[0].increase, found[0].factor, found[0].to_b) == (200, 3, 50)
    assert found[1].to_b == 0


@given(
    st.lists(
        st.builds(
            Compared,
            st.text("abc", max_size=3),
            st.decimals(-50, 50, places=2),
            st.decimals(-50, 50, places=2),
        ),
        max_size=30,
    ),
    st.integers(1, 10),
)
def test_growth_agrees_with_picking_the_best_one_after_another(candidates, top):
    left = [one for one in candidates if one.before > 0 and one.amount * 2 >= one.before * 3]
    best = []
    while left and len(best) < top:
        pick = left[0]
        for one in left[1:]:
            gain, best_gain = one.amount - one.before, pick.amount - pick.before
            if gain > best_gain or (gain == best_gain and one.customer < pick.customer):
                pick = one
        left.remove(pick)
        best.append((pick.customer, pick.amount, pick.before))
    found = rules.growth(candidates, Decimal("1.5"), top)
    assert [(one.customer, one.amount, one.before) for one in found] == best
    assert all(one.to_b is None for one in found)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2025-01-01", "2025-12-31", ("2024-01-01", "2024-12-31")),
        ("2024-03-01", "2024-03-31", ("2024-02-01", "2024-02-29")),
        ("2024-01-01", "2024-06-30", ("2023-07-01", "2023-12-31")),
        ("2024-01-02", "2024-01-31", ("2023-12-03", "2024-01-01")),
        ("2024-05-05", "2024-05-05", ("2024-05-04", "2024-05-04")),
    ],
)
def test_a_period_is_compared_with_the_one_before_it(first, last, before):
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert rules.period_before(period) == Period(*map(date.fromisoformat, before))


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_the_last_full_months_end_where_this_one_begins(today, months):
    period = rules.last_full_months(today, months)
    assert period.last + timedelta(days=1) == today.replace(day=1)
    assert period.first.day == 1
    starts = {period.first + timedelta(days=day) for day in range((period.last - period.first).days + 1)}
    assert sum(day.day == 1 for day in starts) == months
    assert rules.period_before(period).last + timedelta(days=1) == period.first


def test_a_case_takes_the_class_and_says_so():
    decision = rules.at_intake(Decision(EventKind.CLASSIFIED, {"unit": "x"}, (), {"sure": True}), A)
    assert decision.changes == {"unit": "x", "customer_class": A}
    assert decision.data == {"sure": True, "customer_class": A}
    assert "A" in decision.reasons[-1].zh
    unknown = Decision(EventKind.CLASSIFIED, {"unit": "x"})
    assert rules.at_intake(unknown, None) is unknown


@pytest.mark.parametrize(
    "change",
    [
        {"cut_points": {"A": 1, "B": 5}},
        {"cut_points": {"A": 6, "B": 5, "C": 20}},
        {"cut_points": {"A": 1, "B": 5, "C": 101}},
        {"expected": {"A": (80, 60)}},
        {"growth_factor": 1},
        {"currency": "yuan"},
    ],
)
def test_cut_points_that_cannot_be_are_refused(change):
    with pytest.raises(ValueError, match="validation error"):
        Classes.model_validate(POLICY.model_dump() | change)


def test_the_shipped_cut_points_are_exact():
    assert {A: Decimal(1), B: Decimal(5), C: Decimal(20)} == CUTS
