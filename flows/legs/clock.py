"""Business time: one object passed in, never read inside a rule. Leases and back-off use the database's own time."""

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import simulated_clock


class ClockError(Exception):
    """The database and the setting disagree about what time it is."""


class Clock(Protocol):
    async def now(self, connection: AsyncConnection) -> datetime: ...


class RealClock:
    async def now(self, connection: AsyncConnection) -> datetime:
        return datetime.now(UTC)


class SimulatedClock:
    """The row of a demo database; it stands still until the demo moves it."""

    async def now(self, connection: AsyncConnection) -> datetime:
        moment = (await connection.execute(select(simulated_clock.c.now))).scalar_one_or_none()
        if moment is None:
            raise ClockError("the clock is set to simulated, but this is not a demo database")
        now: datetime = moment.astimezone(UTC)
        return now


async def clock_of(connection: AsyncConnection, name: str) -> Clock:
    """The clock a process must use: refuses a simulated clock on a real database, and the other way round."""
    demo = (await connection.execute(select(simulated_clock.c.now))).scalar_one_or_none() is not None
    if demo != (name == "simulated"):
        has, wants = ("a demo", "the real") if demo else ("not a demo", "a simulated")
        raise ClockError(f"this is {has} database, but REDRESS_CLOCK asks for {wants} clock")
    return SimulatedClock() if demo else RealClock()
