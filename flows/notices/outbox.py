"""The outbox: notices resolved to deliveries; those claimed, tried, settled. The protocol of `flows.legs`, smaller.

A try is claimed with a lease; who dies with it loses it, and it is tried again: at least once, under one id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.notices.looking_up import look_up
from flows.notices.signing import Letter
from flows.rules.recipients import Member, Subscriber, pause, recipients
from models.case import cases
from models.notice import deliveries, notices, subscriptions
from models.sealing import Seal
from models.staff import staff
from models.values.notice_terms import NOBODY, NoticeChannel
from models.values.notices import Addressee
from models.values.people_terms import Role
from models.values.telling_policy import Notices

AT_ONCE = 20
"""How many notices are resolved in one transaction, and how many deliveries one postman has under way."""
TO_ONE = 5
"""How many of them to one target: one that never answers is to hold no place that others need."""
NONE_BUSY: Mapping[int, int] = {}
ERROR_LENGTH = 200


@dataclass(frozen=True)
class Claimed:
    """One delivery to try; `lease_until` is the fence."""

    id: UUID
    notice_id: UUID
    attempts: int
    lease_until: datetime
    subscription_id: int
    channel: NoticeChannel
    to: str
    secret: str | None
    letter: Letter


async def resolve(connection: AsyncConnection, now: datetime) -> int:
    """Work out whom each new notice goes to. One addressed to somebody who is subscribed to nothing has failed."""
    query = (
        select(notices)
        .where(notices.c.resolved_at.is_(None), or_(notices.c.due_at.is_(None), notices.c.due_at <= now))
        .order_by(notices.c.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return 0
    subscribers, members = await _subscribers(connection), await _members(connection)
    for row in rows:
        found = recipients(row.kind, addressee(row), subscribers, members)
        if found:
            ways = [{"notice_id": row.id, "subscription_id": one, "attempts": 0} for one in found]
            await connection.execute(insert(deliveries).on_conflict_do_nothing(), ways)
        values: dict[str, Any] = {"resolved_at": now} | ({} if found else {"error": NOBODY})
        if not found and addressee(row) != Addressee():
            values["failed_at"] = now
        await connection.execute(update(notices).where(notices.c.id == row.id).values(values))
        if not found:
            await _tell_case(connection, row, now)
    return len(rows)


async def claim(
    connection: AsyncConnection,
    seal: Seal,
    worker: str,
    lease_seconds: float,
    at_most: int = AT_ONCE,
    busy: Mapping[int, int] = NONE_BUSY,
) -> list[Claimed]:
    """Deliveries to try now, each with a lease. `busy`: how many are under way here, by subscription."""
    due = (
        deliveries.c.delivered_at.is_(None),
        deliveries.c.failed_at.is_(None),
        deliveries.c.not_before <= func.now(),
        or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until < func.now()),
    )
    turn = func.row_number().over(partition_by=deliveries.c.subscription_id, order_by=deliveries.c.not_before)
    full = [one for one, count in busy.items() if count >= TO_ONE]
    inner = (
        select(deliveries.c.id, turn.label("turn")).where(*due, deliveries.c.subscription_id.not_in(full)).subquery()
    )
    waiting = (
        select(deliveries.c.id)
        .where(*due, deliveries.c.id.in_(select(inner.c.id).where(inner.c.turn <= TO_ONE)))
        .order_by(deliveries.c.not_before)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    query = (
        update(deliveries)
        .where(deliveries.c.id.in_(waiting))
        .values(
            attempts=deliveries.c.attempts + 1,
            lease_until=func.clock_timestamp() + timedelta(seconds=lease_seconds),
            worker=worker[: deliveries.c.worker.type.length],  # type: ignore[attr-defined]
        )
        .returning(deliveries.c.id, deliveries.c.attempts, deliveries.c.lease_until)
    )
    taken = {row.id: row for row in (await connection.execute(query)).all()}
    if not taken:
        return []
    whole = (
        select(deliveries.c.id.label("delivery_id"), deliveries.c.subscription_id, notices)
        .add_columns(subscriptions.c.channel, subscriptions.c.target)
        .add_columns(cases.c.number)
        .join(notices, notices.c.id == deliveries.c.notice_id)
        .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
        .outerjoin(cases, cases.c.id == notices.c.case_id)
        .where(deliveries.c.id.in_(taken))
    )
    rows = (await connection.execute(whole)).all()
    return [_claimed(row, taken[row.delivery_id], seal) for row in rows]


async def arrived(connection: AsyncConnection, one: Claimed, now: datetime) -> bool:
    """It was taken; False: the lease was lost, and another try may have been made meanwhile."""
    values = {"delivered_at": now, "lease_until": None, "error": None}
    if not await _settle(connection, one, values):
        return False
    first = update(notices).where(notices.c.id == one.notice_id, notices.c.delivered_at.is_(None))
    await connection.execute(first.values(delivered_at=now))
    # Told of each that arrives, not of the first alone: to whom it went may be what the case waits for.
    notice = (await connection.execute(select(notices).where(notices.c.id == one.notice_id))).one()
    await _tell_case(connection, notice, now)
    return True


async def failed(
    connection: AsyncConnection, one: Claimed, error: str, policy: Notices, now: datetime, *, final: bool = False
) -> bool:
    """It was not taken: again later, or (`final`, or tried often enough) never; False: the lease was lost."""
    seconds = None if final else pause(one.attempts, policy)
    values: dict[str, Any] = {"lease_until": None, "error": error[:ERROR_LENGTH]}
    if seconds is None:
        values["failed_at"] = now
    else:
        values["not_before"] = func.now() + timedelta(seconds=seconds)
    if not await _settle(connection, one, values):
        return False
    if seconds is None:
        await _fail_whole(connection, one.notice_id, error, now)
    return True


async def _settle(connection: AsyncConnection, one: Claimed, values: Mapping[str, Any]) -> bool:
    # The notice first, as everywhere: two deliveries of one notice that end together wait for each other in order.
    await connection.execute(select(notices.c.id).where(notices.c.id == one.notice_id).with_for_update())
    ours = and_(deliveries.c.id == one.id, deliveries.c.lease_until == one.lease_until)
    query = update(deliveries).where(ours).values(dict(values)).returning(deliveries.c.id)
    return (await connection.execute(query)).first() is not None


async def _fail_whole(connection: AsyncConnection, notice_id: UUID, error: str, now: datetime) -> None:
    """The notice has failed when every way to everybody has."""
    left = select(deliveries.c.id).where(deliveries.c.notice_id == notice_id, deliveries.c.failed_at.is_(None))
    if (await connection.execute(left.limit(1))).first() is not None:
        return
    query = update(notices).where(notices.c.id == notice_id, notices.c.delivered_at.is_(None))
    values = {"failed_at": now, "error": error[:ERROR_LENGTH]}
    row = (await connection.execute(query.values(values).returning(*notices.c))).first()
    if row is not None:
        await _tell_case(connection, row, now)


async def _tell_case(connection: AsyncConnection, notice: Row[Any], now: datetime) -> None:
    if notice.pokes and notice.case_id is not None:
        await look_up(connection, notice.case_id, now)


async def _subscribers(connection: AsyncConnection) -> list[Subscriber]:
    gone = select(staff.c.id).where(staff.c.id == subscriptions.c.staff_id, staff.c.left_at.is_not(None))
    query = select(subscriptions).where(subscriptions.c.ended_at.is_(None), ~gone.exists())
    rows = (await connection.execute(query)).all()
    return [
        Subscriber(
            row.id, Addressee(row.staff_id, row.unit, Role(row.role) if row.role else None), frozenset(row.kinds)
        )
        for row in rows
    ]


async def _members(connection: AsyncConnection) -> dict[int, Member]:
    rows: Sequence[Any] = (await connection.execute(select(staff.c.id, staff.c.role, staff.c.unit))).all()
    return {row.id: Member(Role(row.role), row.unit) for row in rows}


def addressee(row: Row[Any]) -> Addressee:
    """Whom a row of `notices` is for."""
    return Addressee(row.to_staff, row.to_unit, Role(row.to_role) if row.to_role else None)


def _claimed(row: Row[Any], taken: Row[Any], seal: Seal) -> Claimed:
    """A notice whose text was erased meanwhile still says that there was one."""
    gone = {"zh": "(内容已删除)", "en": "(erased)"}
    payload = seal.open(row.payload) if row.payload is not None else {"title": gone, "text": gone}
    target = seal.open(row.target)
    letter = Letter(
        id=row.id,
        kind=row.kind,
        created_at=row.created_at,
        title=payload["title"],
        text=payload["text"],
        case_id=row.case_id,
        case_number=row.number,
        must_acknowledge=row.must_acknowledge,
    )
    channel = NoticeChannel(row.channel)
    return Claimed(
        taken.id,
        row.id,
        taken.attempts,
        taken.lease_until,
        row.subscription_id,
        channel,
        target["to"],
        target.get("secret"),
        letter,
    )
