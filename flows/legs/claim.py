"""Claiming: a worker takes due wakes and writes the leg that holds them, in one transaction.

Due wakes go by `order_at`: rank counts as a bounded delay, so the urgent go first and nobody is overtaken for longer
than that. A wake marked `alone` (its last leg died) gets a leg to itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from models.leg import legs
from models.wake import wakes

WORKER_LENGTH = legs.c.worker.type.length  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Claimed:
    """A new leg. `suspect`: its one case was alone in a leg that died, so nothing should run beside it."""

    leg_id: UUID
    cases: int
    suspect: bool


def due(procedure: str, now: datetime, spread: timedelta) -> Sequence[object]:
    """The conditions of a claimable wake, in a form the partial index answers however many cases wait."""
    return (
        wakes.c.procedure == procedure,
        wakes.c.leg_id.is_(None),
        wakes.c.quarantined_at.is_(None),
        wakes.c.due_at.is_not(None),
        wakes.c.order_at <= now + spread,
        wakes.c.due_at <= now,
        wakes.c.not_before <= func.now(),
    )


async def claim(
    connection: AsyncConnection,
    procedure: str,
    worker: str,
    now: datetime,
    *,
    spread: timedelta,
    at_most: int,
    lease_seconds: float,
) -> Claimed | None:
    """Take up to `at_most` due wakes into a new leg; None: nothing was due. Commit is the caller's."""
    query = (
        select(wakes.c.case_id, wakes.c.alone, wakes.c.attempts)
        .where(*due(procedure, now, spread))  # type: ignore[arg-type]
        .order_by(wakes.c.order_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return None
    taken = [rows[0].case_id] if rows[0].alone else [row.case_id for row in rows if not row.alone]
    leg_id = uuid7()
    await connection.execute(
        insert(legs).values(
            id=leg_id,
            procedure=procedure,
            worker=worker[:WORKER_LENGTH],
            cases=len(taken),
            lease_until=func.now() + timedelta(seconds=lease_seconds),
            carried=0,
            deferred=0,
            quarantined=0,
        )
    )
    await connection.execute(update(wakes).where(wakes.c.case_id.in_(taken)).values(leg_id=leg_id))
    return Claimed(leg_id, len(taken), rows[0].alone and rows[0].attempts > 0)


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When (business time) the earliest wake that nobody holds is due, whatever its procedure."""
    query = select(func.min(wakes.c.due_at)).where(
        wakes.c.leg_id.is_(None),
        wakes.c.quarantined_at.is_(None),
        wakes.c.due_at.is_not(None),
    )
    moment: datetime | None = (await connection.execute(query)).scalar_one()
    return moment


async def unsettled(connection: AsyncConnection, now: datetime) -> bool:
    """Whether any wake is due or held: then the simulated clock must stand still."""
    query = select(wakes.c.case_id).where(
        wakes.c.quarantined_at.is_(None), or_(wakes.c.leg_id.is_not(None), wakes.c.due_at <= now)
    )
    return (await connection.execute(query.limit(1))).first() is not None
