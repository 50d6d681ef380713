"""What Prefect must know of us: the pool and one deployment a procedure. Registered again when it has forgotten."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.callables import parameter_schema

from flows.complaint import complaint

PROCEDURES: dict[str, Flow[Any, Any]] = {"complaint": complaint}
"""Every procedure that runs as a flow; a new one is one line here."""

ENTRYPOINTS = {"complaint": "flows/complaint.py:complaint"}
ROOT = Path(__file__).resolve().parents[2]
POOL_TYPE = "process"
"""So that a stock `prefect worker start --type process` can serve the pool as well."""


async def register(client: PrefectClient, pool: str) -> dict[str, UUID]:
    """The deployments by procedure; creates what is missing, changes nothing that ops paused."""
    with suppress(ObjectAlreadyExists):
        await client.create_work_pool(WorkPoolCreate(name=pool, type=POOL_TYPE, description="Redress 流程工作池"))
    return {name: await _deploy(client, name, flow, pool) for name, flow in PROCEDURES.items()}


async def _deploy(client: PrefectClient, name: str, flow: Flow[Any, Any], pool: str) -> UUID:
    flow_id = await client.create_flow(flow)
    return await client.create_deployment(
        flow_id=flow_id,
        name=pool,
        work_pool_name=pool,
        entrypoint=ENTRYPOINTS[name],
        path=str(ROOT),
        description=flow.description,
        tags=["redress", name],
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
        enforce_parameter_schema=False,
    )
