"""Step 3 and wherever a person must act: who owns the case now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from flows.roster import members
from flows.rulebook.store import Policies
from flows.rules import assignment
from models.values.case import CaseFacts, Decision, StaffFacts


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
        return Desk(await members(connection, self.policies.current, now))

    def decide(self, facts: CaseFacts, loaded: Desk, now: datetime) -> Decision:
        decision = assignment.decide(facts, loaded.members.values(), self.policies.of(facts), now)
        if (owner := decision.changes.get("owner_id")) is not None:
            loaded.add(owner)
        return decision
