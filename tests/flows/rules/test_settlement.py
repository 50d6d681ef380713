"""What is owed at most, and what counts against it; money to the cent."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks, settlement
from models.values.money_terms import LimitBasis, PaymentKind, PaymentState
from models.values.settlement import Money, Payment, Settlement, Waybill, text
from models.values.stage_terms import ClockName
from models.values.vocabulary import Category
from tests.flows.rules.making import NOW, POLICY, often, policy, under_way

TERMS = POLICY.rulebook.settlement
amounts = st.decimals("0.01", "100000", places=2)


def known(**facts: Decimal | str | None) -> Settlement:
    given = {name: Decimal(value) if value is not None else None for name, value in facts.items()}
    return Settlement(UUID(int=7), "CNY", **given)  # type: ignore[arg-type]


def payment(amount: Decimal, state: PaymentState, number: int = 1) -> Payment:
    return Payment(UUID(int=7), number, PaymentKind.COMPENSATION, amount, "CNY", state, f"PV-7-{number}", 1, NOW, NOW)


@pytest.mark.parametrize(
    ("facts", "category", "most", "basis"),
    [
        ({"declared_value": "800"}, Category.DAMAGE, "800", LimitBasis.DECLARED_VALUE),
        ({"declared_value": "800", "loss": "650.50"}, Category.DAMAGE, "650.50", LimitBasis.DECLARED_VALUE),
        ({"declared_value": "800", "freight": "20"}, Category.DAMAGE, "800", LimitBasis.DECLARED_VALUE),
        ({"freight": "20"}, Category.LOSS, "60", LimitBasis.FREIGHT),
        ({"freight": "20"}, Category.DELAY, "20", LimitBasis.FREIGHT),
        ({"freight": "20", "loss": "5"}, Category.LOSS, "5", LimitBasis.FREIGHT),
        ({"freight": "20"}, None, "60", LimitBasis.FREIGHT),
        ({"freight": "0"}, Category.LOSS, "0", LimitBasis.FREIGHT),
    ],
)
def test_the_declared_value_is_owed_or_else_a_multiple_of_the_freight_and_never_more_than_the_loss(
    facts: dict[str, str], category: Category | None, most: str, basis: LimitBasis
) -> None:
    found, why = settlement.owed(known(**facts), category, TERMS)
    assert (found.owed_at_most, found.limit_basis) == (Decimal(most), basis)
    assert text(Decimal(most)) in why.zh
    assert text(Decimal(most)) in why.en


def test_unknown_is_not_zero() -> None:
    found, why = settlement.owed(known(loss="50"), Category.LOSS, TERMS)
    assert (found.owed_at_most, found.limit_basis) == (None, None)
    assert "no limit yet" in why.en
    assert settlement.over_limit(Decimal(10**7), Money(found)) is None


def test_what_one_case_does_not_know_of_the_waybill_another_one_may() -> None:
    facts = under_way(category=Category.DAMAGE)
    elsewhere = Waybill(declared_value=Decimal(150), freight=Decimal(20))
    for own, most in (
        (None, "150"),
        (known(freight="1000"), "150"),
        (known(loss="80"), "80"),
        (known(declared_value="300"), "150"),
        (known(declared_value="120"), "120"),
    ):
        found = settlement.of_waybill(own, elsewhere, facts, TERMS)
        assert found is not None
        assert found.owed_at_most == Decimal(most)
        assert (found.declared_value, found.freight) == ((own.declared_value, own.freight) if own else (None, None))
    assert settlement.of_waybill(None, Waybill(), facts, TERMS) is None


def test_the_limit_is_that_of_the_category_of_today() -> None:
    stale = replace(known(freight="20"), owed_at_most=Decimal(20), limit_basis=LimitBasis.FREIGHT)
    found = settlement.of_waybill(stale, Waybill(), under_way(category=Category.DAMAGE), TERMS)
    assert found is not None
    assert found.owed_at_most == 60


def test_the_multiple_is_the_rulebooks() -> None:
    rules = policy(lambda book: book["settlement"].update(freight_multiple=7))
    found, _ = settlement.owed(known(freight="20.01"), Category.LOSS, rules.rulebook.settlement)
    assert found.owed_at_most == Decimal("140.07")


@given(amounts, st.lists(amounts, max_size=5), amounts, amounts)
@often
def test_however_a_sum_is_split_the_limit_holds_for_the_whole(
    most: Decimal, before: list[Decimal], elsewhere: Decimal, more: Decimal
) -> None:
    paid = tuple(payment(one, PaymentState.PAID, number) for number, one in enumerate(before, 1))
    held = Money(replace(known(), owed_at_most=most), paid, elsewhere)
    over = settlement.over_limit(more, held) is not None
    assert over == (more + sum(before) + elsewhere > most)
    assert settlement.over_limit(Decimal(0), held) is None


@given(st.lists(st.tuples(amounts, st.sampled_from(PaymentState)), max_size=8))
@often
def test_what_came_back_or_was_refused_does_not_count(found: list[tuple[Decimal, PaymentState]]) -> None:
    payments = [payment(amount, state, number) for number, (amount, state) in enumerate(found, 1)]
    gone = {PaymentState.RETURNED, PaymentState.CANCELLED}
    assert settlement.committed(payments) == sum(amount for amount, state in found if state not in gone)


@given(amounts, st.decimals("0", "1", places=2))
@often
def test_what_was_advanced_is_not_requested_again(compensation: Decimal, part: Decimal) -> None:
    advanced = (compensation * part).quantize(Decimal("0.01"))
    remedy = {"compensation": text(compensation), "approved": True, "advanced": text(advanced)}
    assert settlement.to_request(remedy) + advanced == compensation
    assert settlement.to_request(remedy | {"requested": True}) == 0
    assert settlement.to_request(None) == 0


def test_a_payment_waits_for_finance_on_a_clock_of_its_own_that_no_hold_stops() -> None:
    facts = under_way()
    made, clock = settlement.request(facts, Money(), PaymentKind.ADVANCE, Decimal(5), 1, TERMS, POLICY, NOW)
    assert (made.number, made.voucher, made.state) == (1, "PV-7-1", PaymentState.AWAITING)
    assert (clock.name, clock.ref, clock.due_at, clock.pausable) == (ClockName.PAYMENT, 1, made.due_at, False)
    assert clocks.meet_all((clock,), NOW) == (clock,)
