"""The shipments an incident may have touched: on its waybills, and on the same vehicle, hub or batch at the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, cast, false, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.incidents.some_customers import WHO, of_some_customers
from flows.rules.incident_course import AGAIN
from models.case import INCIDENTS, cases
from models.customer import customers
from models.incident import shipment_notices
from models.shipment import shipments
from models.values.calendar import SHANGHAI
from models.values.incident import PLACES, Incident
from models.values.stage_terms import Stage
from models.values.vocabulary import Kind, Procedure
from models.wake import wakes

Cursor = tuple[date, int, str]
"""After which shipment the page begins: day ordered, customer, order."""
COMPLAINT = (cases.c.procedure == Procedure.COMPLAINT) & or_(cases.c.kind.is_(None), cases.c.kind == Kind.COMPLAINT)
"""One that nobody classified yet counts: its customer did complain."""


@dataclass(frozen=True)
class Totals:
    shipments: int
    customers: int


def touched(incident: Incident, days: int) -> ColumnElement[bool]:
    """A condition that indexes answer. A vehicle carries others every week: what was ordered more than `days` before
    the discovery, after it, or delivered before it, was not on it."""
    discovered = incident.discovered_at.astimezone(SHANGHAI).date()
    aboard = and_(
        shipments.c.ordered_at.between(discovered - timedelta(days=days), discovered),
        or_(shipments.c.delivered_at.is_(None), shipments.c.delivered_at >= discovered),
    )
    places = {name: getattr(incident, name) for name in PLACES}
    found = [and_(shipments.c[name].in_(those), aboard) for name, those in places.items() if those]
    if incident.waybills:
        found.append(shipments.c.waybill_no.in_(incident.waybills))
    return or_(*found) if found else false()


async def page(
    connection: AsyncConnection,
    id_: UUID,
    incident: Incident,
    days: int,
    after: Cursor | None,
    limit: int,
    visible: ColumnElement[bool],
) -> Sequence[RowMapping]:
    """In order of day, customer, order; with the visible complaint about each, and the notice task, if any."""
    ordered = func.coalesce(shipments.c.ordered_at, date.min)
    key = tuple_(ordered, shipments.c.customer_id, shipments.c.order_id)
    query = select(shipments, ordered.label("day")).where(touched(incident, days))
    if after is not None:
        query = query.where(key > after)
    chosen = query.order_by(ordered, shipments.c.customer_id, shipments.c.order_id).limit(limit).subquery()
    told = and_(
        shipment_notices.c.cause == str(id_),
        shipment_notices.c.customer_id == chosen.c.customer_id,
        shipment_notices.c.order_id == chosen.c.order_id,
    )
    complaint = (
        select(cases.c.id)
        .where(cases.c.waybill == chosen.c.waybill_no, COMPLAINT, visible)
        .order_by(cases.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    linked = joined_by(id_, WHO).where(visible).order_by(cases.c.number.desc()).limit(1)
    about = func.coalesce(complaint, linked.correlate(customers).scalar_subquery())
    whole = (
        select(chosen, customers.c.code, about.label("complaint"), shipment_notices.c.case_id.label("notice"))
        .join(customers, customers.c.id == chosen.c.customer_id)
        .outerjoin(shipment_notices, told)
        .order_by(chosen.c.day, chosen.c.customer_id, chosen.c.order_id)
    )
    return (await connection.execute(whole)).mappings().all()


async def totals(connection: AsyncConnection, incident: Incident, days: int) -> Totals:
    query = select(func.count(), func.count(shipments.c.customer_id.distinct())).where(touched(incident, days))
    row = (await connection.execute(query)).one()
    return Totals(row[0], row[1])


async def untold(
    connection: AsyncConnection, id_: UUID, incident: Incident, days: int, customers_at_most: int
) -> dict[int, list[Any]]:
    """Shipments by customer (as merged) whose customer neither complained about them nor has a notice task for them.

    A complaint linked under the incident counts for all its customer's shipments: it often names no waybill.
    """
    complained = select(cases.c.id).where(cases.c.waybill == shipments.c.waybill_no, COMPLAINT)
    told = select(shipment_notices.c.case_id).where(
        shipment_notices.c.cause == str(id_),
        shipment_notices.c.customer_id == shipments.c.customer_id,
        shipment_notices.c.order_id == shipments.c.order_id,
    )
    linked = joined_by(id_, WHO).correlate(customers)
    wanted = touched(incident, days), ~complained.exists(), ~told.exists(), ~linked.exists()
    return await of_some_customers(connection, wanted, customers_at_most)


def joined_by(id_: UUID, who: ColumnElement[int]) -> Select[UUID]:
    """Complaints of a customer (as merged) that are linked under an incident."""
    theirs = customers.alias()
    root = func.coalesce(theirs.c.merged_into, theirs.c.id)
    query = select(cases.c.id).join(theirs, theirs.c.id == cases.c.customer_id)
    return query.where(cases.c.linked_to == id_, COMPLAINT, root == who)


async def look_again(connection: AsyncConnection) -> int:
    """Make every open incident look for customers once more, because shipments came in; how many there are.

    What is due since it was recorded is due by any clock.
    """
    open_ones = cases.c.closed_at.is_(None) & cases.c.details["kind"].is_not(None) & (cases.c.stage != Stage.REPORTED)
    query = select(cases.c.id).where(INCIDENTS, open_ones).order_by(cases.c.id).with_for_update()
    ids = list((await connection.execute(query)).scalars())
    if ids:
        again = cases.c.details.op("||")(cast({"reach": AGAIN}, JSONB))
        fresh = func.coalesce(cases.c.details["reach"].as_string(), AGAIN) == AGAIN
        await connection.execute(update(cases).where(cases.c.id.in_(ids), fresh).values(details=again))
        since = select(cases.c.recorded_at).where(cases.c.id == wakes.c.case_id).scalar_subquery()
        await connection.execute(update(wakes).where(wakes.c.case_id.in_(ids)).values(due_at=since, order_at=since))
    return len(ids)
