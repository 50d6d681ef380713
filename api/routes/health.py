"""For probes and Prometheus; no token, nothing personal."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from api.desk import Connection, OfficeDep
from api.problems import answers
from api.schemas import Health
from flows.notices.reading import counted
from models.case import cases
from models.leg import LegState, legs
from models.notice import alarms
from models.wake import wakes

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
    """Cases by stage, wakes due, the age of the oldest, quarantine, legs, notices by state, alarms."""
    registry = CollectorRegistry()
    stages = Gauge("redress_cases", "Cases by stage", ["stage"], registry=registry)
    for stage, count in (await connection.execute(select(cases.c.stage, func.count()).group_by(cases.c.stage))).all():
        stages.labels(stage).set(count)
    now = await here.desk.clock.now(connection)
    due = select(func.count(), func.min(wakes.c.due_at)).where(wakes.c.due_at <= now, wakes.c.quarantined_at.is_(None))
    waiting, oldest = (await connection.execute(due)).one()
    Gauge("redress_wakes_due", "Wakes that are due", registry=registry).set(waiting)
    age = (now - oldest).total_seconds() if oldest else 0
    Gauge("redress_oldest_due_seconds", "Age of the oldest due wake", registry=registry).set(age)
    held = select(func.count()).where(wakes.c.quarantined_at.is_not(None))
    Gauge("redress_quarantined", "Cases in quarantine", registry=registry).set(
        (await connection.execute(held)).scalar_one()
    )
    open_legs = select(func.count()).where(legs.c.state == LegState.OPEN)
    Gauge("redress_legs_open", "Legs under way", registry=registry).set(
        (await connection.execute(open_legs)).scalar_one()
    )
    sent = Gauge("redress_notices", "Notices by state", ["state"], registry=registry)
    for state, count in (await connection.execute(counted())).one()._mapping.items():
        sent.labels(state).set(count)
    standing = Gauge("redress_alarms", "Alarms that stand, by name", ["name"], registry=registry)
    wrong = select(alarms.c.name, func.count()).where(alarms.c.ended_at.is_(None)).group_by(alarms.c.name)
    for name, count in (await connection.execute(wrong)).all():
        standing.labels(name).set(count)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
