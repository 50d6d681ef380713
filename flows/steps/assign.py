"""Step 3 and wherever a person must act: who owns the case now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import assignment
from flows.staffing import to_staff
from models.case import cases
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Role


class Desk:
    """The staff with their load, kept up while a chunk is assigned."""

    def __init__(self, members: Sequence[StaffFacts]) -> None:
        self.members = {one.id: one for one in members}

    def add(self, staff_id: int) -> None:
        one = self.members[staff_id]
        self.members[staff_id] = replace(one, load=one.load + 1)


@dataclass(frozen=True)
class Assign:
    policies: Policies
    name: str = "assign"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Desk:
        return Desk(await members(connection, self.policies.current))

    def decide(self, facts: CaseFacts, loaded: Desk, now: datetime) -> Decision:
        decision = assignment.decide(facts, loaded.members.values(), self.policies.of(facts), now)
        if (owner := decision.changes.get("owner_id")) is not None:
            loaded.add(owner)
        return decision


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
