"""Step 2: what the caller wants, how bad it is, which unit it concerns. Not sure: a person decides (triage).

A case keeps the class its customer has at this moment (ABC(D)); later snapshots do not change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.intake import classes_at_intake
from flows.customers import matching
from flows.rulebook.store import Policies
from flows.rules import classes, requests, triage
from flows.rules.classification import classify
from flows.steps.relatives import Relatives, relatives_of
from models.event import events
from models.sealing import Seal
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision
from models.values.vocabulary import CustomerClass


@dataclass(frozen=True)
class Loaded:
    texts: Mapping[UUID, Mapping[str, str | None]]
    relatives: Relatives
    classes: Mapping[UUID, CustomerClass]
    customers: Mapping[UUID, matching.Match]


@dataclass(frozen=True)
class Classify:
    policies: Policies
    seal: Seal
    name: str = "classify"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Loaded:
        """What each caller said (opened only here), who that is, and the other complaints on the same waybills."""
        ids = [one.id for one in facts]
        first = select(events.c.case_id, events.c.sealed).where(events.c.case_id.in_(ids), events.c.seq == 1)
        rows = (await connection.execute(first)).all()
        texts = {row.case_id: self.seal.open(row.sealed) for row in rows if row.sealed is not None}
        matches = await matching.match(connection, facts)
        facts = [matching.identified(one, matches.get(one.id)) for one in facts]
        basis = self.policies.current.rulebook.classes.basis
        known = await classes_at_intake(connection, facts, now.astimezone(SHANGHAI).date(), basis)
        return Loaded(texts, await relatives_of(connection, facts), known, matches)

    def decide(self, facts: CaseFacts, loaded: Loaded, now: datetime) -> Decision:
        policy = self.policies.of(facts)
        facts = replace(facts, customer_class=facts.customer_class or loaded.classes.get(facts.id))
        said = loaded.texts.get(facts.id, {})
        taxonomy = policy.rulebook.taxonomy
        reading = classify(said.get("text") or "", taxonomy, said.get("remedy_sought"), policy.learned)
        heard = requests.at_the_door(facts, reading, taxonomy.bounds.sure_at)
        relatives = loaded.relatives.of(facts)
        decision = triage.decide(facts, heard.reading, relatives, policy, now, sure=heard.sure, proposed=True)
        decision = requests.as_heard(decision, heard, reading)
        loaded.relatives.note(facts, decision)
        return matching.noted(classes.at_intake(decision, facts.customer_class), loaded.customers.get(facts.id))
