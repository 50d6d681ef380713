"""The worker's loop: a free slot claims what is due, opens its run, carries it; in between it listens."""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

from deployments.worker.registry import FLOWS, PROCEDURES
from deployments.worker.runs import AWAY, attach, open_run, run
from deployments.worker.watch import Watch
from flows.legs import lease
from flows.legs.bell import Listener
from flows.legs.blame import Blame, DatabaseAway, blame, place
from flows.legs.claim import Claimed
from flows.room import Room

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
        self._all = slots
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
            except Exception as error:
                if blame(error) is Blame.CASE:
                    raise
                log.warning("database away", error=place(error))
                took = False
            if not took:
                await self._listener.wait(LOOK_SECONDS)
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._listener.close()

    async def _look(self) -> bool:
        """Start what can be started; False: nothing was there, listen."""
        for flow_run in self._watch.given.take():
            await self._slots.acquire()
            if self._stopping.is_set():
                self._slots.release()
                self._watch.given.mislay(flow_run.id)
            else:
                self._spawn(self._run_given(flow_run))
        took = False
        for procedure in PROCEDURES:
            if not self._watch.claims(procedure):
                continue
            await self._slots.acquire()
            claimed = None
            try:
                if not self._stopping.is_set():
                    claimed = await self._room.claim(procedure)
            finally:
                if claimed is None:
                    self._slots.release()
            if claimed is not None:
                await self._start(procedure, claimed)
                took = True
        return took

    async def _start(self, procedure: str, claimed: Claimed) -> None:
        """In its slot; a suspect gets the whole worker, so that it takes nobody with it when it dies again."""
        if claimed.suspect:
            async with self._kept(claimed.leg_id):
                for _ in range(self._all - 1):
                    await self._slots.acquire()
        slots = self._all if claimed.suspect else 1
        self._spawn(self._run_leg(procedure, self._watch.deployments.get(procedure), claimed), slots)

    def _kept(self, leg_id: UUID) -> AbstractAsyncContextManager[None]:
        resources = self._room.resources
        return lease.kept(resources.engine, leg_id, resources.lease_seconds)

    def _spawn(self, work: Coroutine[Any, Any, None], slots: int = 1) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(partial(self._done, slots))

    def _done(self, slots: int, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        for _ in range(slots):
            self._slots.release()
        self._listener.ring()
        if not task.cancelled() and (error := task.exception()):
            log.error("leg broke", error=place(error))  # its lease returns its cases

    async def _run_leg(self, procedure: str, deployment_id: UUID | None, claimed: Claimed) -> None:
        """Prefect away: the leg gives back what it has not carried, and nothing counts as an attempt."""
        leg_id = claimed.leg_id
        try:
            async with self._kept(leg_id):  # Prefect may be slow to open the run
                flow_run = await self._open(procedure, deployment_id, claimed)
                await run(PROCEDURES[procedure], flow_run, {"leg_id": leg_id})
        except AWAY as error:
            # When the leg has ended, our own database knows how; Prefect hears of it later (report_ends).
            log.warning("Prefect away in a leg", leg=str(leg_id), error=place(error))
            self._watch.went_away(error)
            await self._give_back(leg_id, "Prefect was away")
        else:
            await lease.insist(
                self._room.resources.engine, partial(lease.reported, leg_id=leg_id), self._room.resources.lease_seconds
            )

    async def _open(self, procedure: str, deployment_id: UUID | None, claimed: Claimed) -> FlowRun:
        if deployment_id is None:
            raise ObjectNotFound(LookupError(procedure))
        flow_run = await open_run(self._client, deployment_id, procedure, claimed.leg_id, claimed.cases)
        await attach(self._room, claimed.leg_id, flow_run.id)
        return flow_run

    async def _run_given(self, flow_run: FlowRun) -> None:
        """A scheduled, retried or hand-started run: it claims for itself, or is a job."""
        procedure = self._watch.procedure_of(flow_run)
        if procedure is None:  # the deployments were forgotten since it was taken, and are being made again
            self._watch.given.mislay(flow_run.id)
            return
        try:
            await run(FLOWS[procedure], flow_run, {})
        except AWAY as error:
            log.warning("Prefect away in a given run", run=str(flow_run.id), error=place(error))
            self._watch.given.mislay(flow_run.id)

    async def _give_back(self, leg_id: UUID, message: str) -> None:
        resources = self._room.resources
        work = partial(lease.give_back, leg_id=leg_id, message=message, pause_seconds=AWAY_SECONDS)
        try:
            await lease.insist(resources.engine, work, resources.lease_seconds)
        except DatabaseAway:
            log.warning("leg left to its lease", leg=str(leg_id))
