"""What of a case somebody may not read: names and numbers, unless his role calls customers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.perform import Desk
from flows.customers.family import family
from flows.customers.identity import open_name
from flows.papers.masking import Mask
from flows.rules import incident_course, permission
from models.customer import customers
from models.event import events
from models.values.case import CaseFacts, StaffFacts
from models.values.incident import Incident
from models.values.permissions import Permit

AGREED_BY = "by"
"""Who agreed to a settlement, sealed under this key."""


async def veil(connection: AsyncConnection, desk: Desk, facts: CaseFacts, actor: StaffFacts | None) -> Mask | None:
    """None: he may read everything. `actor` None: the command line, which may not."""
    if actor is not None and permission.may(actor, Permit.UNMASK, desk.policies.current):
        return None
    caller = await _caller(connection, desk, facts)
    await desk.policies.know(connection, [facts])
    form = desk.policies.of(facts).incidents.form
    waybills = Incident.of(facts.details).waybills if incident_course.is_incident(facts) else ()
    return Mask(
        names=(caller.get("name"), caller.get("address"), *await _names(connection, desk, facts)),
        phones=(caller.get("phone"),),
        waybills=(facts.waybill, *waybills),
        personal=frozenset({AGREED_BY, *(field.name for field in form.fields if field.personal)}),
    )


async def _caller(connection: AsyncConnection, desk: Desk, facts: CaseFacts) -> Mapping[str, Any]:
    query = select(events.c.sealed).where(events.c.case_id == facts.id, events.c.seq == 1)
    sealed = (await connection.execute(query)).scalar_one()
    return desk.seal.open(sealed).get("caller") or {} if sealed is not None else {}


async def _names(connection: AsyncConnection, desk: Desk, facts: CaseFacts) -> list[str | None]:
    """What the customer is called, in all records that are his."""
    if facts.customer_id is None:
        return []
    query = select(customers.c.name).where(customers.c.id.in_(await family(connection, facts.customer_id)))
    return [open_name(desk.seal, sealed) for sealed in (await connection.execute(query)).scalars()]
