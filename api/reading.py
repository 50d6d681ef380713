"""Queries of the reading routes. What one may not see is not found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.perform import Desk, barred
from flows.acts.refusals import NotFound
from flows.customers.at_hand import permits
from flows.rules import permission
from flows.seeing import visible
from models.case import cases, to_facts
from models.event import events
from models.leg import legs
from models.staff import staff
from models.values.case import CaseFacts, StaffFacts
from models.values.permissions import Permit
from models.wake import wakes


@dataclass(frozen=True)
class Found:
    """A case, whether it is quarantined, and what the reader may do with it."""

    facts: CaseFacts
    quarantined: bool
    granted: frozenset[Permit]


async def find_case(
    connection: AsyncConnection, desk: Desk, case_id: UUID, actor: StaffFacts, permit: Permit = Permit.READ_CASE
) -> Found:
    """Raises NotFound, or NotYours where he sees the case and not this of it."""
    query = (
        select(cases, wakes.c.quarantined_at).join(wakes, wakes.c.case_id == cases.c.id).where(cases.c.id == case_id)
    )
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    facts = to_facts(row)
    await desk.policies.know(connection, [facts])
    granted = await permits(connection, facts, actor, desk.policies.current, await desk.clock.now(connection))
    if Permit.READ_CASE not in granted:
        raise NotFound
    if permit not in granted:
        raise barred(permit, actor, desk.policies.current)
    return Found(facts, row["quarantined_at"] is not None, granted)


def refuse_unless(actor: StaffFacts, permit: Permit, desk: Desk) -> None:
    """What a role may not know of is not found."""
    if not permission.may(actor, permit, desk.policies.current):
        raise NotFound


async def sight(connection: AsyncConnection, desk: Desk, actor: StaffFacts) -> ColumnElement[bool]:
    """Which cases somebody may know of, as a condition."""
    return visible(actor, desk.policies.current, await desk.clock.now(connection))


async def list_cases(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, filters: Sequence[Any], before: UUID | None, limit: int
) -> list[tuple[CaseFacts, bool]]:
    """Newest first (ids are made in order of time)."""
    conditions = [await sight(connection, desk, actor), *filters]
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
