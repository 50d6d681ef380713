"""Seeing a full number: an act with a reason, by roles the rulebook names, written down."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.inputs import Input, Text
from flows.acts.perform import Desk
from flows.acts.refusals import NotFound, NotYours
from flows.customers.auditing import note
from flows.customers.family import family
from flows.customers.finding import may_see
from flows.customers.identity import open_phone
from flows.rules import permission
from models.customer import phones
from models.values.case import StaffFacts
from models.values.people_terms import AccessKind
from models.values.permissions import Permit


class Unmask(Input):
    """Why the full number is needed."""

    reason: Text


async def unmask(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, customer_id: int, said: Unmask, key: once.Key | None
) -> tuple[list[str], bool]:
    """The customer's numbers in full, and whether this key was answered before (that is kept, not the numbers)."""
    if not may_see(actor, desk):
        raise NotFound
    if not permission.may(actor, Permit.UNMASK, desk.policies.current):
        raise NotYours("无权查看完整号码", "your role does not see full numbers")
    first = await once.answered(connection, actor.id, key)
    ids = await family(connection, customer_id)
    if first is None:
        reason = desk.seal.close({"reason": said.reason})
        now = await desk.clock.now(connection)
        await note(connection, actor, AccessKind.UNMASKED, ids[0], now, reason=reason)
        await once.keep(connection, actor.id, key, {"customer": ids[0]})
    query = select(phones.c.number).where(phones.c.customer_id.in_(ids)).order_by(phones.c.created_at)
    numbers = [open_phone(desk.seal, number) for number in (await connection.execute(query)).scalars()]
    return numbers, first is not None
