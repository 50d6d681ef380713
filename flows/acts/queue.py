"""My queue: what I own, could take or watch over, in order, with the reason for each place; and taking the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Desk, Done, outcome
from flows.acts.refusals import NotYours
from flows.legs import chain, ledger
from flows.rules import assignment, lifecycle, order, permission
from flows.rules.agenda import agenda
from flows.seeing import not_named
from models.case import cases, to_facts
from models.values.case import CaseFacts, Decision, Reason, StaffFacts
from models.values.permissions import Permit
from models.values.policy import Policy
from models.values.stage_terms import EventKind, Stage
from models.wake import wakes

LOOKED_AT = 200
"""How many cases nobody owns are looked at for one person."""


@dataclass(frozen=True)
class Item:
    facts: CaseFacts
    reason: Reason
    mine: bool
    watched: bool
    """It is overdue with somebody else and has climbed to this person's level."""


async def queue(connection: AsyncConnection, desk: Desk, actor: StaffFacts, at_most: int) -> list[Item]:
    """The work of one person in order; what is on hold comes back when its hold ends. Raises NotYours."""
    _refuse_without_queue(actor, desk)
    now = await desk.clock.now(connection)
    owned, watched = await _owned(connection, actor), await _watched(connection, actor)
    await desk.policies.know(connection, [*owned, *watched])
    found = {facts.id: facts for facts in (*owned, *watched, *await _free(connection, desk, actor))}
    mine = {facts.id for facts in owned}
    above = {facts.id for facts in watched if facts.owner_id is not None} - mine
    placed = [(order.place(facts, desk.policies.of(facts), now), facts) for facts in found.values()]
    placed.sort(key=lambda one: one[0][0])
    return [Item(facts, why, facts.id in mine, facts.id in above) for (_, why), facts in placed[:at_most]]


async def take(connection: AsyncConnection, desk: Desk, actor: StaffFacts, key: once.Key | None) -> Done:
    """Own the next case that nobody owns; of two takers one gets it. The answer's case is None: nothing to take.

    Raises NotYours or KeyReused.
    """
    _refuse_without_queue(actor, desk)
    if (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    now = await desk.clock.now(connection)
    free = await _free(connection, desk, actor)
    free.sort(key=lambda facts: order.place(facts, desk.policies.of(facts), now)[0])
    answer: dict[str, object] = {"case": None}
    for candidate in free:
        if (locked := await _lock_if_free(connection, candidate.id)) is None:
            continue
        facts, head = locked
        if facts.version != candidate.version:
            continue  # it moved on since it was looked at, and may be no work of his any more
        why = Reason(f"员工 {actor.id} 领取", f"taken by staff {actor.id}")
        left = assignment.assigned(facts, actor, desk.policies.of(facts), now)
        changes = {"owner_id": actor.id, "clocks": left}
        decision = Decision(EventKind.ASSIGNED, changes, (why,), {"owner": actor.id, "stage": facts.stage})
        entry = chain.Entry(facts, head, decision, actor.id)
        written = await ledger.write(
            connection, desk.seal, [entry], lambda after: agenda(after, desk.policies.of(after), now), now
        )
        answer = {"case": outcome(written[0].facts)}
        break
    await once.keep(connection, actor.id, key, answer)
    return Done(answer)


def _refuse_without_queue(actor: StaffFacts, desk: Desk) -> None:
    if not permission.may(actor, Permit.QUEUE, desk.policies.current):
        raise NotYours("您的角色不办理工单", "your role works on no cases, so it has no queue")


async def _owned(connection: AsyncConnection, actor: StaffFacts) -> Sequence[CaseFacts]:
    query = select(cases).where(
        cases.c.owner_id.in_(sorted({actor.id, *actor.deputises})),
        cases.c.closed_at.is_(None),
        cases.c.hold.is_(None),
        cases.c.stage.in_(lifecycle.PERSONS),
        not_named(actor),
    )
    return [to_facts(row) for row in (await connection.execute(query)).mappings().all()]


async def _free(connection: AsyncConnection, desk: Desk, actor: StaffFacts) -> list[CaseFacts]:
    """What nobody owns and this person may, in the order of the queue, so that none is out of sight behind the rest."""
    query = (
        select(cases)
        .join(wakes, wakes.c.case_id == cases.c.id)
        .where(
            cases.c.owner_id.is_(None),
            cases.c.closed_at.is_(None),
            cases.c.hold.is_(None),
            cases.c.stage.in_(_stages_of(actor, desk.policies.current)),
            wakes.c.due_at.is_not(None),
            *_not_barred(actor),
        )
        .order_by(wakes.c.place_at, wakes.c.case_id)
        .limit(LOOKED_AT)
    )
    found = [to_facts(row) for row in (await connection.execute(query)).mappings().all()]
    await desk.policies.know(connection, found)
    return [facts for facts in found if assignment.taboo(facts, actor, desk.policies.of(facts)) is None]


def _not_barred(actor: StaffFacts) -> list[ColumnElement[bool]]:
    """What `assignment.taboo` says of most cases, so that those one may not take do not hide those one may."""
    return [
        not_named(actor),
        or_(cases.c.stage.not_in(assignment.LADDER), cases.c.level <= actor.level),
        or_(cases.c.stage != Stage.REVISIT, cases.c.handler_id.is_distinct_from(actor.id)),
        or_(cases.c.stage != Stage.APPROVAL, cases.c.proposer_id.is_distinct_from(actor.id)),
    ]


async def _watched(connection: AsyncConnection, actor: StaffFacts) -> list[CaseFacts]:
    """What is overdue with others and has climbed to this person's level: he watches over it."""
    if actor.level == 0:
        return []
    query = (
        select(cases)
        .join(wakes, wakes.c.case_id == cases.c.id)
        .where(
            cases.c.watch == actor.level,
            cases.c.overdue,
            cases.c.closed_at.is_(None),
            cases.c.owner_id.is_distinct_from(actor.id),
            not_named(actor),
        )
        .order_by(wakes.c.place_at, wakes.c.case_id)
        .limit(LOOKED_AT)
    )
    return [to_facts(row) for row in (await connection.execute(query)).mappings().all()]


def _stages_of(actor: StaffFacts, policy: Policy) -> list[Stage]:
    """Where somebody of this role may have work; which of it is his, `assignment.taboo` says."""
    roles = policy.rulebook.assignment.roles
    ladder = assignment.LADDER if actor.level > 0 else frozenset()
    return sorted(stage for stage in lifecycle.PERSONS if stage in ladder or actor.role in roles.get(stage, ()))


async def _lock_if_free(connection: AsyncConnection, case_id: UUID) -> tuple[CaseFacts, bytes] | None:
    """Lock a case that is still free, or pass on at once when somebody else is at it."""
    query = (
        select(cases)
        .where(cases.c.id == case_id, cases.c.owner_id.is_(None), cases.c.closed_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    await connection.execute(select(wakes.c.case_id).where(wakes.c.case_id == case_id).with_for_update())
    return to_facts(row), row["head"]
