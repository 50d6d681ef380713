"""The incidents of a period, with the marks they were scored by."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules.incident_figures import UnitFigures, by_unit
from flows.rules.incident_scoring import Marks
from models.case import INCIDENTS, cases, to_facts
from models.event import events
from models.values.calendar import SHANGHAI
from models.values.policy import Policy
from models.values.stage_terms import EventKind, Stage


async def figures(
    connection: AsyncConnection, policy: Policy, first: date | None, last: date | None
) -> list[UnitFigures]:
    """By unit; both days count (by the day an incident was recorded, in Shanghai)."""
    query = select(cases).where(INCIDENTS, cases.c.stage != Stage.CUSTOMER_NOTICE)
    query = query.where(cases.c.details["kind"].is_not(None))
    if first is not None:
        query = query.where(cases.c.recorded_at >= _midnight(first))
    if last is not None:
        query = query.where(cases.c.recorded_at < _midnight(last + timedelta(days=1)))
    facts = [to_facts(row) for row in (await connection.execute(query.order_by(cases.c.id))).mappings().all()]
    scored = select(events.c.case_id, events.c.data).where(
        events.c.case_id == any_(cast([one.id for one in facts], ARRAY(Uuid))), events.c.kind == EventKind.SCORED
    )
    marks: dict[UUID, Marks] = {row.case_id: row.data["marks"] for row in (await connection.execute(scored)).all()}
    return by_unit(facts, marks, policy)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)
