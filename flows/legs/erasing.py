"""Taking what people said out of the ledger: the digests stay in the chain, so it verifies as before."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.attachment import attachments, contents
from models.event import events
from models.values.stage_terms import EventKind


async def erase_sealed(connection: AsyncConnection, case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many events of each case lost their sealed part.

    The caller holds the cases' locks and writes the event.
    """
    query = update(events).where(events.c.case_id.in_(case_ids), events.c.sealed.is_not(None)).values(sealed=None)
    erased = dict.fromkeys(case_ids, 0)
    for case_id in (await connection.execute(query.returning(events.c.case_id))).scalars():
        erased[case_id] += 1
    return erased


async def erase_attached(connection: AsyncConnection, case_ids: Sequence[UUID]) -> None:
    """What is attached to these cases goes, unless another case has it too that was not erased since.

    Give it all cases of one erasure at once: what two of them share is kept by neither.
    """
    others = attachments.alias()
    since = (events.c.case_id == others.c.case_id) & (events.c.kind == EventKind.ERASED) & (events.c.at >= others.c.at)
    kept = select(others.c.digest).where(others.c.case_id.not_in(case_ids), ~exists().where(since))
    theirs = select(attachments.c.digest).where(attachments.c.case_id.in_(case_ids))
    only = contents.c.digest.in_(theirs) & contents.c.digest.not_in(kept)
    await connection.execute(update(contents).where(only).values(sealed=None))
