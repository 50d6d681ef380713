"""Cancelling a run: its leg stops after the chunk at hand, and its cases go on in the next one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Done, barred
from flows.acts.refusals import NotFound
from flows.rules import permission
from models.leg import LegState, legs
from models.values.case import Refusal, StaffFacts
from models.values.permissions import Permit
from models.values.policy import Policy


async def cancel_run(
    connection: AsyncConnection, run_id: UUID, actor: StaffFacts, policy: Policy, key: once.Key | None
) -> Done:
    """Raises NotFound, NotYours, KeyReused, or Refusal when the run has ended. The answer is the row of the leg."""
    if (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    if not permission.may(actor, Permit.RUNS, policy):
        raise NotFound
    if not permission.may(actor, Permit.CANCEL_RUN, policy):
        raise barred(Permit.CANCEL_RUN, actor, policy)
    query = update(legs).where(legs.c.id == run_id, legs.c.state == LegState.OPEN).returning(legs)
    asked = func.coalesce(legs.c.cancel_requested_at, func.now())
    row = (await connection.execute(query.values(cancel_requested_at=asked))).mappings().first()
    if row is None:
        if (await connection.execute(select(legs.c.id).where(legs.c.id == run_id))).first() is None:
            raise NotFound
        raise Refusal("该运行已结束", "this run has ended already")
    answer = {name: _plain(value) for name, value in row.items()}
    await once.keep(connection, actor.id, key, answer)
    return Done(answer)


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
