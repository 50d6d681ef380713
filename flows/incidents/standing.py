"""What stands around an incident: its form, who complained, who is to be told, what is attached, who is liable."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.money import findings_of
from flows.incidents.forms import Filled, read_form
from models.attachment import attachments
from models.case import cases
from models.sealing import Seal
from models.values.settlement import Finding
from models.values.vocabulary import Procedure


@dataclass(frozen=True)
class Standing:
    """Beside the incident's own facts."""

    form: Filled
    complaints: Sequence[UUID]
    """Linked under it, as far as whoever asks may see them."""
    notices: int
    """Customers with a notice task."""
    attached: int
    finding: Finding | None
    """The last one, or the presumption."""


async def read_standing(
    connection: AsyncConnection, seal: Seal, case_id: UUID, visible: ColumnElement[bool]
) -> Standing:
    """`visible`: which cases whoever asks may see."""
    under, task = cases.c.linked_to == case_id, cases.c.procedure == Procedure.INCIDENT
    linked = select(cases.c.id).where(under, ~task, visible).order_by(cases.c.id)
    found = await findings_of(connection, [case_id])
    return Standing(
        form=await read_form(connection, seal, case_id),
        complaints=(await connection.execute(linked)).scalars().all(),
        notices=await _count(connection, select(func.count()).where(under, task)),
        attached=await _count(connection, select(func.count()).where(attachments.c.case_id == case_id)),
        finding=found[case_id][-1] if case_id in found else None,
    )


async def _count(connection: AsyncConnection, query: Select[int]) -> int:
    return (await connection.execute(query)).scalar_one()
