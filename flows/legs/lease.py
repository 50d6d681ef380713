"""Leases: renewed by one UPDATE, given back, settled, and reaped when they ran out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.quarantine import fail
from models.leg import LegState, legs
from models.sealing import Seal
from models.wake import wakes


@dataclass(frozen=True)
class Held:
    """What renewing learned: the lease still stands, and whether somebody asked to cancel."""

    cancelled: bool


@dataclass(frozen=True)
class Dead:
    """A leg that ran out, and its flow run, which the worker marks Crashed."""

    leg_id: UUID
    flow_run_id: UUID | None
    cases: int


async def renew(connection: AsyncConnection, leg_id: UUID, lease_seconds: float) -> Held | None:
    """Push the lease on; None: the leg is no longer ours."""
    query = (
        update(legs)
        .where(legs.c.id == leg_id, legs.c.state == LegState.OPEN)
        .values(lease_until=func.now() + timedelta(seconds=lease_seconds))
        .returning(legs.c.cancel_requested_at)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Held(row[0] is not None)


async def give_back(connection: AsyncConnection, leg_id: UUID, message: str, pause_seconds: float) -> None:
    """Return the wakes of a leg that never ran (Prefect away, database lost): nothing counts as an attempt."""
    await _release(connection, leg_id, pause_seconds)
    await _end(connection, leg_id, LegState.GIVEN_BACK, message)


async def settle(
    connection: AsyncConnection, leg_id: UUID, *, carried: int, deferred: int, quarantined: int, message: str
) -> bool:
    """End a leg and release what it still holds; False: it was not ours any more."""
    await _release(connection, leg_id, 0)
    counts = {"carried": carried, "deferred": deferred, "quarantined": quarantined}
    return await _end(connection, leg_id, LegState.ENDED, message, **counts)


async def reap(connection: AsyncConnection, seal: Seal, now: datetime, bound: int) -> list[Dead]:
    """End the legs whose lease ran out; their wakes return, each alone in its next leg.

    Only the death of a leg that carried one case alone counts as that case's attempt: of a hundred, ninety-nine are
    innocent.
    """
    query = (
        update(legs)
        .where(legs.c.state == LegState.OPEN, legs.c.lease_until < func.now())
        .values(state=LegState.DEAD, ended_at=func.now(), message="lease ran out", deferred=legs.c.cases)
        .returning(legs.c.id, legs.c.flow_run_id, legs.c.cases)
    )
    dead = [Dead(*row) for row in (await connection.execute(query)).all()]
    for leg in dead:
        held = select(wakes.c.case_id).where(wakes.c.leg_id == leg.leg_id)
        ids = list((await connection.execute(held)).scalars())
        if leg.cases == 1:
            for case_id in ids:
                await fail(
                    connection,
                    seal,
                    case_id,
                    leg.leg_id,
                    "the leg died while it carried this case",
                    now,
                    bound,
                )
        elif ids:
            values = {"leg_id": None, "alone": True}
            await connection.execute(update(wakes).where(wakes.c.leg_id == leg.leg_id).values(values))
    return dead


async def postpone(connection: AsyncConnection, case_id: UUID, leg_id: UUID, pause_seconds: float) -> None:
    """Return one wake, to be looked at a little later."""
    values = {"leg_id": None, "not_before": func.now() + timedelta(seconds=pause_seconds)}
    query = update(wakes).where(wakes.c.case_id == case_id, wakes.c.leg_id == leg_id)
    await connection.execute(query.values(values))


async def reported(connection: AsyncConnection, leg_id: UUID) -> None:
    """Prefect has heard the final state of the leg's run."""
    await connection.execute(update(legs).where(legs.c.id == leg_id).values(reported_at=func.now()))


async def _release(connection: AsyncConnection, leg_id: UUID, pause_seconds: float) -> None:
    values = {"leg_id": None, "not_before": func.now() + timedelta(seconds=pause_seconds)}
    await connection.execute(update(wakes).where(wakes.c.leg_id == leg_id).values(values))


async def _end(connection: AsyncConnection, leg_id: UUID, state: LegState, message: str, **counts: int) -> bool:
    values = {"state": state, "ended_at": func.now(), "message": message[:200], **counts}
    query = update(legs).where(legs.c.id == leg_id, legs.c.state == LegState.OPEN).values(values)
    return (await connection.execute(query.returning(legs.c.id))).first() is not None
