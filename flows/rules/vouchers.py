"""The payments of a proposal: which are the standing one's, and what becomes of them when it is dropped.

A proposal is dropped where it is handled anew (the customer refused it, or it solved nothing, or the case is reopened)
or nothing is to be settled any more (he took the complaint back unagreed). What it asked finance for must not be paid
beside what is proposed next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flows.rules import clocks
from flows.rules.settlement import STANDING, WITH_FINANCE, row, void_agreement
from models.values.case import CaseFacts, Row
from models.values.money_terms import PaymentKind, PaymentState
from models.values.settlement import Money, Payment
from models.values.stage_terms import ClockName, Stage

UNPAID = WITH_FINANCE | {PaymentState.RETURNED}
"""Asked for, and no money moved yet."""


@dataclass(frozen=True)
class Dropped:
    """What goes with a proposal: the facts that change, the rows beside the case, what the event says of it."""

    changes: dict[str, Any]
    rows: tuple[Row, ...]
    data: dict[str, Any]

    @property
    def clocks(self) -> clocks.Clocks:
        left: clocks.Clocks = self.changes["clocks"]
        return left


def noted(remedy: Mapping[str, Any] | None, payment: Payment) -> dict[str, Any]:
    """The proposal with one more payment of its own."""
    known = dict(remedy or {})
    return known | {"vouchers": [*known.get("vouchers", ()), payment.number]}


def belongs(remedy: Mapping[str, Any] | None, payment: Payment) -> bool:
    """Whether a payment is the standing proposal's. Proposals of before this was noted have whatever stands."""
    return remedy is not None and payment.number in remedy.get("vouchers", (payment.number,))


def unagreed(remedy: Mapping[str, Any] | None, payments: Iterable[Payment]) -> list[Payment]:
    """The compensation of the standing proposal that waits for the customer's agreement."""
    return [
        one
        for one in payments
        if one.kind is PaymentKind.COMPENSATION
        and one.state in UNPAID
        and one.agreed_at is None
        and belongs(remedy, one)
    ]


def with_finance(facts: CaseFacts) -> bool:
    """Whether money of the case is on its way: finance has a term of its own for each payment."""
    return any(clock.name is ClockName.PAYMENT and clock.met_at is None for clock in facts.clocks)


def under_way(facts: CaseFacts) -> bool:
    """Whether money of the case is proposed and not refused, approved, or with finance: it must stand for itself."""
    remedy = facts.remedy or {}
    stands = bool(remedy.get("approved")) or facts.stage is Stage.APPROVAL
    return (stands and bool(Decimal(remedy.get("compensation", 0)))) or with_finance(facts)


def dropped(facts: CaseFacts, left: clocks.Clocks, money: Money, now: datetime) -> Dropped:
    """The standing proposal is dropped, with its agreement and every payment that nobody can be making just now.

    Of compensation that was agreed to, what finance confirmed may be paid at this moment, and an advance with finance
    was given whatever he says about the whole: they stand, and count towards the sums of what is proposed next.
    """
    gone = [one for one in money.payments if one.state in UNPAID and not _moves(one)]
    rows = (*(row(one) for one in cancelled(gone)), *void_agreement(money.settlement))
    return Dropped(_without(facts, left, gone, now) | {"remedy": None}, rows, data_of(gone))


def superseded(facts: CaseFacts, money: Money, now: datetime) -> Dropped:
    """A new proposal takes the place of one: what finance sent back of that is asked for no more."""
    gone = [one for one in money.payments if one.state is PaymentState.RETURNED]
    rows = (*(row(one) for one in cancelled(gone)), *void_agreement(money.settlement))
    return Dropped(_without(facts, facts.clocks, gone, now), rows, data_of(gone))


def cancelled(gone: Iterable[Payment]) -> tuple[Payment, ...]:
    return tuple(replace(one, state=PaymentState.CANCELLED) for one in gone)


def data_of(gone: Iterable[Payment]) -> dict[str, Any]:
    numbers = [one.number for one in gone]
    return {"payments_cancelled": numbers} if numbers else {}


def _moves(one: Payment) -> bool:
    """Whether the money may be moving."""
    if one.kind is PaymentKind.ADVANCE:
        return one.state in WITH_FINANCE
    return one.state is PaymentState.CONFIRMED and one.agreed_at is not None


def _without(facts: CaseFacts, left: clocks.Clocks, gone: Iterable[Payment], now: datetime) -> dict[str, Any]:
    """What came back counts as unpaid already."""
    counted = sum((one.amount for one in gone if one.state in STANDING), Decimal(0))
    for one in gone:
        left = clocks.meet(left, ClockName.PAYMENT, now, ref=one.number)
    return {"clocks": left, "paid": facts.paid - counted}
