"""Taking what people said out of the ledger: the digests stay in the chain, so it verifies as before."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.attachment import attachments, contents
from models.event import events


async def erase_sealed(connection: AsyncConnection, case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many events of each case lost their sealed part; what is attached to no other case goes too.

    The caller holds the cases' locks and writes the event.
    """
    query = update(events).where(events.c.case_id.in_(case_ids), events.c.sealed.is_not(None)).values(sealed=None)
    erased = dict.fromkeys(case_ids, 0)
    for case_id in (await connection.execute(query.returning(events.c.case_id))).scalars():
        erased[case_id] += 1
    kept = select(attachments.c.digest).where(attachments.c.case_id.not_in(case_ids))
    theirs = select(attachments.c.digest).where(attachments.c.case_id.in_(case_ids))
    only = contents.c.digest.in_(theirs) & contents.c.digest.not_in(kept)
    await connection.execute(update(contents).where(only).values(sealed=None))
    return erased
