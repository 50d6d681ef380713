"""Records that went stale: to be verified, corrected or erased (验证并更新客户信息，删除过时信息)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.bounds import take_at_most
from models.values.customers import Customers

SECONDS = 60
"""It looks at every shipment; no case is held meanwhile."""

_STALE = text(
    """WITH ordered AS (
        SELECT customer_id, max(coalesce(ordered_at, delivered_at)) AS day FROM shipments GROUP BY customer_id
    ), called AS (
        SELECT customer_id, max(CAST(recorded_at AT TIME ZONE 'Asia/Shanghai' AS date)) AS day
        FROM cases WHERE customer_id IS NOT NULL GROUP BY customer_id
    ), signs AS (
        SELECT coalesce(c.merged_into, c.id) AS root,
            max(greatest(CAST(c.verified_at AT TIME ZONE 'Asia/Shanghai' AS date), ordered.day, called.day)) AS day
        FROM customers c LEFT JOIN ordered ON ordered.customer_id = c.id LEFT JOIN called ON called.customer_id = c.id
        WHERE c.erased_at IS NULL GROUP BY 1
    ), judged AS (
        SELECT c.code, coalesce(signs.day, CAST(c.created_at AT TIME ZONE 'Asia/Shanghai' AS date)) AS since
        FROM signs JOIN customers c ON c.id = signs.root
    )
    SELECT code, since, count(*) OVER () AS in_all FROM judged WHERE since < :before ORDER BY since, code LIMIT :most"""
)


async def stale_records(connection: AsyncConnection, policy: Customers, today: date, at_most: int) -> Sequence[Any]:
    """Standing records without a sign of life since the bound, the oldest first; `in_all` counts them."""
    await take_at_most(connection, SECONDS)
    before = today - timedelta(days=policy.stale_after_days)
    return (await connection.execute(_STALE, {"before": before, "most": at_most})).mappings().all()
