"""What happens to a case whose step raised: back-off, and after the bound a visible quarantine a person can release."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.chain import Entry, draft
from flows.legs.ledger import lock_cases
from models.case import cases
from models.event import events
from models.sealing import Seal
from models.values.case import Decision, Reason
from models.values.stage_terms import EventKind
from models.wake import wakes

BACKOFF_SECONDS = 1.0
BACKOFF_AT_MOST = 60.0


def backoff(attempts: int) -> float:
    """Seconds (database time) until the next try: 1, 2, 4 … 60."""
    return min(BACKOFF_SECONDS * float(2 ** max(attempts - 1, 0)), BACKOFF_AT_MOST)


async def fail(
    connection: AsyncConnection,
    seal: Seal,
    case_id: UUID,
    leg_id: UUID,
    error: str,
    now: datetime,
    bound: int,
) -> bool | None:
    """Count an attempt of a case this leg carried alone or whose step raised; True: it is quarantined now.

    None: the wake had gone to another leg meanwhile, and nothing was counted.
    """
    locked = await lock_cases(connection, [case_id])
    query = select(wakes.c.attempts).where(wakes.c.case_id == case_id, wakes.c.leg_id == leg_id).with_for_update()
    attempts = (await connection.execute(query)).scalar_one_or_none()
    if attempts is None:
        return None
    attempts += 1
    quarantined: bool = attempts >= bound
    why = Reason(f"第 {attempts} 次尝试失败：{error}", f"attempt {attempts} failed: {error}")
    event = EventKind.QUARANTINED if quarantined else EventKind.STEP_FAILED
    decision = Decision(event, {}, (why,), {"attempts": attempts, "error": error})
    await _append(connection, seal, Entry(*locked[case_id], decision), now, leg_id)
    values = {
        "leg_id": None,
        "attempts": attempts,
        "error": error[:500],
        "not_before": func.now() + timedelta(seconds=backoff(attempts)),
        "quarantined_at": func.now() if quarantined else None,
    }
    await connection.execute(update(wakes).where(wakes.c.case_id == case_id).values(values))
    return quarantined


async def release(connection: AsyncConnection, seal: Seal, case_id: UUID, actor_id: int | None, now: datetime) -> bool:
    """Let a quarantined case try again, by a named person; False: it is not in quarantine."""
    locked = await lock_cases(connection, [case_id])
    query = select(wakes.c.error).where(wakes.c.case_id == case_id, wakes.c.quarantined_at.is_not(None))
    row = (await connection.execute(query.with_for_update())).first()
    if row is None or case_id not in locked:
        return False
    why = Reason("人工解除隔离", "a person released it from quarantine")
    entry = Entry(*locked[case_id], Decision(EventKind.RELEASED, {}, (why,), {"error": row[0]}), actor_id)
    await _append(connection, seal, entry, now, None)
    values = {"quarantined_at": None, "attempts": 0, "error": None, "not_before": func.now(), "alone": True}
    await connection.execute(update(wakes).where(wakes.c.case_id == case_id).values(values))
    return True


async def quarantined(connection: AsyncConnection) -> Sequence[Any]:
    """Every case in quarantine, oldest first."""
    query = (
        select(wakes.c.case_id, cases.c.number, wakes.c.quarantined_at, wakes.c.attempts, wakes.c.error)
        .join(cases, cases.c.id == wakes.c.case_id)
        .where(wakes.c.quarantined_at.is_not(None))
        .order_by(wakes.c.quarantined_at)
    )
    return (await connection.execute(query)).mappings().all()


async def _append(connection: AsyncConnection, seal: Seal, entry: Entry, now: datetime, leg_id: UUID | None) -> None:
    after, event = draft(entry, seal, now, leg_id)
    if event is None:
        raise ValueError("an entry of the ledger needs an event")
    await connection.execute(insert(events).values(event))
    values = {"events": after.events, "head": event["hash"]}
    await connection.execute(update(cases).where(cases.c.id == after.id).values(values))
