"""The lists of those who deal with money: payments for finance, and what each liable party is charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.money import findings_of, to_payment
from flows.rules import liability
from models.case import cases
from models.settlement import payments
from models.values.money_terms import LiableKind, PaymentState
from models.values.settlement import Payment


@dataclass(frozen=True)
class Recharge:
    """What one party owes for one case, in one currency; `standing`: final, open or appealed."""

    case_id: UUID
    case_number: int
    waybill: str | None
    party: str
    kind: LiableKind
    percent: Decimal
    paid: Decimal
    charged: Decimal
    currency: str
    standing: str


async def recharges(
    connection: AsyncConnection, visible: ColumnElement[bool], first: date | None, last: date | None, now: datetime
) -> list[Recharge]:
    """Of all payments made in a period (both days inclusive; by the day they were paid), by the last finding.

    A case without a finding of its own is charged by that of the case it is linked to: the incident, or its main case.
    Each case's charges add up to what was paid on it, to the cent. Order: case number, party.
    """
    found = await _paid(connection, visible, first, last)
    judged = {row["case_id"] for row in found} | {row["linked_to"] for row in found if row["linked_to"]}
    findings = await findings_of(connection, judged)
    charged: list[Recharge] = []
    for (case_id, currency), rows in _by_case(found).items():
        standing_ones = findings.get(case_id) or findings.get(rows[0]["linked_to"])
        if not standing_ones:
            continue
        finding = standing_ones[-1]
        amount = sum((row["amount"] for row in rows), Decimal(0))
        parts = liability.charges(amount, finding.shares)
        standing = liability.standing(finding, now)
        charged += [
            Recharge(
                case_id,
                rows[0]["case_number"],
                rows[0]["waybill"],
                share.party,
                share.kind,
                share.percent,
                amount,
                parts[share.party],
                currency,
                standing,
            )
            for share in finding.shares
        ]
    return sorted(charged, key=lambda one: (one.case_number, one.party))


@dataclass(frozen=True)
class Listed:
    """A payment with the number of its case."""

    payment: Payment
    case_number: int


async def list_payments(
    connection: AsyncConnection,
    visible: ColumnElement[bool],
    state: PaymentState | None,
    after: tuple[datetime, UUID, int] | None,
    limit: int,
) -> list[Listed]:
    """By when finance should have paid, the earliest first."""
    key = (payments.c.due_at, payments.c.case_id, payments.c.number)
    query = select(payments, cases.c.number.label("case_number")).join(cases, cases.c.id == payments.c.case_id)
    query = query.where(visible).order_by(*key).limit(limit)
    if state is not None:
        query = query.where(payments.c.state == state)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = (await connection.execute(query)).mappings().all()
    return [Listed(to_payment(row), row["case_number"]) for row in rows]


async def _paid(
    connection: AsyncConnection, visible: ColumnElement[bool], first: date | None, last: date | None
) -> Sequence[Any]:
    conditions = [visible, payments.c.state == PaymentState.PAID]
    conditions += [payments.c.paid_on >= first] if first else []
    conditions += [payments.c.paid_on <= last] if last else []
    query = (
        select(payments, cases.c.number.label("case_number"), cases.c.waybill, cases.c.linked_to)
        .join(cases, cases.c.id == payments.c.case_id)
        .where(and_(*conditions))
        .order_by(payments.c.case_id, payments.c.number)
    )
    return (await connection.execute(query)).mappings().all()


def _by_case(rows: Sequence[Any]) -> dict[tuple[UUID, str], list[Any]]:
    found: dict[tuple[UUID, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row["case_id"], row["currency"]), []).append(row)
    return found
