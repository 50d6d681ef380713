"""Releasing a case from quarantine: a supervisor's act (or a command of the administrator)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Desk, Done, barred, outcome
from flows.acts.refusals import NotFound
from flows.customers.at_hand import permits
from flows.legs.quarantine import release
from models.case import cases, to_facts
from models.values.case import CaseFacts, Refusal, StaffFacts
from models.values.permissions import Permit


async def release_case(
    connection: AsyncConnection, desk: Desk, case_id: UUID, actor: StaffFacts, key: once.Key | None
) -> Done:
    """Raises NotFound, NotYours, KeyReused, or Refusal when the case is not in quarantine."""
    if (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    facts = await _read(connection, case_id)
    await desk.policies.know(connection, [facts])
    now = await desk.clock.now(connection)
    granted = await permits(connection, facts, actor, desk.policies.current, now)
    if Permit.READ_CASE not in granted:
        raise NotFound
    if Permit.RELEASE not in granted:
        raise barred(Permit.RELEASE, actor, desk.policies.current)
    if not await release(connection, desk.seal, case_id, actor.id, now):
        raise Refusal("工单不在隔离区", "the case is not in quarantine")
    answer = outcome(await _read(connection, case_id))
    await once.keep(connection, actor.id, key, answer)
    return Done(answer)


async def _read(connection: AsyncConnection, case_id: UUID) -> CaseFacts:
    row = (await connection.execute(select(cases).where(cases.c.id == case_id))).mappings().first()
    if row is None:
        raise NotFound
    return to_facts(row)
