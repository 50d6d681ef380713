"""Watching Prefect: registered, paused, cancelled; and our own dead legs. Everything here is slow."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from sqlalchemy import func, select, update

from deployments.worker.given import GivenRuns
from deployments.worker.registry import register
from deployments.worker.runs import AWAY, report_ends
from flows.legs.blame import Blame, blame, place
from flows.legs.lease import reap
from flows.room import Room
from flows.rulebook.changing import tell_open_cases
from models.leg import LegState, legs

log = structlog.get_logger()
REAP_SECONDS = 1.0
TELL_SECONDS = 1.0
PREFECT_SECONDS = 2.0
HEARTBEAT_SECONDS = 10.0


class Watch:
    """What the loop needs to know of Prefect, kept fresh beside it."""

    def __init__(self, room: Room, client: PrefectClient, pool: str, wake: Callable[[], None]) -> None:
        self._room = room
        self._client = client
        self._pool = pool
        self.wake = wake
        self.given = GivenRuns(client, pool)
        self.deployments: dict[str, UUID] = {}
        self._paused: set[str] = set()
        self._known: bool | None = None
        self._heartbeat_at = 0.0

    def claims(self, procedure: str) -> bool:
        """Whether this procedure may claim: registered, Prefect in sight, neither pool nor deployment paused."""
        return bool(self._known) and procedure in self.deployments and procedure not in self._paused

    def went_away(self, error: Exception) -> None:
        """The loop met an error of Prefect: claim nothing until it is seen again; forgotten deployments are remade."""
        if self._known is not False:
            log.warning("Prefect away", error=place(error))
        self._known = False
        if isinstance(error, ObjectNotFound) or _not_found(error):
            self.deployments = {}

    def procedure_of(self, flow_run: FlowRun) -> str | None:
        """None: it is a run of something else in our pool."""
        return next((name for name, id_ in self.deployments.items() if id_ == flow_run.deployment_id), None)

    def _wanted(self, flow_run: FlowRun) -> bool:
        """Whether a run that waits in our pool is for us, now."""
        procedure = self.procedure_of(flow_run)
        return procedure is not None and procedure not in self._paused

    async def serve(self) -> None:
        """All watches, until cancelled."""
        await asyncio.gather(
            _every(REAP_SECONDS, self._reap), _every(TELL_SECONDS, self._tell), _every(PREFECT_SECONDS, self._look)
        )

    async def _reap(self) -> None:
        resources = self._room.resources
        async with resources.engine.begin() as connection:
            now = await resources.clock.now(connection)
            dead = await reap(connection, resources.seal, now, resources.attempts_at_most)
        if dead:
            log.warning("legs reaped", legs=[str(leg.leg_id) for leg in dead], cases=sum(leg.cases for leg in dead))
            self.wake()

    async def _tell(self) -> None:
        """A rulebook that came into force: open cases are told, some at a time, so that no other work waits for it."""
        resources = self._room.resources
        async with resources.engine.begin() as connection:
            told = await tell_open_cases(connection, await resources.clock.now(connection))
        if told:
            log.info("open cases told of a new rulebook", cases=told)
            self.wake()

    async def _look(self) -> None:
        """One look at Prefect; it is away as soon as anything fails."""
        try:
            if not self.deployments:
                self.deployments = await register(self._client, self._pool)
            await self._beat()
            await self._pauses()
            await self._cancellations()
            if await self.given.look(self._wanted):
                self.wake()
            if not self._known:
                self._known = True
                log.info("Prefect in sight", pool=self._pool)
                self.wake()
            await report_ends(self._client, self._room)
        except AWAY as error:
            self.went_away(error)

    async def _beat(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._heartbeat_at >= HEARTBEAT_SECONDS:
            await self._client.send_worker_heartbeat(
                self._pool, self._room.resources.worker, heartbeat_interval_seconds=HEARTBEAT_SECONDS
            )
            self._heartbeat_at = now

    async def _pauses(self) -> None:
        pool = await self._client.read_work_pool(self._pool)
        paused = set(self.deployments) if pool.is_paused else set()
        for name, id_ in self.deployments.items():
            if (await self._client.read_deployment(id_)).paused:
                paused.add(name)
        if paused != self._paused:
            log.info("paused by ops" if paused else "nothing is paused", procedures=sorted(paused))
            self.wake()
        self._paused = paused

    async def _cancellations(self) -> None:
        """Runs cancelled in Prefect: noted on their legs, which stop after the chunk at hand."""
        query = select(legs.c.flow_run_id).where(legs.c.state == LegState.OPEN, legs.c.flow_run_id.is_not(None))
        async with self._room.resources.engine.connect() as connection:
            open_runs = list((await connection.execute(query)).scalars())
        if not open_runs:
            return
        cancelling = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CANCELLING, StateType.CANCELLED]))
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=open_runs), state=cancelling)
        ids = [one.id for one in await self._client.read_flow_runs(flow_run_filter=wanted)]
        if ids:
            values = {"cancel_requested_at": func.now()}
            async with self._room.resources.engine.begin() as connection:
                await connection.execute(update(legs).where(legs.c.flow_run_id.in_(ids)).values(values))


def _not_found(error: Exception) -> bool:
    """A heartbeat to a pool that was deleted, a run of a deployment that was: Prefect's client passes on the 404."""
    return isinstance(error, httpx.HTTPStatusError) and error.response.status_code == httpx.codes.NOT_FOUND


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception as error:
            if blame(error) is Blame.CASE:
                raise
            log.warning("database away", error=place(error))
        await asyncio.sleep(seconds)
