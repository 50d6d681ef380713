"""Which payments are the standing proposal's, and which go when it is dropped."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from flows.rules import agreement, clocks, vouchers
from models.values.money_terms import PaymentKind, PaymentState
from models.values.settlement import Money, Payment, Settlement
from models.values.stage_terms import ClockName
from tests.flows.rules.making import NOW, POLICY, under_way

PAY = clocks.start(ClockName.PAYMENT, POLICY.rulebook.settlement.pay_within, NOW, POLICY, ref=1)
S, COMPENSATION, ADVANCE = PaymentState, PaymentKind.COMPENSATION, PaymentKind.ADVANCE
MOVES = {
    (COMPENSATION, S.CONFIRMED, True),
    *((ADVANCE, state, agreed) for state in (S.AWAITING, S.CONFIRMED) for agreed in (True, False)),
}
"""What finance may be paying at this moment."""


def payment(state: S, kind: PaymentKind = COMPENSATION, number: int = 1, *, agreed: bool = False) -> Payment:
    at = NOW if agreed else None
    return Payment(UUID(int=7), number, kind, Decimal(9), "CNY", state, f"PV-7-{number}", 1, NOW, NOW, agreed_at=at)


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("kind", PaymentKind)
def test_what_is_dropped_takes_with_it_all_that_finance_cannot_be_paying(
    state: S, kind: PaymentKind, agreed: bool
) -> None:
    facts = under_way(remedy={"compensation": "9", "approved": True}, paid=Decimal(20), clocks=(PAY,))
    held = Money(Settlement(facts.id, "CNY", agreed_at=NOW), (payment(state, kind, agreed=agreed),))
    found = vouchers.dropped(facts, facts.clocks, held, NOW)
    hit = state not in (S.PAID, S.CANCELLED) and (kind, state, agreed) not in MOVES
    counted = hit and state is not S.RETURNED  # what came back counts as unpaid already
    assert (found.changes["remedy"], found.changes["paid"]) == (None, Decimal(11) if counted else Decimal(20))
    states = [row.values["state"] for row in found.rows if row.table == "payments"]
    assert (states, found.data) == (([S.CANCELLED], {"payments_cancelled": [1]}) if hit else ([], {}))
    assert (found.clocks[0].met_at is not None) == hit
    [known] = [row.values for row in found.rows if row.table == "settlements"]
    assert known["agreed_at"] is None


def test_an_agreement_is_to_the_payments_of_the_standing_proposal_alone() -> None:
    old, back, advance, ours = (
        payment(S.CONFIRMED),
        payment(S.RETURNED, number=2),
        payment(S.AWAITING, ADVANCE, 3),
        payment(S.AWAITING, number=4),
    )
    facts = under_way(remedy={"compensation": "18", "approved": True, "vouchers": [2, 3, 4]})
    held = Money(payments=(old, back, advance, ours))
    rows = agreement.agreed_when_told(facts, held, "CNY", NOW)
    assert [row.values["number"] for row in rows if row.table == "payments"] == [2, 4]


def test_a_proposal_of_before_its_payments_were_noted_has_what_stands() -> None:
    assert vouchers.belongs({"compensation": "9"}, payment(S.RETURNED))
    assert not vouchers.belongs({"compensation": "9", "vouchers": []}, payment(S.RETURNED))
    assert not vouchers.belongs(None, payment(S.RETURNED))
    assert vouchers.belongs(vouchers.noted({"vouchers": []}, payment(S.AWAITING)), payment(S.RETURNED))


def test_a_new_proposal_asks_no_more_for_what_came_back() -> None:
    facts = under_way(paid=Decimal(20))
    held = Money(payments=tuple(payment(state, ADVANCE, number) for number, state in enumerate(S, 1)))
    [row] = vouchers.superseded(facts, held, NOW).rows
    assert row.values == vars(replace(held.payments[[*S].index(S.RETURNED)], state=S.CANCELLED))
