"""Amounts by customer, as SQL: refunds netted, merged customers counted as the one they became."""

BECAME = """became AS (
    SELECT id, merged_into AS root FROM customers WHERE merged_into IS NOT NULL
    UNION
    SELECT became.id, customers.merged_into FROM became JOIN customers ON customers.id = became.root
    WHERE customers.merged_into IS NOT NULL
), roots AS (
    SELECT became.id, became.root FROM became JOIN customers ON customers.id = became.root
    WHERE customers.merged_into IS NULL
)"""
"""A customer who was merged (and merged again), with the one he is in the end. After WITH RECURSIVE."""

DAY = "coalesce(shipments.ordered_at, shipments.delivered_at)"
"""The day a transaction counts on; without either it counts in no period."""


def totals(basis: str, only: str = "") -> str:
    """The table `totals` (customer_id, amount) of a period and currency; `only` narrows the lines. After BECAME.

    Lines without a profit count as nothing when the basis is profit; the customer counts all the same.
    """
    measure = {"amount": "amount", "profit": "coalesce(profit, 0)"}[basis]
    return f"""lines AS (
        SELECT customer_id, sum({measure}) AS amount FROM shipments
        WHERE {DAY} BETWEEN :first AND :last AND currency = :currency {only}
        GROUP BY customer_id
    ), totals AS (
        SELECT coalesce(roots.root, lines.customer_id) AS customer_id, sum(lines.amount) AS amount
        FROM lines LEFT JOIN roots ON roots.id = lines.customer_id GROUP BY 1
    )"""  # noqa: S608 - nothing of a user's is in it
