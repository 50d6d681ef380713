"""Step 3 and wherever a person must act: who owns the case now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.roster import members
from flows.rulebook.store import Policies
from flows.rules import assignment, incident_arbiter
from flows.rules.assignment import Team
from models.customer import customers
from models.values.case import CaseFacts, Decision
from models.values.stage_terms import Stage


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
        return Desk(Team(await members(connection, self.policies.current, now)), managers)

    def decide(self, facts: CaseFacts, loaded: Desk, now: datetime) -> Decision:
        manager = loaded.managers.get(facts.customer_id) if facts.customer_id else None
        decide = incident_arbiter.decide if facts.stage is Stage.FINDING else assignment.decide
        decision = decide(facts, loaded.team, self.policies.of(facts), now, manager)
        if (owner := decision.changes.get("owner_id")) is not None:
            loaded.team.add(owner)
        return decision


async def account_managers(connection: AsyncConnection, ids: Collection[int]) -> dict[int, int]:
    """Who among these customers has an account manager, and which."""
    query = select(customers.c.id, customers.c.account_manager_id)
    query = query.where(customers.c.id.in_(ids), customers.c.account_manager_id.is_not(None))
    return {row.id: row.account_manager_id for row in (await connection.execute(query)).all()}
