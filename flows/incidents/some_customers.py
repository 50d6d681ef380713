"""The shipments of a few customers at a time, all of a customer's together: who is called is called once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.customer import customers
from models.shipment import shipments

WHO = func.coalesce(customers.c.merged_into, customers.c.id)
"""The customer of a shipment, as merged."""


async def of_some_customers(
    connection: AsyncConnection, wanted: Sequence[ColumnElement[bool]], customers_at_most: int
) -> dict[int, list[Any]]:
    """The wanted shipments of at most so many customers who were not erased, all of a customer's together.

    First the customers, then what is theirs: sorting every shipment of a hub for a few of them takes too long.
    """
    # A plan kept from when few were told would be ruinous once thousands are.
    await connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    wanted = (*wanted, customers.c.erased_at.is_(None))
    both = shipments.join(customers, customers.c.id == shipments.c.customer_id)
    few = select(WHO.label("who")).select_from(both).where(*wanted).distinct().limit(customers_at_most)
    ids = list((await connection.execute(few)).scalars())
    if not ids:
        return {}
    family = select(customers.c.id).where(or_(customers.c.id.in_(ids), customers.c.merged_into.in_(ids)))
    query = (
        select(WHO.label("who"), shipments.c.customer_id, shipments.c.order_id, shipments.c.waybill_no)
        .select_from(both)
        .where(*wanted, shipments.c.customer_id.in_(family))
        .order_by(WHO, shipments.c.order_id)
    )
    found: dict[int, list[Any]] = {}
    for row in (await connection.execute(query)).all():
        found.setdefault(row.who, []).append(row)
    return found
