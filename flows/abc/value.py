"""Customer value = total value − total cost (domain.md §3): what a customer paid less what his shipments cost us."""

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.abc.totals import DAY
from models.values.classes import Period, Value

METHOD = (
    "customer value = amount − cost over the shipments of the period whose profit is known (cost = amount − profit); "
    "not measured when no profit is known"
)

_VALUES = text(
    f"""WITH RECURSIVE family AS (
        SELECT id AS asked, id FROM customers WHERE id = ANY(:ids)
        UNION
        SELECT family.asked, customers.id FROM family JOIN customers ON customers.merged_into = family.id
    )
    SELECT asked, coalesce(sum(amount), 0) AS amount, sum(amount - profit) AS cost, sum(profit) AS value,
        count(*) AS lines, count(profit) AS measured
    FROM family JOIN shipments ON shipments.customer_id = family.id
    WHERE {DAY} BETWEEN :first AND :last AND currency = :currency GROUP BY asked"""  # noqa: S608 - our own text
)


async def values_of(
    connection: AsyncConnection, customer_ids: Collection[int], period: Period, currency: str
) -> dict[int, Value]:
    """The value of each customer in a period, with those merged into him; refunds netted. None means not measured."""
    bound = {"ids": sorted(set(customer_ids)), "first": period.first, "last": period.last, "currency": currency}
    rows = (await connection.execute(_VALUES, bound)).all()
    found = {row.asked: Value(row.amount, row.cost, row.value, row.lines, row.measured) for row in rows}
    return {id_: found.get(id_, Value(Decimal(0), None, None, 0, 0)) for id_ in customer_ids}
