"""Indicators: each with its method, and what was not measured says so."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from flows.rules.indicators import Figures, indicators

NAMES = ["satisfaction", "loyalty", "profit", "potential", "credit", "risk", "value"]


def by_name(figures):
    return {one.name: one for one in indicators(figures)}


def test_of_an_unknown_customer_nothing_is_measured_and_everything_says_why():
    found = indicators(Figures(days=365))
    assert [one.name for one in found] == NAMES
    for one in found:
        assert one.value is None
        assert one.missing is not None
        assert one.missing.zh
        assert one.missing.en
        assert one.method.zh
        assert one.method.en


def test_each_indicator_follows_its_method():
    found = by_name(
        Figures(
            days=365,
            orders=10,
            amount=Decimal(1000),
            with_profit=4,
            profit=Decimal(80),
            amount_with_profit=Decimal(400),
            recent_orders=8,
            recent_months=6,
            recent_amount=Decimal(600),
            before_amount=Decimal(400),
            reviews=5,
            review_mean=Decimal(2),
            surveys=2,
            survey_mean=Decimal("4.5"),
            recent_complaints=2,
        )
    )
    assert found["satisfaction"].value == Decimal("4.50"), "what he said in revisits goes before reviews"
    assert found["loyalty"].value == Decimal("0.545"), "6 of 11 whole months"
    assert found["profit"].value == 80
    assert found["profit"].of == 4
    assert found["potential"].value == Decimal("1.50")
    assert found["risk"].value == 25
    assert found["value"].value == 80
    assert "4 of 10" in found["value"].method.en
    assert found["credit"].value is None


@given(
    st.builds(
        Figures,
        days=st.integers(1, 3660),
        orders=st.integers(0, 50),
        recent_orders=st.integers(0, 50),
        recent_months=st.integers(0, 200),
        recent_amount=st.none() | st.decimals(-1000, 1000, places=2),
        before_amount=st.none() | st.decimals(-1000, 1000, places=2),
        recent_complaints=st.integers(0, 50),
    )
)
def test_a_value_and_a_reason_for_its_absence_exclude_each_other(figures):
    for one in indicators(figures):
        assert (one.value is None) == (one.missing is not None)
    loyalty = by_name(figures)["loyalty"].value
    assert loyalty is None or 0 <= loyalty <= 1
