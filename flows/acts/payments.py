"""Other payments on the waybill of a case, to its customer or to its caller: they count together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.customers.family import family
from flows.rules import clocks, currencies, settlement
from flows.rules.currencies import Amount
from models.case import cases
from models.customer import phones
from models.locks import Keyed, hold_for
from models.settlement import payments as given
from models.values.case import CaseFacts
from models.values.money_terms import PaymentState
from models.values.policy import Policy
from models.values.stage_terms import Stage


@dataclass(frozen=True)
class Recipient:
    """Whom the money of a case goes to: the records of its customer, whoever called, and the phones he calls from.

    A caller without a record is somebody all the same. Whoever called twice is one, whatever customer each of his cases
    was given since. A phone of the customer's speaks for him only on cases that have no customer: which others it may
    have called for, their records say.
    """

    customers: tuple[int, ...]
    caller: str | None
    phones: tuple[str, ...]

    @property
    def locks(self) -> list[str]:
        """By whom of them two proposals at once would find each other; the standing record is the first."""
        callers = [f"caller:{self.caller}"] if self.caller is not None else []
        return [*callers, *(f"customer:{one}" for one in self.customers[:1])]

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.caller is not None:
            found.append(cases.c.caller_key == self.caller)
        if self.customers:
            found.append(cases.c.customer_id.in_(self.customers))
        if self.phones:
            found.append(and_(cases.c.customer_id.is_(None), cases.c.caller_key.in_(self.phones)))
        return found


async def payments(
    connection: AsyncConnection, facts: CaseFacts, amount: Decimal, policy: Policy, now: datetime
) -> Sequence[Amount]:
    """What was paid within the window, this case's own payments too, and what is promised on other cases; each in its
    own currency.

    Locks the waybill and the recipient until commit, so that of two proposals at once the second sees the first.
    """
    since = _since(policy, now)
    if since is None or not amount:
        return ()
    recipient = await _recipient(connection, facts)
    keys = [f"waybill:{facts.waybill}"] if facts.waybill else []
    for key in [*recipient.locks, *keys]:  # in one order everywhere: nobody waits in a circle
        await hold_for(connection, Keyed.PAYMENTS, key)
    his = [cases.c.id == facts.id, *recipient.conditions()]
    if facts.waybill:
        his.append(cases.c.waybill == facts.waybill)
    promised = await _promised(connection, facts, or_(*his), policy.rulebook.settlement.currency)
    return [*await _paid(connection, facts, or_(*his), since), *promised]


async def _recipient(connection: AsyncConnection, facts: CaseFacts) -> Recipient:
    """The caller of a case without a customer may have got a record since: then it is his."""
    id_ = facts.customer_id
    if id_ is None and facts.caller_key is not None:
        query = select(phones.c.customer_id).where(phones.c.key == facts.caller_key)
        id_ = (await connection.execute(query)).scalar_one_or_none()
    if id_ is None:
        return Recipient((), facts.caller_key, ())
    ids = await family(connection, id_)
    query = select(phones.c.key).where(phones.c.customer_id.in_(ids))
    return Recipient(tuple(ids), facts.caller_key, tuple((await connection.execute(query)).scalars()))


async def _paid(
    connection: AsyncConnection, facts: CaseFacts, his: ColumnElement[bool], since: datetime
) -> list[Amount]:
    """What is paid or on its way, from the day it went to finance; elsewhere also what came back, to be sent again.

    What came back on this case is asked for no more once it is proposed anew.
    """
    back = and_(given.c.state == PaymentState.RETURNED, cases.c.id != facts.id)
    counts = or_(given.c.state.in_(settlement.STANDING), back)
    query = (
        select(given.c.currency, given.c.amount)
        .join(cases, cases.c.id == given.c.case_id)
        .where(his, counts, given.c.requested_at >= since)
    )
    return [(row.currency, row.amount) for row in (await connection.execute(query)).all()]


async def _promised(
    connection: AsyncConnection, facts: CaseFacts, his: ColumnElement[bool], currency: str
) -> list[Amount]:
    """Proposals that wait for approval, or were approved and not carried out yet."""
    standing = cases.c.stage.in_(settlement.PROMISING)
    query = select(cases.c.stage, cases.c.remedy).where(
        his, cases.c.id != facts.id, standing, cases.c.remedy.is_not(None)
    )
    rows = (await connection.execute(query)).all()
    return [
        (currencies.of_remedy(row.remedy, currency), amount)
        for row in rows
        if (amount := settlement.promised(Stage(row.stage), row.remedy))
    ]


def _since(policy: Policy, now: datetime) -> datetime | None:
    window = policy.rulebook.approval.window
    return None if window is None else now - (clocks.after(window, now, policy) - now)
