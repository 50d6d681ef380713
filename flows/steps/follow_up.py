"""Steps 3 to 5 while people work: feedback due, revisit due, overdue, promises, call-backs, linked cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import follow_up
from flows.rules.follow_up import Main
from flows.staffing import to_staff
from models.case import cases
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Outcome, Stage


@dataclass(frozen=True)
class Loaded:
    mains: Mapping[UUID, Main]
    owners: Mapping[int, StaffFacts]


@dataclass(frozen=True)
class FollowUp:
    policies: Policies
    name: str = "follow_up"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Loaded:
        """The main cases of those that are linked, and the owners of those that have one."""
        mains = await self._mains(connection, [one.linked_to for one in facts if one.linked_to is not None])
        return Loaded(mains, await owners_of(connection, facts, self.policies.current))

    async def _mains(self, connection: AsyncConnection, ids: Sequence[UUID]) -> Mapping[UUID, Main]:
        if not ids:
            return {}
        query = select(cases.c.id, cases.c.stage, cases.c.number, cases.c.caller_key, cases.c.outcome)
        rows = (await connection.execute(query.where(cases.c.id.in_(ids)))).all()
        return {
            row.id: Main(Stage(row.stage), row.number, row.caller_key, Outcome(row.outcome) if row.outcome else None)
            for row in rows
        }

    def decide(self, facts: CaseFacts, loaded: Loaded, now: datetime) -> Decision | None:
        main = loaded.mains.get(facts.linked_to) if facts.linked_to else None
        owner = loaded.owners.get(facts.owner_id) if facts.owner_id else None
        return follow_up.decide(facts, main, self.policies.of(facts), now, owner)


async def owners_of(
    connection: AsyncConnection, facts: Sequence[CaseFacts], policy: Policy
) -> Mapping[int, StaffFacts]:
    """The owners of those that have one, by id."""
    ids = {one.owner_id for one in facts if one.owner_id is not None}
    rows = (await connection.execute(select(staff).where(staff.c.id.in_(ids)))).mappings() if ids else ()
    return {row["id"]: to_staff(row, policy) for row in rows}
