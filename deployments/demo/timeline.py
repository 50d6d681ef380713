"""The demo's clock: a row that stands still while the system works and then jumps."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from flows.legs.bell import CHANNEL
from flows.legs.claim import next_due, unsettled
from models.clock import simulated_clock
from models.event import events
from models.values.stage_terms import EventKind

GRAIN = timedelta(minutes=15)
"""The clock goes in quarters of an hour, and to the one after a deadline: what comes due in one goes in one run, and at
the very moment of a deadline nobody is late yet."""
POLL_SECONDS = 0.02
STUCK_SECONDS = 60.0
LOOK_SECONDS = 1.0


class StuckError(Exception):
    """Work is due and nothing moves; the message says for how long."""


def after(due: datetime) -> datetime:
    """The first quarter of an hour after a moment."""
    hour = due.replace(minute=0, second=0, microsecond=0)
    return hour + ((due - hour) // GRAIN + 1) * GRAIN


class Timeline:
    """Moves the clock from one thing that happens to the next."""

    def __init__(self, engine: AsyncEngine, begins: datetime) -> None:
        self._engine = engine
        self.now = begins.astimezone(UTC)
        self.jumps = 0

    async def begin(self) -> None:
        """Make the database a demo database; before any worker or API looks at it."""
        async with self._engine.begin() as connection:
            await connection.execute(insert(simulated_clock).values(id=1, now=self.now))

    async def go_to(self, moment: datetime) -> None:
        """Let the system do all that is due until then, at its own time, and be at rest when it is then."""
        await self.settle()
        while self.now < moment:
            async with self._engine.connect() as connection:
                due = await next_due(connection)
            await self._jump(min(moment, max(after(due), self.now)) if due is not None else moment)
            await self.settle()

    async def settle(self) -> None:
        """Wait until no wake is due or held. Raises StuckError when nothing happens for a minute of real time."""
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await at_rest(lambda: unsettled(connection, self.now), lambda: _progress(connection))

    async def _jump(self, moment: datetime) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(simulated_clock).values(now=moment))
            await connection.execute(text(f"NOTIFY {CHANNEL}"))
        self.now = moment
        self.jumps += 1


async def at_rest(
    busy: Callable[[], Awaitable[bool]],
    progress: Callable[[], Awaitable[object]],
    *,
    poll_seconds: float = POLL_SECONDS,
    stuck_seconds: float = STUCK_SECONDS,
) -> None:
    """Return when `busy` says no; raise StuckError when it keeps saying yes and `progress` never changes."""
    seen: object = None
    looked = moved = time.monotonic()
    while await busy():
        now = time.monotonic()
        if now - looked >= min(LOOK_SECONDS, stuck_seconds):
            looked, current = now, await progress()
            if current != seen:
                seen, moved = current, now
            elif now - moved >= stuck_seconds:
                raise StuckError(
                    f"The system is stuck: work has been due for {stuck_seconds:g} s and nothing was done; "
                    "look into logs/worker.log of the demo's home (keep it with --keep)."
                )
        await asyncio.sleep(poll_seconds)


async def _progress(connection: AsyncConnection) -> object:
    """What changes when anything is done; a failed attempt is nothing done."""
    failed = (EventKind.STEP_FAILED, EventKind.QUARANTINED)
    query = select(func.count()).select_from(events).where(events.c.kind.not_in(failed))
    return (await connection.execute(query)).scalar_one()
