"""The facts by which drawn customers are called or left alone, for many at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.values.rounds import EligibilityFacts


async def facts_of(
    connection: AsyncConnection, customer_ids: Collection[int], now: datetime
) -> dict[int, EligibilityFacts]:
    """By customer (standing records), merged records counted in."""
    raise NotImplementedError
