"""What Prometheus is told: what is open, due, waiting and wrong now, and what was settled lately.

Nothing here reads what is over, so that a scrape costs after years what it cost on the first day; each condition is
that of a partial index, spelled out so that the planner sees it.
"""

from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.notices.reading import counted
from models.case import cases
from models.leg import LegState, legs
from models.notice import alarms
from models.wake import wakes

LATELY = timedelta(days=1)
"""For how long a notice that was settled counts: whoever comes in the morning sees what failed at night."""

OPEN_BY_STAGE = select(cases.c.stage, func.count()).where(cases.c.closed_at.is_(None)).group_by(cases.c.stage)
RECEIVED = select(func.coalesce(func.max(cases.c.number), 0))
QUARANTINED = select(func.count()).where(wakes.c.quarantined_at.is_not(None))
LEGS_OPEN = select(func.count()).where(legs.c.state == literal_column(f"'{LegState.OPEN}'"))
ALARMS = select(alarms.c.name, func.count()).where(alarms.c.ended_at.is_(None)).group_by(alarms.c.name)


async def read(connection: AsyncConnection, now: datetime) -> CollectorRegistry:
    """Every figure, as of now."""
    registry = CollectorRegistry()
    stages = Gauge("redress_cases", "Open cases by stage", ["stage"], registry=registry)
    for stage, count in (await connection.execute(OPEN_BY_STAGE)).all():
        stages.labels(stage).set(count)
    due = select(func.count(), func.min(wakes.c.due_at)).where(wakes.c.due_at <= now, wakes.c.quarantined_at.is_(None))
    waiting, oldest = (await connection.execute(due)).one()
    single = {
        "redress_cases_received": ("The highest case number: cases ever received", await _one(connection, RECEIVED)),
        "redress_wakes_due": ("Wakes that are due", waiting),
        "redress_oldest_due_seconds": ("Age of the oldest due wake", (now - oldest).total_seconds() if oldest else 0),
        "redress_quarantined": ("Cases in quarantine", await _one(connection, QUARANTINED)),
        "redress_legs_open": ("Legs under way", await _one(connection, LEGS_OPEN)),
    }
    for name, (meaning, value) in single.items():
        Gauge(name, meaning, registry=registry).set(value)
    sent = Gauge("redress_notices", "Notices that wait, and those settled within a day", ["state"], registry=registry)
    for state, count in (await connection.execute(counted(now - LATELY))).one()._mapping.items():
        sent.labels(state).set(count)
    standing = Gauge("redress_alarms", "Alarms that stand, by name", ["name"], registry=registry)
    for name, count in (await connection.execute(ALARMS)).all():
        standing.labels(name).set(count)
    return registry


async def _one(connection: AsyncConnection, query: Select[Any]) -> int:
    count: int = (await connection.execute(query)).scalar_one()
    return count
