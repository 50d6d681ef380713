"""A case that wants to know what became of its notice looks up; a closed one wants nothing any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs import ledger
from models.case import cases


async def look_up(connection: AsyncConnection, case_id: UUID, now: datetime) -> None:
    """Wake the case, unless it is closed."""
    query = select(cases.c.id).where(cases.c.id == case_id, cases.c.closed_at.is_(None)).with_for_update()
    if (await connection.execute(query)).first() is not None:
        await ledger.poke(connection, [case_id], now)
