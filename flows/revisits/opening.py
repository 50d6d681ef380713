"""Opening a round: asked for by a person, a system or the weekly schedule; the same period twice is one round."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.acts.inputs import Day, Input, Line, Moment
from flows.acts.perform import Desk
from flows.acts.refusals import Implausible, NotYours
from flows.legs import ledger
from flows.revisits import listing
from flows.rules import permission, round_course
from flows.rules.agenda import agenda
from flows.sampling.rounds import ONCE_ONLY
from models.case import cases
from models.locks import Keyed, hold_for
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision, Opening, Refusal, StaffFacts
from models.values.classes import Period
from models.values.permissions import Permit
from models.values.policy import Policy
from models.values.round import RoundDetails
from models.values.round_terms import RetentionLevel, RoundKind
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Channel, Outcome, Procedure

CUSTOMERS_AT_MOST = 5000

CustomerId = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]


class RoundWanted(Input):
    """A round of revisits. Without a period: the last full one. `closes_at`: when nobody is called any more.

    `customers` are whom a retention round calls on (ids of the look-up), `level` what was tried to keep them; account
    visits go to the customers of the rulebook's classes, or to those of them that are named.
    """

    kind: RoundKind = RoundKind.DRAWN
    first: Day | None = None
    last: Day | None = None
    margin: Annotated[float, Field(gt=0, lt=1)] | None = None
    closes_at: Moment | None = None
    customers: Annotated[tuple[CustomerId, ...], Field(max_length=CUSTOMERS_AT_MOST)] = ()
    level: RetentionLevel | None = None
    why: Line | None = None

    @model_validator(mode="after")
    def holds_together(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("say both days of the period, or neither")
        if self.kind is RoundKind.RETENTION and (not self.customers or self.level is None):
            raise ValueError("a retention round names its customers and the level that was tried")
        if self.level is not None and self.kind is not RoundKind.RETENTION:
            raise ValueError("a level belongs to retention rounds only")
        if self.customers and self.kind in (RoundKind.DRAWN, RoundKind.CENSUS):
            raise ValueError("customers of such a round are drawn or counted, not named")
        return self


@dataclass(frozen=True)
class RoundOpened:
    """The round's case; `repeated`: the period's round was there already."""

    id: UUID
    number: int
    stage: Stage
    details: RoundDetails
    repeated: bool = False


async def open_round(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts | None, wanted: RoundWanted
) -> RoundOpened:
    """Raises NotYours, Implausible or Refusal; then nothing changed. `actor` None: the schedule."""
    policy = desk.policies.current
    if actor is not None and not permission.may(actor, Permit.START_ROUND, policy):
        raise NotYours("您的角色不能发起回访", "your role may not open a round of revisits")
    now = await desk.clock.now(connection)
    period = _period(wanted, policy, now)
    _refuse_bad_end(wanted, now)
    await hold_for(connection, Keyed.ROUND_KIND, wanted.kind)
    customers = await listing.standing(connection, wanted.customers)
    if (there := await _there(connection, wanted, period, customers)) is not None:
        return there
    if not await listing.anybody(connection, wanted.kind, period, customers, policy, now):
        raise Refusal(
            f"{period.first} 至 {period.last} 没有可回访的客户",
            f"there is nobody to revisit for {period.first} to {period.last}: the frame is empty",
        )
    details = RoundDetails(
        wanted.kind,
        period.first,
        period.last,
        margin=wanted.margin,
        closes_at=wanted.closes_at.isoformat() if wanted.closes_at else None,
        customers=customers,
        level=wanted.level,
    )
    facts = _bare(details, policy, now)
    opening = Opening(facts, _decision(details, wanted, len(customers)))
    by = actor.id if actor else None
    await ledger.open_cases(
        connection, desk.seal, [opening], lambda after: agenda(after, policy, now), now, actor_id=by
    )
    number = (await connection.execute(select(cases.c.number).where(cases.c.id == facts.id))).scalar_one()
    return RoundOpened(facts.id, number, facts.stage, details)


def _bare(details: RoundDetails, policy: Policy, now: datetime) -> CaseFacts:
    return CaseFacts(
        id=uuid7(),
        stage=Stage.DRAW,
        received_at=now,
        recorded_at=now,
        channel=Channel.OUTBOUND,
        procedure=Procedure.ROUND,
        rulebook=policy.hash,
        details=details.as_json(),
    )


def _decision(details: RoundDetails, wanted: RoundWanted, listed: int) -> Decision:
    data = {"kind": details.kind, "first": str(details.first), "last": str(details.last), "margin": details.margin}
    data |= {"level": details.level, "listed": listed}
    return Decision(EventKind.ROUND_OPENED, {}, (), data, {"why": wanted.why} if wanted.why else None)


def _period(wanted: RoundWanted, policy: Policy, now: datetime) -> Period:
    today = now.astimezone(SHANGHAI).date()
    if wanted.first is None or wanted.last is None:
        if wanted.kind is RoundKind.RETENTION:
            return Period(today, today)
        return round_course.last_full(today, policy.rulebook.sampling.period_days)
    if wanted.first > wanted.last:
        raise Implausible("期间的开始晚于结束", "the period ends before it begins")
    if wanted.last >= today and wanted.kind in ONCE_ONLY:
        raise Refusal("期间尚未结束", "the period has not ended yet; a round is about what is over")
    return Period(wanted.first, wanted.last)


def _refuse_bad_end(wanted: RoundWanted, now: datetime) -> None:
    if wanted.closes_at is not None and wanted.closes_at <= now:
        raise Implausible("截止时间须在将来", "closes_at must lie in the future")


async def _there(
    connection: AsyncConnection, wanted: RoundWanted, period: Period, customers: tuple[int, ...]
) -> RoundOpened | None:
    """The round of this very period; raises Refusal when another one overlaps it, or this one was cancelled.

    Lists (account visits, customers to win back) may overlap; each has a period of its own, to be told from the others.
    """
    kind, details = wanted.kind, cases.c.details
    query = select(cases.c.id, cases.c.number, cases.c.stage, cases.c.outcome, details).where(
        cases.c.procedure == Procedure.ROUND,
        details["kind"].astext == kind.value,
        details["first"].astext <= str(period.last),
        details["last"].astext >= str(period.first),
    )
    rows = [row for row in (await connection.execute(query)).mappings().all() if not _empty(row)]
    if not rows:
        return None
    there = next((row for row in rows if _is_of(row, period)), None)
    others = [row for row in rows if not row["details"].get("cancelled")] if kind in ONCE_ONLY else []
    if there is None and not others:
        return None
    if there is None:
        first, last = others[0]["details"]["first"], others[0]["details"]["last"]
        raise Refusal(
            f"与 {first} 至 {last} 的回访轮次重叠",
            f"the period overlaps the round of {first} to {last}; rounds of one kind must not overlap",
        )
    if there["details"].get("cancelled"):
        raise Refusal("该期间的回访轮次已取消，记录保留", "the round of this period was cancelled; it stays on record")
    found = RoundDetails.of(there["details"])
    if (found.customers, found.level) != (customers, wanted.level):
        raise Refusal(
            "该期间已有另一份名单的回访，请为本名单指定另一期间",
            "this period has a round of other customers already; give this list a period of its own (first, last)",
        )
    return RoundOpened(there["id"], there["number"], Stage(there["stage"]), found, repeated=True)


def _empty(row: RowMapping) -> bool:
    """It ended before anybody was drawn: the period is as good as new."""
    return row["outcome"] == Outcome.CANCELLED and "round" not in row["details"]


def _is_of(row: RowMapping, period: Period) -> bool:
    return (row["details"]["first"], row["details"]["last"]) == (str(period.first), str(period.last))
