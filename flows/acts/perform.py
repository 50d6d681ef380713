"""An act, performed: in one transaction, once for each key, on the version the person saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.act import Act, Setting, refuse_wrong_stage
from flows.acts.inputs import ActInput
from flows.acts.refusals import NotFound, NotYours, Stale
from flows.customers.at_hand import permits
from flows.legs import chain, ledger
from flows.legs.clock import Clock
from flows.rulebook.store import Policies
from flows.rules import permission
from flows.rules.agenda import agenda
from models.sealing import Seal
from models.values.case import CaseFacts, StaffFacts
from models.values.permissions import Permit
from models.values.policy import Policy
from models.wake import wakes


@dataclass(frozen=True)
class Desk:
    """What performing needs of the process: seal, rulebooks, clock."""

    seal: Seal
    policies: Policies
    clock: Clock


@dataclass(frozen=True)
class Done:
    """The answer to an act; `repeated`: it is the first answer to this key, given again."""

    answer: Mapping[str, Any]
    repeated: bool = False


async def perform(
    connection: AsyncConnection,
    desk: Desk,
    act: Act,
    case_id: UUID,
    actor: StaffFacts,
    said: ActInput,
    key: once.Key | None,
) -> Done:
    """Raises NotFound, NotYours, Stale, Refusal or KeyReused; then nothing changed."""
    if (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    locked = await ledger.lock_cases(connection, [case_id])
    facts, head = _found(locked, case_id)
    await desk.policies.know(connection, [facts])
    policy, now = desk.policies.of(facts), await desk.clock.now(connection)
    granted = await permits(connection, facts, actor, desk.policies.current, now)
    if Permit.READ_CASE not in granted:
        raise NotFound
    if said.version != facts.version:
        raise Stale(facts.version)  # before NotYours: who lost the case a moment ago should look, not wonder
    if act.name not in granted:
        raise barred(Permit(act.name), actor, desk.policies.current, facts.level)
    refuse_wrong_stage(act, facts, policy)
    await connection.execute(select(wakes.c.case_id).where(wakes.c.case_id == case_id).with_for_update())
    loaded = await act.load(connection, facts, policy) if act.load else None
    if act.seek:
        loaded = await act.seek(connection, facts, said, Setting(actor, policy, now))
    setting = Setting(actor, policy, now, loaded)
    decision = act.decide(facts, said, setting)
    entry = chain.Entry(facts, head, decision, actor.id)
    written = await ledger.write(
        connection, desk.seal, [entry], lambda after: agenda(after, desk.policies.of(after), now), now
    )
    if act.keep:
        await act.keep(connection, facts, decision, setting)
    answer = outcome(written[0].facts)
    await once.keep(connection, actor.id, key, answer)
    return Done(answer)


def barred(permit: Permit, actor: StaffFacts, policy: Policy, level: int = 0) -> NotYours:
    why = permission.barred(permit, actor, policy, level)
    return NotYours(why.zh, why.en)


def outcome(facts: CaseFacts) -> dict[str, Any]:
    """What an act answers: where the case stands now, and the version to act on next."""
    return {
        "id": str(facts.id),
        "stage": facts.stage.value,
        "version": facts.version,
        "owner": facts.owner_id,
    }


def _found(locked: Mapping[UUID, tuple[CaseFacts, bytes]], case_id: UUID) -> tuple[CaseFacts, bytes]:
    if case_id not in locked:
        raise NotFound
    return locked[case_id]
