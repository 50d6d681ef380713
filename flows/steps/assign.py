"""Step 3 and wherever a person must act: who owns the case now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import assignment
from flows.rules.assignment import Team
from flows.staffing import to_staff
from models.case import cases
from models.customer import customers
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Role


@dataclass(frozen=True)
class Desk:
    """The staff with their load, kept up while a chunk is assigned, and the account managers of its customers."""

    team: Team
    managers: Mapping[int, int]


@dataclass(frozen=True)
class Assign:
    policies: Policies
    name: str = "assign"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Desk:
        known = {one.customer_id for one in facts if one.customer_id is not None}
        managers = await account_managers(connection, known) if known else {}
        return Desk(Team(await members(connection, self.policies.current)), managers)

    def decide(self, facts: CaseFacts, loaded: Desk, now: datetime) -> Decision:
        manager = loaded.managers.get(facts.customer_id) if facts.customer_id else None
        decision = assignment.decide(facts, loaded.team, self.policies.of(facts), now, manager)
        if (owner := decision.changes.get("owner_id")) is not None:
            loaded.team.add(owner)
        return decision


async def account_managers(connection: AsyncConnection, ids: Collection[int]) -> dict[int, int]:
    """Who among these customers has an account manager, and which."""
    query = select(customers.c.id, customers.c.account_manager_id)
    query = query.where(customers.c.id.in_(ids), customers.c.account_manager_id.is_not(None))
    return {row.id: row.account_manager_id for row in (await connection.execute(query)).all()}


async def members(connection: AsyncConnection, policy: Policy) -> list[StaffFacts]:
    """Everybody who can own a case, with the open cases each has."""
    load = (
        select(cases.c.owner_id, func.count().label("load"))
        .where(cases.c.owner_id.is_not(None), cases.c.closed_at.is_(None))
        .group_by(cases.c.owner_id)
        .subquery()
    )
    query = (
        select(staff, func.coalesce(load.c.load, 0).label("load"))
        .outerjoin(load, load.c.owner_id == staff.c.id)
        .where(staff.c.role != Role.CHANNEL)
        .order_by(staff.c.id)
    )
    rows = (await connection.execute(query)).mappings().all()
    return [to_staff(row, policy, row["load"]) for row in rows]
