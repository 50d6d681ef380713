"""What Prefect must know of us: the pool and one deployment a procedure. Registered again when it has forgotten."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.utilities.callables import parameter_schema

from flows.classes import classes
from flows.complaint import complaint
from flows.daily_summary import daily_summary
from flows.incident import incident
from flows.late_shipments import late_shipments
from flows.request import request
from flows.revisit import revisit
from flows.round import round_
from flows.rounds import rounds

PROCEDURES: dict[str, Flow[Any, Any]] = {
    "complaint": complaint,
    "request": request,
    "round": round_,
    "revisit": revisit,
    "incident": incident,
}
"""Every procedure whose cases the worker claims; a new one is one line here."""

TITLES = {"complaint": "投诉", "request": "其他受理", "round": "回访轮次", "revisit": "回访", "incident": "商务事故"}
"""What runs of a procedure are called in the users' other language."""

JOBS: dict[str, Flow[Any, Any]] = {
    "classes": classes,
    "rounds": rounds,
    "daily_summary": daily_summary,
    "late_shipments": late_shipments,
}
"""What has no cases to claim: run by its schedule, or by hand from Prefect."""

FLOWS = PROCEDURES | JOBS
ENTRYPOINTS = {
    "complaint": "flows/complaint.py:complaint",
    "request": "flows/request.py:request",
    "round": "flows/round.py:round_",
    "revisit": "flows/revisit.py:revisit",
    "incident": "flows/incident.py:incident",
    "classes": "flows/classes.py:classes",
    "rounds": "flows/rounds.py:rounds",
    "daily_summary": "flows/daily_summary.py:daily_summary",
    "late_shipments": "flows/late_shipments.py:late_shipments",
}
SCHEDULES = {
    "classes": CronSchedule(cron="0 3 1 * *", timezone="Asia/Shanghai"),
    "rounds": CronSchedule(cron="0 6 * * 1", timezone="Asia/Shanghai"),
    "daily_summary": CronSchedule(cron="5 */2 * * *", timezone="Asia/Shanghai"),
    "late_shipments": CronSchedule(cron="30 8 * * *", timezone="Asia/Shanghai"),
}
"""When a job runs as long as ops say nothing else: classes on the first of the month, when the last one is complete;
rounds of revisits every Monday morning, about the week that ended; the daily summary often, so that it is made soon
after midnight, shifts begin with theirs, and a day without a stack is caught up with: nothing is told twice. Late
shipments each morning, before customers may be called."""

ROOT = Path(__file__).resolve().parents[2]
POOL_TYPE = "process"
"""So that a stock `prefect worker start --type process` can serve the pool as well."""


async def register(client: PrefectClient, pool: str) -> dict[str, UUID]:
    """The deployments by procedure; creates what is missing, changes nothing that ops paused."""
    with suppress(ObjectAlreadyExists):
        await client.create_work_pool(WorkPoolCreate(name=pool, type=POOL_TYPE, description="Redress 流程工作池"))
    return {name: await _deploy(client, name, flow, pool) for name, flow in FLOWS.items()}


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
        schedules=await _schedules(client, name, pool),
    )


async def _schedules(client: PrefectClient, name: str, pool: str) -> list[DeploymentScheduleCreate]:
    """Those that ops left on the deployment (registering anew drops them); ours when it is new."""
    try:
        known = await client.read_deployment_by_name(f"{name}/{pool}")
    except ObjectNotFound:
        return [DeploymentScheduleCreate(schedule=SCHEDULES[name])] if name in SCHEDULES else []
    return [
        DeploymentScheduleCreate(schedule=one.schedule, active=one.active, parameters=one.parameters, slug=one.slug)
        for one in known.schedules
    ]
