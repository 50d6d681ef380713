"""A census of complaint revisits: what came of each is read from its complaint; nobody is called a second time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import cases
from models.values.case import Row
from models.values.round_terms import Disposition
from models.values.rounds import Draw


async def rows(
    connection: AsyncConnection, draws: Sequence[Draw], stored: Mapping[int, dict[str, Any]], now: datetime
) -> tuple[Row, ...]:
    """The disposition of each draw."""
    ids = [one.complaint_id for one in draws if one.complaint_id is not None]
    query = select(cases.c.id, cases.c.satisfaction, cases.c.attempts).where(cases.c.id.in_(ids))
    complaints = {row.id: row for row in (await connection.execute(query)).all()}
    return tuple(
        Row("round_draws", stored[one.position] | {"disposition": disposition(complaint), "settled_at": now})
        for one in draws
        if (complaint := complaints.get(one.complaint_id)) is not None
    )


def disposition(complaint: Any) -> Disposition:
    """Answered; else how the last call ended; else nobody called."""
    if complaint.satisfaction is not None:
        return Disposition.COMPLETE
    last = complaint.attempts[-1]["outcome"] if complaint.attempts else None
    return Disposition(last) if last in set(Disposition) else Disposition.NOT_WORKED
