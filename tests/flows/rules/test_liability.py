"""Shares that add up, one appeal, charges to the cent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from flows.rules import liability
from models.values.settlement import Share
from tests.flows.rules.finding import UNITS, finding, shares
from tests.flows.rules.making import NOW, POLICY, often, under_way

TERMS = POLICY.rulebook.liability
CASE = under_way(unit="linehaul", handler_id=2)


@st.composite
def hundred(draw: st.DrawFn) -> tuple[Share, ...]:
    """Shares of 0.01 % steps that add up to exactly 100."""
    parties = draw(st.integers(1, len(UNITS)))
    cuts = sorted(draw(st.lists(st.integers(1, 9_999), min_size=parties - 1, max_size=parties - 1, unique=True)))
    ends = [0, *cuts, 10_000]
    return shares(*(Decimal(b - a) / 100 for a, b in pairwise(ends)))


@given(hundred())
@often
def test_shares_of_a_hundred_percent_are_sound_and_of_anything_else_are_not(found: tuple[Share, ...]) -> None:
    assert liability.faulty(True, found, POLICY, TERMS) is None
    less = (replace(found[0], percent=found[0].percent - Decimal("0.01")), *found[1:])
    assert liability.faulty(True, less, POLICY, TERMS) is not None
    more = (replace(found[0], percent=found[0].percent + Decimal("0.01")), *found[1:])
    assert liability.faulty(True, more, POLICY, TERMS) is not None
    assert liability.faulty(False, found, POLICY, TERMS) is not None


@given(st.decimals("0", "1000000", places=2), hundred())
@often
def test_charges_add_up_to_what_was_paid_and_each_is_within_a_cent_of_its_share(
    amount: Decimal, found: tuple[Share, ...]
) -> None:
    parts = liability.charges(amount, found)
    assert sum(parts.values()) == amount
    for share in found:
        assert abs(parts[share.party] - amount * share.percent / 100) < Decimal("0.01")
        assert parts[share.party] == parts[share.party].quantize(Decimal("0.01"))


def test_nobody_is_charged_where_nobody_is_liable() -> None:
    assert liability.charges(Decimal(80), ()) == {}


def test_a_party_appeals_once_and_in_time() -> None:
    ours = finding()
    assert liability.unappealable(ours, UNITS[0], NOW) is None
    assert liability.unappealable(ours, UNITS[0], NOW + timedelta(days=7)) is None
    for last, party, now in (
        (None, UNITS[0], NOW),
        (ours, UNITS[1], NOW),
        (ours, UNITS[0], NOW + timedelta(days=7, seconds=1)),
        (liability.appealed(ours, UNITS[0], 1, NOW), UNITS[0], NOW),
        (finding(round=2, appeal_until=None), UNITS[0], NOW),
    ):
        assert liability.unappealable(last, party, now) is not None


def test_a_finding_is_final_after_its_term_or_after_the_appeal() -> None:
    first = liability.find(CASE, None, True, shares(100), 11, TERMS, POLICY, NOW)
    assert first.appeal_until is not None
    assert liability.standing(first, NOW) == "open"
    assert liability.standing(first, first.appeal_until + timedelta(seconds=1)) == "final"
    disputed = liability.appealed(first, UNITS[0], 1, NOW)
    assert liability.standing(disputed, NOW + timedelta(days=90)) == "appealed"
    second = liability.find(CASE, disputed, False, (), 12, TERMS, POLICY, NOW)
    assert (second.round, liability.standing(second, NOW)) == (2, "final")


def test_the_last_instance_about_its_own_unit_is_not_appealed() -> None:
    last = liability.find(CASE, None, True, shares(100), 13, TERMS, POLICY, NOW, final=True)
    assert (last.appeal_until, liability.standing(last, NOW)) == (None, "final")
    assert liability.unappealable(last, UNITS[0], NOW) is not None


def test_of_equal_shares_the_first_by_name_is_the_chief() -> None:
    assert liability.chief(shares(50, 50)) == UNITS[0]
    assert liability.chief(shares(40, 60)) == UNITS[1]
    assert liability.chief(()) is None
