"""Step 7: the quality mark; the case closes, and what was linked to it looks up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import scoring
from flows.steps.relatives import lock_waybills
from models.case import cases
from models.values.case import CaseFacts, Decision
from models.values.stage_terms import Stage


@dataclass(frozen=True)
class Score:
    policies: Policies
    name: str = "score"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> Mapping[UUID, tuple[UUID, ...]]:
        """The cases linked to each; none can be linked between our looking and our closing."""
        await lock_waybills(connection, (one.waybill for one in facts if one.waybill is not None))
        linked: dict[UUID, tuple[UUID, ...]] = defaultdict(tuple)
        query = select(cases.c.linked_to, cases.c.id).where(
            cases.c.linked_to.in_([one.id for one in facts]), cases.c.stage == Stage.LINKED
        )
        for main, id_ in (await connection.execute(query)).all():
            linked[main] += (id_,)
        return linked

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, tuple[UUID, ...]], now: datetime) -> Decision:
        decision = scoring.decide(facts, self.policies.of(facts), now)
        return replace(decision, pokes=loaded.get(facts.id, ()))
