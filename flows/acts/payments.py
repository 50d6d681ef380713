"""Other payments on the waybill of a case or to its customer: they count together."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.customers.family import family
from flows.rules import clocks, settlement
from models.case import cases
from models.locks import Keyed, hold_for
from models.settlement import payments as given
from models.values.case import CaseFacts
from models.values.money_terms import PaymentState
from models.values.policy import Policy
from models.values.stage_terms import Stage


async def payments(
    connection: AsyncConnection, facts: CaseFacts, amount: Decimal, policy: Policy, now: datetime
) -> Sequence[Decimal]:
    """What was paid within the window, this case's own payments too, and what is promised on other cases.

    Locks the waybill and the customer until commit, so that of two proposals at once the second sees the first.
    """
    since = _since(policy, now)
    if since is None or not amount:
        return ()
    ids = await family(connection, facts.customer_id) if facts.customer_id is not None else []
    keys = [f"waybill:{facts.waybill}"] if facts.waybill else []
    for key in [*(f"customer:{one}" for one in ids[:1]), *keys]:
        await hold_for(connection, Keyed.PAYMENTS, key)
    his: list[ColumnElement[bool]] = [cases.c.id == facts.id]
    if facts.waybill:
        his.append(cases.c.waybill == facts.waybill)
    if ids:
        his.append(cases.c.customer_id.in_(ids))
    return [*await _paid(connection, facts, or_(*his), since), *await _promised(connection, facts, or_(*his))]


async def _paid(
    connection: AsyncConnection, facts: CaseFacts, his: ColumnElement[bool], since: datetime
) -> list[Decimal]:
    """What is paid or on its way, from the day it went to finance; elsewhere also what came back, to be sent again.

    What came back on this case is asked for no more once it is proposed anew.
    """
    back = and_(given.c.state == PaymentState.RETURNED, cases.c.id != facts.id)
    counts = or_(given.c.state.in_(settlement.STANDING), back)
    query = (
        select(given.c.amount)
        .join(cases, cases.c.id == given.c.case_id)
        .where(his, counts, given.c.requested_at >= since)
    )
    return list((await connection.execute(query)).scalars())


async def _promised(connection: AsyncConnection, facts: CaseFacts, his: ColumnElement[bool]) -> list[Decimal]:
    """Proposals that wait for approval, or were approved and not carried out yet."""
    standing = cases.c.stage.in_(settlement.PROMISING)
    query = select(cases.c.stage, cases.c.remedy).where(
        his, cases.c.id != facts.id, standing, cases.c.remedy.is_not(None)
    )
    rows = (await connection.execute(query)).all()
    return [amount for row in rows if (amount := settlement.promised(Stage(row.stage), row.remedy))]


def _since(policy: Policy, now: datetime) -> datetime | None:
    window = policy.rulebook.approval.window
    return None if window is None else now - (clocks.after(window, now, policy) - now)
