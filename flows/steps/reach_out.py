"""The affected: customers on the same vehicle, hub, batch or waybills who have not complained get a notice task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.classing.intake import class_of
from flows.incidents import affected
from flows.rulebook.store import Policies
from flows.rules import customer_notices
from flows.rules.customer_notices import Call, Told
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision
from models.values.incident import Incident

CUSTOMERS = 50
"""How many customers of one incident get their task at a time: a transaction is to be short."""


@dataclass(frozen=True)
class ReachOut:
    policies: Policies
    name: str = "reach_out"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> Mapping[UUID, Sequence[Call]]:
        """Who is still to be told, a batch of customers each; held off others by the incident's lock."""
        calls = {}
        for one in facts:
            policy = self.policies.of(one)
            incident = Incident.of(one.details)
            found = await affected.untold(connection, one.id, incident, policy.incidents.affected_days, CUSTOMERS)
            basis = policy.rulebook.classes.basis
            known = await class_of(connection, list(found), now.astimezone(SHANGHAI).date(), basis)
            calls[one.id] = [
                Call(
                    uuid7(), id_, known.get(id_), [Told(row.customer_id, row.order_id, row.waybill_no) for row in rows]
                )
                for id_, rows in found.items()
            ]
        return calls

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, Sequence[Call]], now: datetime) -> Decision:
        calls = loaded[facts.id]
        left = len(calls) == CUSTOMERS
        known = Incident.of(facts.details)
        details = known.but(reach=known.reach if left else None)
        return customer_notices.reached_out(facts, calls, details, left=left, policy=self.policies.of(facts), now=now)
