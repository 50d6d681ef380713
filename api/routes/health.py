"""For probes and Prometheus; no token, nothing personal."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import select

from api import gauges
from api.desk import Connection, OfficeDep
from api.problems import answers
from api.schemas import Health

router = APIRouter(tags=["health 健康"])
PUBLIC: dict[int | str, dict[str, Any]] = {503: answers()[503]}


@router.get("/health")
async def health() -> Health:
    """The process lives."""
    return Health(status="ok")


@router.get("/ready", responses=PUBLIC)
async def ready(connection: Connection) -> Health:
    """The database answers."""
    await connection.execute(select(1))
    return Health(status="ready")


@router.get("/metrics", responses=PUBLIC, response_class=PlainTextResponse)
async def metrics(here: OfficeDep, connection: Connection) -> Response:
    """Open cases by stage, wakes due, the age of the oldest, quarantine, legs, notices by state, alarms."""
    registry = await gauges.read(connection, await here.desk.clock.now(connection))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
