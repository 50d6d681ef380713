"""Runs that Prefect wants run: scheduled, retried, started by hand. Taken here, carried by the loop."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, ObjectNotFound
from prefect.states import Pending, Scheduled
from prefect.utilities.engine import propose_state

from flows.legs.blame import place

log = structlog.get_logger()


class GivenRuns:
    """What a pool's queue gave this worker and its loop has not begun yet."""

    def __init__(self, client: PrefectClient, pool: str) -> None:
        self._client = client
        self._pool = pool
        self._waiting: list[FlowRun] = []
        self._mislaid: set[UUID] = set()

    def take(self) -> list[FlowRun]:
        """All that wait; whoever takes them must run them."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def mislay(self, flow_run_id: UUID) -> None:
        """A run that Prefect gave us and then went away from: it is scheduled again, which at worst runs it twice."""
        self._mislaid.add(flow_run_id)

    async def look(self, wanted: Callable[[FlowRun], bool]) -> bool:
        """Take those that are due and wanted; whether any wait now. None are taken beyond those that wait already."""
        await self._find()
        if self._waiting:
            return True
        answers = await self._client.get_scheduled_flow_runs_for_work_pool(
            self._pool, scheduled_before=datetime.now(UTC)
        )
        for answer in answers:
            if wanted(answer.flow_run):
                await self._take(answer.flow_run.id)
        return bool(self._waiting)

    async def _take(self, flow_run_id: UUID) -> None:
        """Mislaid until it waits here: Prefect may go away, or this worker be told to end, at any await in between."""
        self.mislay(flow_run_id)
        try:
            state = await propose_state(self._client, Pending(message="taken by a worker"), flow_run_id=flow_run_id)
            if state.is_pending():
                flow_run = await self._client.read_flow_run(flow_run_id)
                # The list is looked up only now: while we waited for Prefect, the loop took the one that was there.
                self._waiting.append(flow_run)
            else:
                log.info("run not taken", run=str(flow_run_id), state=state.name)
        except Abort as error:  # another worker was first, or somebody cancelled it
            log.info("run not taken", run=str(flow_run_id), error=place(error))
        self._mislaid.discard(flow_run_id)

    async def give_back(self) -> None:
        """The worker ends: what it has not begun is for another."""
        self._mislaid |= {flow_run.id for flow_run in self.take()}
        await self._find()

    async def _find(self) -> None:
        """Schedule the mislaid again."""
        for flow_run_id in list(self._mislaid):
            with suppress(ObjectNotFound):
                state = (await self._client.read_flow_run(flow_run_id)).state
                if state is None or not state.is_final():
                    await self._client.set_flow_run_state(flow_run_id, Scheduled(), force=True)
            self._mislaid.discard(flow_run_id)
