"""The steps of a round: draw (1), release and look after its contacts (2, 3), the result (4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.revisits import contacts, listing, results
from flows.rulebook.store import Policies
from flows.rules import follow_up, round_course
from flows.rules.round_course import Batch, Drawn, Standing
from flows.sampling import rounds
from flows.sampling.errors import SamplingError
from models.bounds import take_at_most
from models.case import cases
from models.revisit import round_draws
from models.values.case import CaseFacts, Decision, Reason
from models.values.classes import Period
from models.values.policy import Policy
from models.values.round import RoundDetails
from models.values.round_terms import Disposition, RoundKind, RoundState
from models.values.rounds import RoundFacts
from models.values.stage_terms import Stage

DRAW_SECONDS = 120
"""A draw from a million customers takes some seconds; it holds no other case meanwhile."""
TOLD_AT_ONCE = 100
"""Contacts of a cancelled round that are told in one transaction."""


@dataclass(frozen=True)
class Draw:
    """1 随机选择客户: freeze the frame, plan, draw, release the sample."""

    policies: Policies
    name: str = "draw"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> Mapping[UUID, Drawn | Reason]:
        """What was drawn, stored in the transaction of the decision; a round that cannot be drawn has its reason."""
        await take_at_most(connection, DRAW_SECONDS)
        return {one.id: await self._draw(connection, one, self.policies.of(one), now) for one in facts}

    async def _draw(
        self, connection: AsyncConnection, facts: CaseFacts, policy: Policy, now: datetime
    ) -> Drawn | Reason:
        details = RoundDetails.of(facts.details)
        period = Period(details.first, details.last)
        closes = datetime.fromisoformat(details.closes_at) if details.closes_at else None
        try:
            async with connection.begin_nested():
                members = None
                if details.kind is not RoundKind.DRAWN:
                    members = await listing.members(connection, details.kind, period, details.customers, policy, now)
                wanted = rounds.Wanted(details.kind, period, closes, case_id=facts.id, margin=details.margin)
                opened = await rounds.open_round(connection, wanted, policy, now, members)
        except SamplingError as error:
            return Reason(error.zh, error.en)
        if not opened.new:
            return Reason("该期间已有回访轮次", "there is a round of this period already")
        return _drawn(opened.round)

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, Drawn | Reason], now: datetime) -> Decision:
        return round_course.drawn(facts, loaded[facts.id], now)


@dataclass(frozen=True)
class FollowRound:
    """2, 3 记录回访结果、回访调查: contacts, reserves, the end; later the clock of the assessment."""

    policies: Policies
    name: str = "follow_up"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> Mapping[UUID, Batch | Standing]:
        found: dict[UUID, Batch | Standing] = {}
        for one in facts:
            details = RoundDetails.of(one.details)
            if one.stage is not Stage.CONTACTS or details.round is None:
                continue
            round_ = await rounds.round_named(connection, details.round)
            if details.opening:
                found[one.id] = await contacts.batch(connection, one, round_, self.policies.of(one), now)
            else:
                found[one.id] = await standing(connection, round_)
        return found

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, Batch | Standing], now: datetime) -> Decision | None:
        policy, found = self.policies.of(facts), loaded.get(facts.id)
        if isinstance(found, Batch):
            return round_course.opened(facts, found)
        if isinstance(found, Standing):
            return round_course.looked(facts, found, policy.rulebook.revisits, policy, now)
        return follow_up.decide(facts, None, policy, now)


@dataclass(frozen=True)
class Summarise:
    """4 整理分析: rates, estimates and verification, on record."""

    policies: Policies
    name: str = "summarise"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> Mapping[UUID, Mapping[str, object]]:
        found = {}
        for one in facts:
            details = RoundDetails.of(one.details)
            assert details.round is not None  # noqa: S101 - it was drawn before
            state = RoundState.CANCELLED if details.cancelled else RoundState.CLOSED
            await rounds.end(connection, details.round, state, now)
            result = await results.result(connection, details.round, self.policies.of(one))
            found[one.id] = result.headline()
        return found

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, Mapping[str, object]], now: datetime) -> Decision:
        policy = self.policies.of(facts)
        return round_course.summarised(facts, loaded[facts.id], policy.rulebook.revisits, policy, now)


async def standing(connection: AsyncConnection, round_: RoundFacts) -> Standing:
    """How a round stands: open contacts, answers, what is left to release."""
    draws = await rounds.draws_of(connection, round_.id, released=False)
    query = select(cases.c.id, cases.c.poked).join(round_draws, round_draws.c.contact_id == cases.c.id)
    open_ = query.where(round_draws.c.round_id == round_.id, cases.c.closed_at.is_(None))
    open_ = open_.where(cases.c.stage != Stage.PROMISED).order_by(cases.c.id)
    rows = (await connection.execute(open_)).all()
    untold = [row.id for row in rows if not row.poked]
    answers = sum(one.disposition in (Disposition.COMPLETE, Disposition.PARTIAL) for one in draws)
    reserves = len({one.replicate for one in draws if one.released_at is None})
    more = len(untold) > TOLD_AT_ONCE
    return Standing(len(rows), answers, round_.plan.answers_wanted, reserves, untold[:TOLD_AT_ONCE], more)


def _drawn(round_: RoundFacts) -> Drawn:
    strata = round_.plan.strata
    reserves = max((len(one.reserves) for one in strata), default=0)
    sample = sum(one.drawn for one in strata)
    return Drawn(round_.id, round_.population, sample, reserves, round_.anchor(), round_.closes_at)
