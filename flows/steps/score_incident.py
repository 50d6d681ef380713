"""The last step of an incident: its score, counted to the units; it closes. So does a notice task with promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import clocks, incident_course, incident_scoring, scoring
from models.case import INCIDENTS, cases
from models.values.case import CaseFacts, Decision
from models.values.incident import Incident


@dataclass(frozen=True)
class ScoreIncident:
    policies: Policies
    name: str = "score"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Mapping[UUID, int]:
        """How many earlier incidents of its kind the liable unit of each had within the window."""
        repeats = {}
        for one in filter(incident_course.is_incident, facts):
            window = self.policies.of(one).incidents.scoring.repeat_window
            span = clocks.after(window, now, self.policies.of(one)) - now
            query = select(func.count()).where(
                INCIDENTS,
                cases.c.liable == one.liable,
                cases.c.details["kind"].as_string() == Incident.of(one.details).kind,
                cases.c.recorded_at.between(one.recorded_at - span, one.recorded_at),
                cases.c.number < one.number,
            )
            repeats[one.id] = (await connection.execute(query)).scalar_one() if one.liable else 0
        return repeats

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, int], now: datetime) -> Decision:
        if not incident_course.is_incident(facts):
            return scoring.decide(facts, self.policies.of(facts), now)
        return incident_scoring.decide(facts, loaded[facts.id], self.policies.of(facts), now)
