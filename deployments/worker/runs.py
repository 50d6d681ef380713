"""Flow runs of legs: opened, run in this process, and their end told to Prefect even when it was away."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterIdempotencyKey
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause, PrefectException
from prefect.flow_engine import run_flow_async
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending
from sqlalchemy import RowMapping, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from deployments.worker.registry import TITLES
from flows.legs.lease import insist, reported
from flows.room import Room
from models.leg import LegState, legs

AWAY = (httpx.TransportError, httpx.HTTPStatusError, PrefectException)
"""What Prefect's client raises when the server is away, slow or failing."""
REPORT_AFTER = timedelta(seconds=2)
LOOK_FOR_AFTER = timedelta(seconds=15)
"""When a run that we may have made is looked for: a slow server is through with the request by then."""
REPORTS_AT_ONCE = 50


async def open_run(client: PrefectClient, deployment_id: UUID, procedure: str, leg_id: UUID, cases: int) -> FlowRun:
    """The flow run of a leg, already Pending (so no queue hands it out), keyed by the leg."""
    said = "1 case" if cases == 1 else f"{cases} cases"
    return await client.create_flow_run_from_deployment(
        deployment_id,
        parameters={"leg_id": str(leg_id)},
        state=Pending(message="claimed by a worker"),
        name=f"{procedure} {TITLES[procedure]}: {said} ({str(leg_id)[-4:]})",
        tags=[procedure, "leg"],
        idempotency_key=str(leg_id),
    )


async def run(flow: Flow[Any, Any], flow_run: FlowRun, parameters: dict[str, Any]) -> State[Any] | None:
    """Run it here. The engine is not told the deployment: it would start an observer that blocks the event loop."""
    detached = flow_run.model_copy(update={"deployment_id": None})
    state: State[Any] | None
    try:
        state = await run_flow_async(flow, flow_run=detached, parameters=parameters, return_type="state")
    except (Abort, Pause):  # no Exceptions: they would go through everything
        raise PrefectException("the run may not begin: somebody changed its state") from None
    return state


async def report_ends(client: PrefectClient, room: Room) -> None:
    """Tell Prefect the end of runs it has not heard of: the worker died, was frozen, or Prefect was away.

    A leg may have a run it knows nothing of: Prefect made it, and the answer was lost. Its key, the leg, finds it.
    """
    query = (
        select(legs)
        .where(
            legs.c.reported_at.is_(None),
            or_(
                and_(legs.c.flow_run_id.is_not(None), legs.c.ended_at < func.now() - REPORT_AFTER),
                legs.c.ended_at < func.now() - LOOK_FOR_AFTER,
            ),
        )
        .order_by(legs.c.ended_at)
        .limit(REPORTS_AT_ONCE)
    )
    async with room.resources.engine.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    for row in rows:
        for flow_run in await _runs_of(client, row):
            if flow_run.state is None or not flow_run.state.is_final() or row["state"] == LegState.DEAD:
                await client.set_flow_run_state(flow_run.id, final_state(row), force=True)
        async with room.resources.engine.begin() as connection:
            await reported(connection, row["id"])


async def _runs_of(client: PrefectClient, leg: RowMapping) -> list[FlowRun]:
    """The run of a leg; none when it was deleted or never made."""
    if leg["flow_run_id"] is None:
        wanted = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=[str(leg["id"])]))
    else:
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[leg["flow_run_id"]]))
    return await client.read_flow_runs(flow_run_filter=wanted)


def final_state(row: RowMapping) -> State[Any]:
    """The state a run must end in, from the leg's own row."""
    if row["state"] != LegState.ENDED:
        return Crashed(message=row["message"])
    if row["cancel_requested_at"]:
        return Cancelled(message=row["message"])
    if row["deferred"] or row["quarantined"]:
        return Failed(message=row["message"])
    return Completed(message=row["message"])


async def attach(room: Room, leg_id: UUID, flow_run_id: UUID) -> None:
    """Note on the leg which run carries it."""
    query = update(legs).where(legs.c.id == leg_id).values(flow_run_id=flow_run_id)

    async def write(connection: AsyncConnection) -> None:
        await connection.execute(query)

    await insist(room.resources.engine, write, room.resources.lease_seconds)
