"""Who saw whose record: who, when, which customer, how. Never the number that was asked for."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.customer import accesses
from models.values.case import StaffFacts
from models.values.vocabulary import AccessKind


async def note(
    connection: AsyncConnection,
    actor: StaffFacts | None,
    kind: AccessKind,
    customer_id: int | None,
    reason: bytes | None = None,
) -> None:
    """`actor` None: the command line. `reason` is sealed already."""
    values = {"staff_id": actor.id if actor else None, "kind": kind, "customer_id": customer_id, "reason": reason}
    await connection.execute(insert(accesses).values(values))
