"""Amounts of several currencies: never one sum."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from flows.rules import currencies
from tests.flows.rules.making import often

amounts = st.lists(st.tuples(st.sampled_from(["CNY", "USD", "HKD"]), st.decimals("0", "100000", places=2)), max_size=9)


@given(amounts)
@often
def test_each_is_summed_by_itself_and_what_is_unlike_is_named(found: list[tuple[str, Decimal]]) -> None:
    sums = currencies.sums(found)
    for currency in ("CNY", "USD", "HKD"):
        assert sums.get(currency, 0) == sum(amount for one, amount in found if one == currency)
    named = {one for one, amount in found if amount} - {"CNY"}
    assert currencies.unlike(found, "CNY") == named


def test_a_proposal_of_before_is_in_the_currency_of_who_looks() -> None:
    assert currencies.of_remedy({"compensation": "5", "currency": "USD"}, "CNY") == "USD"
    assert [currencies.of_remedy(one, "CNY") for one in (None, {"compensation": "5"})] == ["CNY", "CNY"]


def test_the_reason_names_both_in_order_and_the_level() -> None:
    why = currencies.uncompared({"USD", "HKD"}, "CNY", 2)
    assert "HKD、USD" in why.zh
    assert "HKD, USD" in why.en
    assert ("须 2 级权限" in why.zh, "level 2" in why.en) == (True, True)
