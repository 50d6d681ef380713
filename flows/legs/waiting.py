"""The wakes at a glance."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.wake import wakes


@dataclass(frozen=True)
class Waiting:
    """Cases by what their wake waits for; moments in business time."""

    due: int
    held: int
    later: int
    quarantined: int
    never: int
    oldest_due: datetime | None
    next_due: datetime | None


async def waiting(connection: AsyncConnection, now: datetime) -> Waiting:
    free = wakes.c.quarantined_at.is_(None) & wakes.c.leg_id.is_(None)
    query = select(
        func.count().filter(free, wakes.c.due_at <= now),
        func.count().filter(wakes.c.leg_id.is_not(None)),
        func.count().filter(free, wakes.c.due_at > now),
        func.count().filter(wakes.c.quarantined_at.is_not(None)),
        func.count().filter(free, wakes.c.due_at.is_(None)),
        func.min(wakes.c.due_at).filter(free, wakes.c.due_at <= now),
        func.min(wakes.c.due_at).filter(free, wakes.c.due_at > now),
    ).select_from(wakes)
    return Waiting(*(await connection.execute(query)).one())
