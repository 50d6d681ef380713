"""Releasing a case from quarantine: a supervisor's act (or a command of the administrator)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Desk, Done, outcome
from flows.acts.refusals import NotFound, NotYours
from flows.legs.quarantine import release
from flows.rules import permission
from models.case import cases, to_facts
from models.values.case import CaseFacts, Refusal, StaffFacts
from models.values.vocabulary import Role


async def release_case(
    connection: AsyncConnection, desk: Desk, case_id: UUID, actor: StaffFacts, key: once.Key | None
) -> Done:
    """Raises NotFound, NotYours, KeyReused, or Refusal when the case is not in quarantine."""
    if key is not None and (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    facts = await _read(connection, case_id)
    await desk.policies.know(connection, [facts])
    if not permission.sees(facts, actor, desk.policies.of(facts)):
        raise NotFound
    if actor.level < 1 and actor.role is not Role.ADMINISTRATOR:
        raise NotYours("须由主管解除隔离", "a supervisor or the administrator releases from quarantine")
    if not await release(connection, desk.seal, case_id, actor.id, await desk.clock.now(connection)):
        raise Refusal("工单不在隔离区", "the case is not in quarantine")
    answer = outcome(await _read(connection, case_id))
    if key is not None:
        await once.keep(connection, actor.id, key, answer)
    return Done(answer)


async def _read(connection: AsyncConnection, case_id: UUID) -> CaseFacts:
    row = (await connection.execute(select(cases).where(cases.c.id == case_id))).mappings().first()
    if row is None:
        raise NotFound
    return to_facts(row)
