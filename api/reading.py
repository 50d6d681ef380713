"""Queries of the reading routes. What one may not see is not found."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, all_, and_, desc, false, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.refusals import NotFound
from flows.rules import permission
from models.case import INCIDENTS, cases, to_facts
from models.event import events
from models.leg import legs
from models.staff import staff
from models.values.case import CaseFacts, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Role
from models.wake import wakes


def visible(actor: StaffFacts) -> ColumnElement[bool]:
    """The cases an actor may know of, as a condition."""
    if actor.role is Role.CHANNEL:
        return cases.c.id.is_(None)
    if actor.role is Role.BUSINESS_UNIT:
        its = or_(cases.c.unit == actor.unit, cases.c.liable == actor.unit)
        asked = cases.c.details["counterpart"].as_string() == actor.unit
        return and_(INCIDENTS, or_(its, asked))
    return literal(actor.id) != all_(cases.c.named_staff)


async def find_case(
    connection: AsyncConnection, case_id: UUID, actor: StaffFacts, policy: Policy
) -> tuple[CaseFacts, bool]:
    """A case and whether it is quarantined; raises NotFound."""
    query = (
        select(cases, wakes.c.quarantined_at).join(wakes, wakes.c.case_id == cases.c.id).where(cases.c.id == case_id)
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    facts = to_facts(row)
    if not permission.sees(facts, actor, policy):
        raise NotFound
    return facts, row["quarantined_at"] is not None


async def list_cases(
    connection: AsyncConnection, actor: StaffFacts, filters: Sequence[Any], before: UUID | None, limit: int
) -> list[tuple[CaseFacts, bool]]:
    """Newest first (ids are made in order of time)."""
    conditions = [visible(actor), *filters]
    if before is not None:
        conditions.append(cases.c.id < before)
    query = (
        select(cases, wakes.c.quarantined_at)
        .join(wakes, wakes.c.case_id == cases.c.id)
        .where(and_(*conditions))
        .order_by(desc(cases.c.id))
        .limit(limit)
    )
    rows = (await connection.execute(query)).mappings().all()
    return [(to_facts(row), row["quarantined_at"] is not None) for row in rows]


def runs_of(actor: StaffFacts) -> Select[Any]:
    """The runs an actor may know of: a channel only brings cases in, a business unit answers in its own."""
    query = select(legs)
    return query.where(false()) if actor.role in (Role.CHANNEL, Role.BUSINESS_UNIT) else query


async def case_events(connection: AsyncConnection, case_id: UUID) -> Sequence[Any]:
    query = select(events).where(events.c.case_id == case_id).order_by(events.c.seq)
    return (await connection.execute(query)).mappings().all()


async def names_of(connection: AsyncConnection, ids: set[int]) -> dict[int, str]:
    query = select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids))
    return {row.id: row.name for row in (await connection.execute(query)).all()}


async def case_runs(connection: AsyncConnection, case_id: UUID) -> Sequence[Any]:
    """The legs that wrote to a case."""
    wrote = select(events.c.leg_id).where(events.c.case_id == case_id, events.c.leg_id.is_not(None))
    query = select(legs).where(legs.c.id.in_(wrote)).order_by(legs.c.opened_at)
    return (await connection.execute(query)).mappings().all()


async def quarantined_among(connection: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the cases that are in quarantine."""
    query = select(wakes.c.case_id).where(wakes.c.case_id.in_(ids), wakes.c.quarantined_at.is_not(None))
    return set((await connection.execute(query)).scalars())
