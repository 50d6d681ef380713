"""Putting another rulebook in force: proposed by one, approved by another, on record; open cases are told of it.

Whoever approves sees what was compared: a proposal names the rulebook it replaces, and of two proposals the second
is refused once the first is in force. Cases keep the version they are judged by.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Desk, Done
from flows.acts.refusals import NotFound, NotYours
from flows.legs import ledger
from flows.rulebook.differences import Difference, differences
from flows.rulebook.loading import RulebookError, load
from flows.rulebook.store import content_in_force, content_of, in_force, keep, put_in_force
from flows.rules import rulebook_change as rules
from models.case import cases
from models.locks import Lock, hold
from models.rulebook import rulebook_changes, rulebooks
from models.staff import staff
from models.values.case import Refusal, StaffFacts
from models.values.people_terms import ChangeState
from models.values.policy import Policy

TOLD_AT_ONCE = 100
SHORTEST = 8
"""Of a hash at least so many signs are given."""


@dataclass(frozen=True)
class Changed:
    """What a person did to a change: its number, the rulebook, and where the change stands now."""

    id: int
    hash: str
    state: ChangeState


async def propose(connection: AsyncConnection, desk: Desk, content: str, actor: StaffFacts, reason: str) -> Changed:
    """Raises RulebookError, NotYours or Refusal; then nothing changed."""
    policy = await _present(connection, desk)
    hash_ = await keep(connection, content)
    candidate = load(content)
    known = await _was_in_force(connection, candidate)
    if obstacle := rules.bar_proposing(candidate, actor, policy, known_weights=known):
        raise (Refusal if actor.role in policy.rulebook.changes.proposed_by else NotYours)(obstacle.zh, obstacle.en)
    standing = select(rulebook_changes.c.id).where(
        rulebook_changes.c.hash == hash_, rulebook_changes.c.state == ChangeState.PROPOSED
    )
    if (await connection.execute(standing)).first() is not None:
        raise Refusal("该规则手册已提议，待他人批准", "this rulebook is proposed already and waits for somebody else")
    values = {
        "hash": hash_,
        "base": policy.hash,
        "state": ChangeState.PROPOSED,
        "proposed_by": actor.id,
        "proposed_at": await desk.clock.now(connection),
        "reason": desk.seal.close({"reason": reason}),
    }
    query = insert(rulebook_changes).values(values).returning(rulebook_changes.c.id)
    return Changed((await connection.execute(query)).scalar_one(), hash_, ChangeState.PROPOSED)


async def approve(
    connection: AsyncConnection, desk: Desk, beginning: str, actor: StaffFacts, remark: str | None = None
) -> Changed:
    """In force from this commit on; other proposals are outdated by it. Raises NotFound, NotYours or Refusal."""
    policy = await _present(connection, desk)
    change = await _decidable(connection, policy, beginning, actor, approving=True)
    try:
        await desk.policies.know_of(connection, [change.hash])  # it loaded when it was proposed, maybe elsewhere
    except RulebookError:
        raise Refusal("该规则手册在本机无法加载", "this rulebook cannot be loaded here; check it again") from None
    await put_in_force(connection, change.hash)
    changed = await _decide(connection, desk, change.id, ChangeState.ADOPTED, actor, remark)
    others = update(rulebook_changes).where(rulebook_changes.c.state == ChangeState.PROPOSED)
    await connection.execute(others.values(state=ChangeState.OUTDATED))
    return changed


async def reject(connection: AsyncConnection, desk: Desk, beginning: str, actor: StaffFacts, reason: str) -> Changed:
    """Who proposed it may take it back as well. Raises NotFound, NotYours or Refusal; then nothing changed."""
    policy = await _present(connection, desk)
    change = await _decidable(connection, policy, beginning, actor, approving=False)
    return await _decide(connection, desk, change.id, ChangeState.REJECTED, actor, reason)


async def decide_once(
    connection: AsyncConnection, actor: StaffFacts, key: once.Key | None, work: Callable[[], Awaitable[Changed]]
) -> Done:
    """Approve or reject, once for each key; raises KeyReused."""
    if (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    changed = await work()
    answer = {"id": changed.id, "hash": changed.hash, "state": changed.state.value}
    await once.keep(connection, actor.id, key, answer)
    return Done(answer)


async def compared(connection: AsyncConnection, beginning: str) -> list[Difference]:
    """What differs from the one in force to a stored rulebook, by meaning. Raises NotFound."""
    content = await content_of(connection, beginning) if len(beginning) >= SHORTEST else None
    if content is None:
        raise NotFound
    return differences(json.loads(await content_in_force(connection)), json.loads(content))


async def history(connection: AsyncConnection, desk: Desk, at_most: int = 100) -> list[dict[str, Any]]:
    """Every change, the last first: who proposed it when and why, who decided; and what was in force before any."""
    proposer, decider = staff.alias("proposer"), staff.alias("decider")
    query = (
        select(rulebook_changes, proposer.c.name.label("proposer"), decider.c.name.label("decider"))
        .outerjoin(proposer, proposer.c.id == rulebook_changes.c.proposed_by)
        .outerjoin(decider, decider.c.id == rulebook_changes.c.decided_by)
        .order_by(rulebook_changes.c.id.desc())
        .limit(at_most)
    )
    rows = [dict(row) for row in (await connection.execute(query)).mappings().all()]
    for row in rows:
        row["reason"] = _opened(desk, row["reason"])
        row["remark"] = _opened(desk, row["remark"])
    return rows


async def tell_open_cases(connection: AsyncConnection, now: datetime, at_most: int = TOLD_AT_ONCE) -> int:
    """Poke some of the open cases that were not told of the last change yet, so that follow-up derives anew what is
    still to come; returns how many. One process at a time; nothing is lost when it dies, the next one goes on.
    """
    untold = (
        select(rulebook_changes.c.id, rulebook_changes.c.told_to)
        .where(rulebook_changes.c.state == ChangeState.ADOPTED, rulebook_changes.c.told_at.is_(None))
        .order_by(rulebook_changes.c.id.desc())
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    change = (await connection.execute(untold)).first()
    if change is None:
        return 0
    still = select(cases.c.id).where(cases.c.closed_at.is_(None)).order_by(cases.c.id).limit(at_most)
    still = still.where(cases.c.id > change.told_to) if change.told_to is not None else still
    ids = list((await connection.execute(still)).scalars())
    if ids:
        await ledger.poke(connection, ids, now)
    # A later change tells every case: what an earlier one had still to tell is told with it.
    told = {"told_to": ids[-1]} if ids else {"told_at": func.now()}
    which = rulebook_changes.c.id == change.id if ids else rulebook_changes.c.id <= change.id
    query = update(rulebook_changes).where(which, rulebook_changes.c.state == ChangeState.ADOPTED)
    await connection.execute(query.where(rulebook_changes.c.told_at.is_(None)).values(told))
    return len(ids)


async def _present(connection: AsyncConnection, desk: Desk) -> Policy:
    """The rulebook in force, and nobody else changes it until this transaction ends."""
    await hold(connection, Lock.RULEBOOK)
    policy = await desk.policies.refresh(connection)
    if policy.hash != await in_force(connection):
        raise Refusal("本机无法加载现行规则手册", "this process cannot load the rulebook in force; see its log")
    return policy


async def _decidable(
    connection: AsyncConnection, policy: Policy, beginning: str, actor: StaffFacts, *, approving: bool
) -> Any:
    """The last change of that hash, when this person may decide on it."""
    if len(beginning) < SHORTEST:
        raise Refusal(f"请至少给出哈希的前 {SHORTEST} 位", f"give at least the first {SHORTEST} signs of the hash")
    query = select(rulebook_changes).where(rulebook_changes.c.hash.startswith(beginning, autoescape=True))
    rows: Sequence[Any] = (await connection.execute(query.order_by(rulebook_changes.c.id.desc()))).all()
    if not rows or len({row.hash for row in rows}) > 1:
        raise NotFound
    row = next((row for row in rows if row.state == ChangeState.PROPOSED), rows[0])
    change = rules.Change(row.hash, row.base, ChangeState(row.state), row.proposed_by)
    if obstacle := rules.bar_deciding(change, policy.hash, actor, policy, approving=approving):
        entitled = actor.role in policy.rulebook.changes.approved_by and actor.id != row.proposed_by
        raise (Refusal if entitled else NotYours)(obstacle.zh, obstacle.en)
    return row


async def _decide(
    connection: AsyncConnection, desk: Desk, id_: int, state: ChangeState, actor: StaffFacts, remark: str | None
) -> Changed:
    values = {
        "state": state,
        "decided_by": actor.id,
        "decided_at": await desk.clock.now(connection),
        "remark": desk.seal.close({"remark": remark}) if remark else None,
    }
    query = update(rulebook_changes).where(rulebook_changes.c.id == id_).values(values)
    hash_ = (await connection.execute(query.returning(rulebook_changes.c.hash))).scalar_one()
    return Changed(id_, hash_, state)


async def _was_in_force(connection: AsyncConnection, candidate: Policy) -> bool:
    """Whether its learned weights were in force already: going back to them is no deployment of something new."""
    teaching = candidate.rulebook.taxonomy.learned
    if teaching is None:
        return True
    named = f'"weights":"{teaching.weights}"'
    query = select(rulebooks.c.hash).where(rulebooks.c.adopted_at.is_not(None))
    query = query.where(func.replace(rulebooks.c.content, '": "', '":"').contains(named, autoescape=True)).limit(1)
    return (await connection.execute(query)).first() is not None


def _opened(desk: Desk, sealed: bytes | None) -> str | None:
    return next(iter(desk.seal.open(sealed).values())) if sealed is not None else None
