"""What is attached to a case."""

from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.attachment import attachments, contents


async def list_attachments(connection: AsyncConnection, case_id: UUID) -> list[RowMapping]:
    query = select(attachments).where(attachments.c.case_id == case_id).order_by(attachments.c.at, attachments.c.id)
    return list((await connection.execute(query)).mappings().all())


async def read_attachment(connection: AsyncConnection, case_id: UUID, digest: str) -> tuple[str, bytes | None] | None:
    """Media type and sealed content (None: erased) of one attachment of a case; None: there is no such one."""
    query = (
        select(attachments.c.media, contents.c.sealed)
        .join(contents, contents.c.digest == attachments.c.digest)
        .where(attachments.c.case_id == case_id, attachments.c.digest == digest)
    )
    row = (await connection.execute(query)).first()
    return (row.media, row.sealed) if row is not None else None
