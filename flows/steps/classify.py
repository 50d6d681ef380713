"""Step 2: what the caller wants, how bad it is, which unit it concerns. Not sure: a person decides (triage)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import triage
from flows.rules.classification import classify
from flows.steps.relatives import Relatives, relatives_of
from models.event import events
from models.sealing import Seal
from models.values.case import CaseFacts, Decision


@dataclass(frozen=True)
class Loaded:
    texts: Mapping[UUID, Mapping[str, str | None]]
    relatives: Relatives


@dataclass(frozen=True)
class Classify:
    policies: Policies
    seal: Seal
    name: str = "classify"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Loaded:
        """What each caller said (opened only here), and the other complaints on the same waybills."""
        ids = [one.id for one in facts]
        first = select(events.c.case_id, events.c.sealed).where(events.c.case_id.in_(ids), events.c.seq == 1)
        rows = (await connection.execute(first)).all()
        texts = {row.case_id: self.seal.open(row.sealed) for row in rows if row.sealed is not None}
        return Loaded(texts, await relatives_of(connection, facts))

    def decide(self, facts: CaseFacts, loaded: Loaded, now: datetime) -> Decision:
        policy = self.policies.of(facts)
        said = loaded.texts.get(facts.id, {})
        taxonomy = policy.rulebook.taxonomy
        reading = classify(said.get("text") or "", taxonomy, said.get("remedy_sought"), policy.learned)
        sure = reading.confidence >= taxonomy.bounds.sure_at
        decision = triage.decide(facts, reading, loaded.relatives.of(facts), policy, now, sure=sure, proposed=True)
        loaded.relatives.note(facts, decision)
        return decision
