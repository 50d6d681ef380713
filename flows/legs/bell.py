"""The bell: NOTIFY wakes the workers that listen. Only a hint: whoever misses it looks at the wakes anyway."""

import asyncio
from contextlib import suppress

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL = "redress_wakes"
PAUSE_SECONDS = 0.01
"""Rings closer together than this become one: a NOTIFY takes a lock of the whole database at commit."""


class Ringer:
    """Rings after commit, from a process that writes wakes; many rings become one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        self._wanted.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._wanted.is_set():
            self._wanted.clear()
            try:
                await self.ring_now()
            except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def ring_now(self) -> None:
        """One ring, from a process that will not live to ring later."""
        alone = {"isolation_level": "AUTOCOMMIT"}  # one trip to the database instead of three
        async with self._engine.connect() as connection:
            await (await connection.execution_options(**alone)).execute(text(f"NOTIFY {CHANNEL}"))


class Listener:
    """Hears the bell on a connection of its own; connects again when the database was away."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = asyncio.Event()
        self._connection: asyncpg.Connection | None = None

    async def wait(self, seconds: float) -> None:
        """Until the bell rings, but no longer than so many seconds."""
        await self._connect()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), seconds)
        self._heard.clear()

    def ring(self) -> None:
        """Wake the waiter from inside the process."""
        self._heard.set()

    async def close(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()

    async def _connect(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            return
        try:
            self._connection = await asyncpg.connect(self._url, timeout=2)
            await self._connection.add_listener(CHANNEL, lambda *_: self._heard.set())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            self._connection = None
