"""Who saw whose record: who, when, which customer, how. Never the number that was asked for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.customer import accesses
from models.staff import staff
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


async def accesses_to(connection: AsyncConnection, ids: Sequence[int], at_most: int) -> Sequence[Any]:
    """The newest first; `staff` is None for the command line."""
    query = (
        select(accesses.c.at, accesses.c.kind, accesses.c.reason, staff.c.name.label("staff"))
        .outerjoin(staff, staff.c.id == accesses.c.staff_id)
        .where(accesses.c.customer_id.in_(ids))
        .order_by(accesses.c.id.desc())
        .limit(at_most)
    )
    return (await connection.execute(query)).mappings().all()
