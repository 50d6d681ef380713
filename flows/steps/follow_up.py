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
from models.case import cases
from models.values.case import CaseFacts, Decision
from models.values.vocabulary import Outcome, Stage


@dataclass(frozen=True)
class FollowUp:
    policies: Policies
    name: str = "follow_up"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Mapping[UUID, Main]:
        """The main cases of those that are linked."""
        ids = [one.linked_to for one in facts if one.linked_to is not None]
        if not ids:
            return {}
        query = select(cases.c.id, cases.c.stage, cases.c.number, cases.c.caller_key, cases.c.outcome)
        rows = (await connection.execute(query.where(cases.c.id.in_(ids)))).all()
        return {
            row.id: Main(Stage(row.stage), row.number, row.caller_key, Outcome(row.outcome) if row.outcome else None)
            for row in rows
        }

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, Main], now: datetime) -> Decision | None:
        main = loaded.get(facts.linked_to) if facts.linked_to else None
        return follow_up.decide(facts, main, self.policies.of(facts), now)
