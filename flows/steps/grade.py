"""Grading: how grave the incident is, which level must know, what is owed to authorities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import incident_grading
from models.values.case import CaseFacts, Decision


@dataclass(frozen=True)
class GradeIncident:
    policies: Policies
    name: str = "grade"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> None:
        """The first report says everything."""

    def decide(self, facts: CaseFacts, loaded: None, now: datetime) -> Decision:
        return incident_grading.decide(facts, self.policies.current, now)
