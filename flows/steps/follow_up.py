"""Steps 3 to 5 while people work: feedback due, revisit due, overdue, promises, call-backs, linked cases, repeats."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.money import money_of
from flows.roster import owners
from flows.rulebook.store import Policies
from flows.rules import follow_up, reopening
from flows.rules.follow_up import Main
from models.case import cases
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.settlement import Money
from models.values.stage_terms import Stage
from models.values.vocabulary import Outcome


@dataclass(frozen=True)
class Around:
    """What is around these cases: the main case of each that is linked, the numbers of those that reopen a closed one,
    and the owners of those that have one."""

    mains: Mapping[UUID, Main]
    repeats: Mapping[UUID, Sequence[int]]
    money: Mapping[UUID, Money]
    """Of those that are reopened."""
    owners: Mapping[int, StaffFacts]


@dataclass(frozen=True)
class FollowUp:
    policies: Policies
    name: str = "follow_up"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Around:
        ids = {one.owner_id for one in facts if one.owner_id is not None}
        owning = await owners(connection, ids, self.policies.current, now) if ids else {}
        repeats = await self._repeats(connection, facts)
        again = [one for one in facts if one.id in repeats]  # few at a time: a closed case comes back now and then
        money = {one.id: await money_of(connection, one, self.policies.of(one), lock=False) for one in again}
        return Around(await self._mains(connection, facts), repeats, money, owning)

    async def _mains(self, connection: AsyncConnection, facts: Sequence[CaseFacts]) -> Mapping[UUID, Main]:
        ids = [one.linked_to for one in facts if one.linked_to is not None]
        if not ids:
            return {}
        query = select(cases.c.id, cases.c.stage, cases.c.number, cases.c.caller_key, cases.c.outcome)
        rows = (await connection.execute(query.where(cases.c.id.in_(ids)))).all()
        return {
            row.id: Main(Stage(row.stage), row.number, row.caller_key, Outcome(row.outcome) if row.outcome else None)
            for row in rows
        }

    async def _repeats(self, connection: AsyncConnection, facts: Sequence[CaseFacts]) -> Mapping[UUID, Sequence[int]]:
        ids = [one.id for one in facts if one.stage is Stage.CLOSED]
        if not ids:
            return {}
        found: dict[UUID, list[int]] = defaultdict(list)
        query = select(cases.c.linked_to, cases.c.number).where(
            cases.c.linked_to.in_(ids), cases.c.stage == Stage.LINKED
        )
        for main, number in (await connection.execute(query.order_by(cases.c.number))).all():
            found[main].append(number)
        return found

    def decide(self, facts: CaseFacts, loaded: Around, now: datetime) -> Decision | None:
        if facts.stage is Stage.CLOSED and facts.poked:
            money = loaded.money.get(facts.id, Money())
            return reopening.by_repeats(facts, loaded.repeats.get(facts.id, ()), money, self.policies.of(facts), now)
        main = loaded.mains.get(facts.linked_to) if facts.linked_to else None
        owner = loaded.owners.get(facts.owner_id) if facts.owner_id else None
        return follow_up.decide(facts, main, self.policies.of(facts), now, owner)
