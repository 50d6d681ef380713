"""Customer value = total value − total cost: what a customer paid less what his shipments cost us."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.totals import DAY
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
    SELECT asked, currency, sum(amount) AS amount, sum(amount - profit) AS cost, sum(profit) AS value,
        count(*) AS lines, count(profit) AS measured
    FROM family JOIN shipments ON shipments.customer_id = family.id
    WHERE {DAY} BETWEEN :first AND :last GROUP BY asked, currency"""  # noqa: S608 - our own text
)


async def values_of(
    connection: AsyncConnection, customer_ids: Collection[int], period: Period
) -> dict[int, dict[str, Value]]:
    """The value of each customer by currency, with those merged into him; refunds netted. None means not measured."""
    found: dict[int, dict[str, Value]] = {id_: {} for id_ in customer_ids}
    bound = {"ids": list(found), "first": period.first, "last": period.last}
    for row in (await connection.execute(_VALUES, bound)).all():
        found[row.asked][row.currency] = Value(row.amount, row.cost, row.value, row.lines, row.measured)
    return found
