"""The worker's loop: a free slot claims what is due, opens its run, carries it; in between it listens."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from deployments.worker.registry import FLOWS, PROCEDURES
from deployments.worker.runs import AWAY, attach, open_run, run
from deployments.worker.watch import Watch
from flows.legs import lease
from flows.legs.bell import Listener
from flows.room import Room
from models.leg import legs

log = structlog.get_logger()
LOOK_SECONDS = 1.0
"""How long a free slot waits for the bell before it looks by itself."""
AWAY_SECONDS = 1.0
"""How long wakes rest that were given back because Prefect was away."""


class Loop:
    """One worker process: so many slots, each carrying one leg at a time."""

    def __init__(self, room: Room, client: PrefectClient, watch: Watch, slots: int, url: str) -> None:
        self._room = room
        self._client = client
        self._watch = watch
        self._slots = asyncio.Semaphore(slots)
        self._listener = Listener(url)
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()
        self._listener.ring()

    def wake(self) -> None:
        """Look again now."""
        self._listener.ring()

    async def serve(self) -> None:
        """Until stopped; then waits for the legs in flight."""
        while not self._stopping.is_set():
            try:
                took = await self._look()
            except (DBAPIError, OSError) as error:
                log.warning("database away", error=type(error).__name__)
                took = False
            if not took:
                await self._listener.wait(LOOK_SECONDS)
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._listener.close()

    async def _look(self) -> bool:
        """Start what can be started; False: nothing was there, listen."""
        for flow_run in self._watch.take_started():
            await self._start(self._run_given(flow_run))
        took = False
        for procedure in PROCEDURES:
            if not self._watch.claims(procedure):
                continue
            await self._slots.acquire()
            leg_id = None
            try:
                if not self._stopping.is_set():
                    leg_id = await self._room.claim(procedure)
            finally:
                if leg_id is None:
                    self._slots.release()
            if leg_id is not None:
                self._spawn(self._run_leg(procedure, leg_id))
                took = True
        return took

    async def _start(self, work: Coroutine[Any, Any, None]) -> None:
        await self._slots.acquire()
        self._spawn(work)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        self._listener.ring()
        if not task.cancelled() and (error := task.exception()):
            log.error("leg broke", error=type(error).__name__, exc_info=error)

    async def _run_leg(self, procedure: str, leg_id: UUID) -> None:
        flow_run = await self._open(procedure, leg_id)
        if flow_run is None:
            return
        try:
            await run(PROCEDURES[procedure], flow_run, {"leg_id": leg_id})
        except AWAY as error:
            # Our own database has the leg's end; Prefect hears of it later (report_ends).
            log.warning("Prefect away at the end of a leg", leg=str(leg_id), error=type(error).__name__)
        except (DBAPIError, OSError) as error:
            log.warning("database away in a leg", leg=str(leg_id), error=type(error).__name__)
            await self._give_back(leg_id, "the database was away")
        else:
            async with self._room.resources.engine.begin() as connection:
                await lease.reported(connection, leg_id)

    async def _open(self, procedure: str, leg_id: UUID) -> FlowRun | None:
        """The run of a leg; Prefect away: the leg gives its wakes back, and nothing counts as an attempt."""
        try:
            async with self._room.resources.engine.connect() as connection:
                count = (await connection.execute(select(legs.c.cases).where(legs.c.id == leg_id))).scalar_one()
            flow_run = await open_run(self._client, self._watch.deployments[procedure], procedure, leg_id, count)
            await attach(self._room, leg_id, flow_run.id)
        except AWAY as error:
            log.warning("Prefect away, leg given back", leg=str(leg_id), error=type(error).__name__)
            self._watch.went_away(error)
            await self._give_back(leg_id, "Prefect was away")
            return None
        return flow_run

    async def _run_given(self, flow_run: FlowRun) -> None:
        """A scheduled, retried or hand-started run: it claims for itself, or is a job."""
        try:
            procedure = self._watch.procedure_of(flow_run)
            await run(FLOWS[procedure], flow_run, {})
        except AWAY as error:
            log.warning("Prefect away in a given run", run=str(flow_run.id), error=type(error).__name__)

    async def _give_back(self, leg_id: UUID, message: str) -> None:
        try:
            async with self._room.resources.engine.begin() as connection:
                await lease.give_back(connection, leg_id, message, AWAY_SECONDS)
        except (DBAPIError, OSError):
            log.warning("leg left to its lease", leg=str(leg_id))
