"""What people do to a notice: acknowledge it, have it sent again. Each has a name on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Desk, Done
from flows.acts.refusals import NotFound, NotYours
from flows.notices import outbox
from flows.notices.looking_up import look_up
from flows.notices.reading import find_notice
from flows.rules.recipients import may_acknowledge
from models.notice import deliveries, notices, subscriptions
from models.values.case import Refusal, StaffFacts
from models.values.notices import Addressee
from models.values.people_terms import Role


async def acknowledge(
    connection: AsyncConnection, desk: Desk, id_: UUID, actor: StaffFacts, key: once.Key | None
) -> Done:
    """Say that it was read. The first counts; saying it again changes nothing. Its case looks up if it wants to know.

    Only whom it is for can say so: were it anybody who sees it, the first of them would keep the right one from it.
    Raises NotFound, NotYours or KeyReused.
    """
    if key is not None and (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    await _lock(connection, desk, id_, actor)
    if not may_acknowledge(await _addressee(connection, id_), actor, desk.policies.current):
        raise NotYours(
            "须由收件人本人、本单位或本级(及以上)确认", "whoever it is addressed to acknowledges it, nobody else"
        )
    now = await desk.clock.now(connection)
    query = update(notices).where(notices.c.id == id_, notices.c.acknowledged_at.is_(None))
    values = {"acknowledged_at": now, "acknowledged_by": actor.id}
    row = (await connection.execute(query.values(values).returning(notices.c.case_id, notices.c.pokes))).first()
    if row is not None and row.pokes and row.case_id is not None:
        await look_up(connection, row.case_id, now)
    return await _done(connection, id_, actor, key)


async def replay(
    connection: AsyncConnection, desk: Desk, id_: UUID, actor: StaffFacts | None, key: once.Key | None = None
) -> Done:
    """Send it again under its old id, to whoever is subscribed now. `actor` None: the command line.

    Raises NotFound, NotYours, KeyReused, or Refusal while it is still being tried.
    """
    if actor and key is not None and (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    await _lock(connection, desk, id_, actor)
    if actor is not None and actor.level < 1 and actor.role is not Role.ADMINISTRATOR:
        raise NotYours("须由主管或管理员重发", "a supervisor or the administrator has a notice sent again")
    if await _under_way(connection, id_):
        raise Refusal("通知仍在发送中", "this notice is still being sent")
    standing = select(subscriptions.c.id).where(subscriptions.c.ended_at.is_(None))
    ways = update(deliveries).where(deliveries.c.notice_id == id_, deliveries.c.subscription_id.in_(standing))
    fresh = {"attempts": 0, "delivered_at": None, "failed_at": None, "error": None, "not_before": func.now()}
    await connection.execute(ways.values(fresh))
    now: datetime = await desk.clock.now(connection)
    values: dict[str, Any] = {"resolved_at": None, "failed_at": None, "error": None, "due_at": None}
    values |= {"replayed_at": now, "replayed_by": actor.id if actor else None}
    await connection.execute(update(notices).where(notices.c.id == id_).values(values))
    return await _done(connection, id_, actor, key)


async def _lock(connection: AsyncConnection, desk: Desk, id_: UUID, actor: StaffFacts | None) -> None:
    if await find_notice(connection, desk.seal, id_, actor) is None:
        raise NotFound
    await connection.execute(select(notices.c.id).where(notices.c.id == id_).with_for_update())


async def _addressee(connection: AsyncConnection, id_: UUID) -> Addressee:
    row = (await connection.execute(select(notices).where(notices.c.id == id_))).one()
    return outbox.addressee(row)


async def _under_way(connection: AsyncConnection, id_: UUID) -> bool:
    unresolved = select(notices.c.id).where(notices.c.id == id_, notices.c.resolved_at.is_(None))
    waiting = select(deliveries.c.id).where(
        deliveries.c.notice_id == id_, deliveries.c.delivered_at.is_(None), deliveries.c.failed_at.is_(None)
    )
    both = select(unresolved.exists() | waiting.exists())
    return bool((await connection.execute(both)).scalar_one())


async def _done(connection: AsyncConnection, id_: UUID, actor: StaffFacts | None, key: once.Key | None) -> Done:
    answer = {"id": str(id_)}
    if actor is not None and key is not None:
        await once.keep(connection, actor.id, key, answer)
    return Done(answer)
