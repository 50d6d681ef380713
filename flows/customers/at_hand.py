"""Whose case is the one before him? Who looked a caller up a moment ago, or received the case, has him at hand.

A look-up by name finds many people of one name: it puts nobody at hand until one of them is read.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules import permission
from models.case import cases
from models.customer import accesses, customers
from models.event import events
from models.values.case import CaseFacts, StaffFacts
from models.values.people_terms import AccessKind
from models.values.permissions import Permit, Relation
from models.values.policy import Policy


def at_hand(actor: StaffFacts, policy: Policy, now: datetime) -> ColumnElement[bool]:
    """Whether the caller of a row of `cases` spoke with this person within the rulebook's time."""
    since = now - timedelta(minutes=policy.permissions.caller_minutes)
    his, seen = customers.alias(), customers.alias()
    root = select(func.coalesce(his.c.merged_into, his.c.id)).where(his.c.id == cases.c.customer_id).correlate(cases)
    found = select(func.coalesce(seen.c.merged_into, seen.c.id)).where(seen.c.id == accesses.c.customer_id)
    found = found.correlate(accesses)
    known = and_(accesses.c.kind != AccessKind.BY_NAME, root.scalar_subquery() == found.scalar_subquery())
    same = or_(accesses.c.caller_key == cases.c.caller_key, accesses.c.waybill == cases.c.waybill, known)
    received = exists().where(events.c.case_id == cases.c.id, events.c.seq == 1, events.c.actor_id == actor.id)
    looked_up = exists().where(accesses.c.staff_id == actor.id, accesses.c.at > since, accesses.c.at <= now, same)
    return or_(looked_up, and_(cases.c.recorded_at > since, received))


async def permits(
    connection: AsyncConnection, facts: CaseFacts, actor: StaffFacts, policy: Policy, now: datetime
) -> frozenset[Permit]:
    """What somebody may do with a case. Whether its caller is at hand is asked only where that allows him more."""
    without = permission.permits(facts, actor, policy)
    if policy.permissions.by_relation[actor.role][Relation.CALLER_AT_HAND] <= without:
        return without
    query = select(at_hand(actor, policy, now)).where(cases.c.id == facts.id)
    looked_up: bool = (await connection.execute(query)).scalar_one()
    return permission.permits(facts, actor, policy, at_hand=looked_up)
