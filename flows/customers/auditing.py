"""Who saw whose record: who, when, which customer, how. Never the number that was asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.customer import accesses
from models.values.case import StaffFacts
from models.values.people_terms import AccessKind


async def note(
    connection: AsyncConnection,
    actor: StaffFacts | None,
    kind: AccessKind,
    customer_id: int | None,
    now: datetime,
    *,
    reason: bytes | None = None,
    caller_key: str | None = None,
    waybill: str | None = None,
) -> None:
    """`actor` None: the command line. `reason` is sealed already, `caller_key` the keyed digest that cases carry."""
    values: dict[str, Any] = {
        "staff_id": actor.id if actor else None,
        "kind": kind,
        "customer_id": customer_id,
        "at": now,
    }
    values |= {"reason": reason, "caller_key": caller_key, "waybill": waybill}
    await connection.execute(insert(accesses).values(values))
