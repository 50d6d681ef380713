"""The records that are one customer: the one that stands, and those merged into it."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.refusals import NotFound
from models.customer import customers


async def family(connection: AsyncConnection, customer_id: int, *, lock: bool = False) -> list[int]:
    """The ids of all records that are this customer, the standing one first. Raises NotFound."""
    query = select(customers.c.id, customers.c.merged_into).where(customers.c.id == customer_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound
    root: int = row.merged_into or row.id
    members = select(customers.c.id).where(or_(customers.c.id == root, customers.c.merged_into == root))
    if lock:
        members = members.order_by(customers.c.id).with_for_update()
    found = (await connection.execute(members)).scalars().all()
    return [root, *sorted(set(found) - {root})]


async def by_code(connection: AsyncConnection, code: str) -> int:
    """The id of the record with this code, merged or not. Raises NotFound."""
    query = select(customers.c.id).where(customers.c.code == code)
    id_: int | None = (await connection.execute(query)).scalar_one_or_none()
    if id_ is None:
        raise NotFound
    return id_
