"""Leases: renewed by one UPDATE, given back, settled, and reaped when they ran out.

Nothing here waits for a wake that somebody else has locked: it stays with its ended leg, and `reap` returns it later.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from flows.legs.blame import Blame, DatabaseAway, blame
from flows.legs.quarantine import fail
from models.case import cases
from models.leg import LegState, legs
from models.sealing import Seal
from models.wake import wakes

DIED = "the leg died while it carried this case"
RENEWALS = 4
"""How often a lease is renewed in its length."""
INSIST_SECONDS = 0.2

T = TypeVar("T")


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


@asynccontextmanager
async def kept(
    engine: AsyncEngine, leg_id: UUID, lease_seconds: float, heard: Callable[[Held | None], None] = lambda _: None
) -> AsyncIterator[None]:
    """The lease is renewed while the block runs; `heard` gets what each renewal learned."""
    keeper = asyncio.create_task(_keep(engine, leg_id, lease_seconds, heard))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _keep(engine: AsyncEngine, leg_id: UUID, lease_seconds: float, heard: Callable[[Held | None], None]) -> None:
    """A database that is away for longer loses the lease."""
    held: Held | None = Held(False)
    while held is not None:
        await asyncio.sleep(lease_seconds / RENEWALS)
        try:
            async with engine.begin() as connection:
                held = await renew(connection, leg_id, lease_seconds)
        except Exception as error:
            if blame(error) is Blame.CASE:
                raise
            continue
        heard(held)


async def insist(engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[T]], seconds: float) -> T:
    """One transaction, tried again while the database is away, for so long; raises DatabaseAway after that."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with engine.begin() as connection:
                return await work(connection)
        except Exception as error:
            if blame(error) is Blame.CASE:
                raise
            if asyncio.get_running_loop().time() > deadline:
                raise DatabaseAway from None
        await asyncio.sleep(INSIST_SECONDS)


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
    ran_out = select(legs.c.id).where(legs.c.state == LegState.OPEN, legs.c.lease_until < func.now())
    query = (
        update(legs)
        .where(legs.c.id.in_(ran_out.with_for_update(skip_locked=True)))
        .values(state=LegState.DEAD, ended_at=func.now(), message="lease ran out", deferred=legs.c.cases)
        .returning(legs.c.id, legs.c.flow_run_id, legs.c.cases)
    )
    dead = [Dead(*row) for row in (await connection.execute(query)).all()]
    for leg in dead:
        if leg.cases == 1:
            for case_id in await _unlocked(connection, leg.leg_id):
                await fail(connection, seal, case_id, leg.leg_id, DIED, now, bound)
                await connection.execute(update(wakes).where(wakes.c.case_id == case_id).values(alone=True))
    await _return_strays(connection)
    return dead


async def _unlocked(connection: AsyncConnection, leg_id: UUID) -> list[UUID]:
    """The cases a leg holds that nobody has locked, locked now: first the case, then its wake."""
    its = select(wakes.c.case_id).where(wakes.c.leg_id == leg_id)
    query = select(cases.c.id).where(cases.c.id.in_(its)).with_for_update(skip_locked=True)
    ids = list((await connection.execute(query)).scalars())
    return await _locked(connection, wakes.c.case_id.in_(ids), wakes.c.leg_id == leg_id)


async def _locked(connection: AsyncConnection, *which: ColumnElement[bool]) -> list[UUID]:
    """Lock wakes, without waiting for those that are locked already."""
    query = select(wakes.c.case_id).where(*which).with_for_update(skip_locked=True)
    return list((await connection.execute(query)).scalars())


async def _return_strays(connection: AsyncConnection) -> None:
    """Wakes whose leg is over: it died, or could not release them because somebody had them locked."""
    over = select(legs.c.id).where(legs.c.id == wakes.c.leg_id, legs.c.state != LegState.OPEN).exists()
    ids = await _locked(connection, wakes.c.leg_id.is_not(None), over)
    if not ids:
        return
    query = update(wakes).where(wakes.c.case_id.in_(ids), legs.c.id == wakes.c.leg_id)
    suspect = or_(wakes.c.alone, legs.c.state == LegState.DEAD)
    await connection.execute(query.values(leg_id=None, alone=suspect))


async def postpone(connection: AsyncConnection, case_id: UUID, leg_id: UUID, pause_seconds: float) -> None:
    """Return one wake, to be looked at a little later."""
    await _release(connection, leg_id, pause_seconds, wakes.c.case_id == case_id)


async def reported(connection: AsyncConnection, leg_id: UUID) -> None:
    """Prefect has heard the final state of the leg's run."""
    query = update(legs).where(legs.c.id == leg_id, legs.c.ended_at.is_not(None))
    await connection.execute(query.values(reported_at=func.now()))


async def _release(
    connection: AsyncConnection, leg_id: UUID, pause_seconds: float, *which: ColumnElement[bool]
) -> None:
    ids = await _locked(connection, wakes.c.leg_id == leg_id, *which)
    values = {"leg_id": None, "not_before": func.now() + timedelta(seconds=pause_seconds)}
    if ids:
        await connection.execute(update(wakes).where(wakes.c.case_id.in_(ids)).values(values))


async def _end(connection: AsyncConnection, leg_id: UUID, state: LegState, message: str, **counts: int) -> bool:
    values = {"state": state, "ended_at": func.now(), "message": message[:200], **counts}
    query = update(legs).where(legs.c.id == leg_id, legs.c.state == LegState.OPEN).values(values)
    return (await connection.execute(query.returning(legs.c.id))).first() is not None
