"""The steps of a contact: whose it is (never who handled the customer's case), what is due, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.revisits import contacts
from flows.roster import owners
from flows.rulebook.store import Policies
from flows.rules import assignment, contact_course, contact_stages, follow_up, grievance
from flows.rules.assignment import Team
from flows.rules.classification import classify
from flows.steps.assign import Assign, Desk
from models.case import cases
from models.event import events
from models.locks import Keyed, hold_for
from models.revisit import round_draws, rounds
from models.sealing import Seal
from models.values.case import CaseFacts, Decision, Opening, Row, StaffFacts
from models.values.contact import ContactDetails
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage


@dataclass(frozen=True)
class AssignContact:
    """Whose the contact is; whoever handled the customer's case since it was opened is barred as well."""

    policies: Policies
    name: str = "assign"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> tuple[Desk, Mapping[int, frozenset[int]]]:
        desk = await Assign(self.policies).load(connection, facts, now)
        share = self.policies.current.rulebook.revisits.contact_load
        everybody = (one for _, members in desk.team.roles() for one in members.values())
        desk = replace(desk, team=Team(replace(one, capacity=int(one.capacity * share)) for one in everybody))
        ids = {one.customer_id for one in facts if one.customer_id is not None}
        return desk, await contacts.handlers_of(connection, ids, min(one.received_at for one in facts))

    def decide(self, facts: CaseFacts, loaded: tuple[Desk, Mapping[int, frozenset[int]]], now: datetime) -> Decision:
        desk, handlers = loaded
        details = ContactDetails.of(facts.details)
        barred = set(details.barred) | handlers.get(facts.customer_id or 0, frozenset())
        facts = replace(facts, details=replace(details, barred=tuple(sorted(barred))).as_json())
        decision = assignment.decide(facts, desk.team, self.policies.of(facts), now)
        if (owner := decision.changes.get("owner_id")) is not None:
            desk.team.add(owner)
        return replace(decision, changes={**decision.changes, "details": facts.details})


@dataclass(frozen=True)
class FollowContact:
    """Call-backs that come back; the end of the round, or its cancellation, which ends the contact."""

    policies: Policies
    name: str = "follow_up"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> tuple[set[UUID], Mapping[int, StaffFacts]]:
        """The rounds that were cancelled, by their cases; and the owners of the contacts."""
        ids = {ContactDetails.of(one.details).round_case for one in facts}
        query = select(cases.c.id).where(cases.c.id.in_(ids), cases.c.details["cancelled"].astext == "true")
        cancelled = set((await connection.execute(query)).scalars())
        owning = {one.owner_id for one in facts if one.owner_id is not None}
        return cancelled, await owners(connection, owning, self.policies.current, now) if owning else {}

    def decide(
        self, facts: CaseFacts, loaded: tuple[set[UUID], Mapping[int, StaffFacts]], now: datetime
    ) -> Decision | None:
        rounds, owning = loaded
        cancelled = ContactDetails.of(facts.details).round_case in rounds
        over = any(one.name is ClockName.CLOSING and one.due_at <= now for one in facts.clocks)
        if facts.stage in contact_stages.WAITING and (cancelled or over):
            return contact_course.ended(facts, now, cancelled=cancelled)
        owner = owning.get(facts.owner_id) if facts.owner_id else None
        return follow_up.decide(facts, None, self.policies.of(facts), now, owner)


@dataclass(frozen=True)
class Loaded:
    """By contact: its row among the draws, what the customer wrote. `ended`: rounds whose last contact is here."""

    draws: Mapping[UUID, Mapping[str, object]]
    texts: Mapping[UUID, str]
    ended: frozenset[UUID]


@dataclass(frozen=True)
class Record:
    """2 记录回访结果: the disposition on the draw; a grievance in the customer's words opens a complaint."""

    policies: Policies
    seal: Seal
    name: str = "record"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Loaded:
        ids = [one.id for one in facts]
        query = select(round_draws).where(round_draws.c.contact_id.in_(ids))
        draws = {row["contact_id"]: dict(row) for row in (await connection.execute(query)).mappings().all()}
        said = select(events.c.case_id, events.c.sealed).where(
            events.c.case_id.in_(ids), events.c.kind == EventKind.QUESTIONNAIRE_ANSWERED, events.c.sealed.is_not(None)
        )
        rows = (await connection.execute(said)).all()
        texts = {row.case_id: "\n".join(map(str, self.seal.open(row.sealed).values())) for row in rows}
        return Loaded(draws, texts, await self._ended(connection, {row["round_id"] for row in draws.values()}, ids))

    async def _ended(self, connection: AsyncConnection, round_ids: set[int], ids: Sequence[UUID]) -> frozenset[UUID]:
        """The cases of the rounds no contact of which but these is open; one leg at a time finds that out."""
        for id_ in sorted(round_ids):
            await hold_for(connection, Keyed.LAST_CONTACT, str(id_))
        query = select(round_draws.c.round_id).join(cases, cases.c.id == round_draws.c.contact_id)
        others = query.where(
            round_draws.c.round_id.in_(round_ids),
            cases.c.closed_at.is_(None),
            cases.c.stage != Stage.PROMISED,  # what was promised to one customer does not hold up the round
            cases.c.id.not_in(ids),
        )
        left = set((await connection.execute(others.distinct())).scalars())
        done = select(rounds.c.case_id).where(rounds.c.id.in_(round_ids - left), rounds.c.case_id.is_not(None))
        return frozenset((await connection.execute(done)).scalars())

    def decide(self, facts: CaseFacts, loaded: Loaded, now: datetime) -> Decision:
        policy, text = self.policies.of(facts), loaded.texts.get(facts.id)
        complaint = self._complaint(facts, text, policy, now) if text else None
        decision = contact_course.recorded(facts, complaint, now)
        row = loaded.draws[facts.id]
        disposition = {"disposition": decision.data["disposition"], "settled_at": now}
        round_case = ContactDetails.of(facts.details).round_case
        pokes = (round_case,) if round_case in loaded.ended else ()
        return replace(decision, rows=(Row("round_draws", {**row, **disposition}),), pokes=pokes)

    def _complaint(self, facts: CaseFacts, text: str, policy: Policy, now: datetime) -> Opening | None:
        reading = classify(text, policy.rulebook.taxonomy, None, policy.learned)
        if not grievance.amounts(reading, facts.satisfaction, policy.rulebook.revisits):
            return None
        return grievance.complaint(uuid7(), facts, text, policy, now)
