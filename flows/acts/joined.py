"""The complaints linked under an incident, ended together with its finding: each by its own act, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.joining import END, EndWithIncident
from flows.acts.perform import Desk, Done, barred, perform
from flows.rules import permission
from models.case import cases
from models.values.case import Reason, Refusal, StaffFacts
from models.values.permissions import Permit
from models.values.stage_terms import Stage
from models.values.vocabulary import Procedure

AT_ONCE = 200
"""How many complaints one request ends: a transaction is to be short. The answer says which are left (`next`)."""


@dataclass(frozen=True)
class Standing:
    """One complaint that could not be ended now, and why."""

    id: UUID
    why: Reason


async def end_joined(
    connection: AsyncConnection,
    desk: Desk,
    incident_id: UUID,
    actor: StaffFacts,
    finding: str,
    after: UUID | None,
    visible: ColumnElement[bool],
    key: once.Key | None,
) -> Done:
    """Those `after` the one a former answer named as `next`: complaints somebody else handles, on which money is still
    owed, or which wait for something else, stand as they are, each with its reason, and must not hide the others.
    Every open one is either ended or named. Raises NotYours or KeyReused.
    """
    if not permission.ever(Permit.END_WITH_INCIDENT, actor, desk.policies.current):
        raise barred(Permit.END_WITH_INCIDENT, actor, desk.policies.current)
    if (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    under = cases.c.linked_to == incident_id, cases.c.procedure == Procedure.COMPLAINT
    query = select(cases.c.id, cases.c.version).where(*under, cases.c.stage != Stage.CLOSED, visible)
    if after is not None:
        query = query.where(cases.c.id > after)
    rows = (await connection.execute(query.order_by(cases.c.id).limit(AT_ONCE + 1).with_for_update())).all()
    ended, standing = [], []
    for row in rows[:AT_ONCE]:
        said = EndWithIncident(version=row.version, finding=finding)
        try:
            async with connection.begin_nested():
                await perform(connection, desk, END, row.id, actor, said, None)
            ended.append(row.id)
        except Refusal as why:
            standing.append(Standing(row.id, why.reason))
    answer = _answer(ended, standing, rows[AT_ONCE - 1].id if len(rows) > AT_ONCE else None)
    await once.keep(connection, actor.id, key, answer)
    return Done(answer)


def _answer(ended: Sequence[UUID], standing: Sequence[Standing], following: UUID | None) -> dict[str, Any]:
    left = [{"id": str(one.id), "why": {"zh": one.why.zh, "en": one.why.en}} for one in standing]
    return {"ended": [str(id_) for id_ in ended], "standing": left, "next": str(following) if following else None}
