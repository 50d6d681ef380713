"""Step 6: root cause, liable party, repeat pattern, improvement proposal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import analysis, clocks
from models.case import cases
from models.values.case import CaseFacts, Decision

Patterns = Mapping[tuple[str | None, str | None], int]


@dataclass(frozen=True)
class Analyse:
    policies: Policies
    name: str = "analyse"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Patterns:
        """How many cases of each category and unit came within the window of the rulebook."""
        policy = self.policies.current
        since = now - (clocks.after(policy.rulebook.course.repeat_window, now, policy) - now)
        query = (
            select(cases.c.category, cases.c.unit, func.count())
            .where(cases.c.recorded_at >= since, cases.c.category.in_({one.category for one in facts}))
            .group_by(cases.c.category, cases.c.unit)
        )
        return {(category, unit): count for category, unit, count in (await connection.execute(query)).all()}

    def decide(self, facts: CaseFacts, loaded: Patterns, now: datetime) -> Decision:
        repeats = loaded.get((facts.category, facts.unit), 1)
        return analysis.decide(facts, repeats, self.policies.of(facts), now)
