"""A referral of the regulator comes in: it links to its complaint or opens one, and starts a clock of its own."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.inputs import Input, Line, Moment, Text
from flows.acts.money import money_of
from flows.acts.perform import Desk
from flows.acts.receive import SKEW, Caller, Complaint, WaybillNumber, receive
from flows.acts.refusals import Implausible, NotFound, NotYours
from flows.acts.regulator import ReferralNumber
from flows.legs import chain, ledger
from flows.rules import permission
from flows.rules import referrals as rules
from flows.rules.agenda import agenda
from flows.seeing import not_named
from models.case import cases
from models.locks import Keyed, hold_for
from models.settlement import referrals
from models.values.case import Refusal, Row, StaffFacts
from models.values.permissions import Permit
from models.values.stage_terms import Stage
from models.values.vocabulary import Channel, Kind, Procedure
from models.wake import wakes

COMPLAINT = (cases.c.procedure == Procedure.COMPLAINT) & or_(cases.c.kind.is_(None), cases.c.kind == Kind.COMPLAINT)


class Referral(Input):
    """What the regulator sent on. `due_at` is the day it names; without one the rulebook's term holds.

    The complaint is looked for by our case number, the waybill, the complaint's reference, in this order.
    """

    number: ReferralNumber
    text: Text
    received_at: Moment | None = None
    due_at: Moment | None = None
    case_number: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)] | None = None
    waybill: WaybillNumber | None = None
    reference: Line | None = None
    channel: Channel = Channel.WEB
    caller: Caller | None = None


@dataclass(frozen=True)
class Referred:
    """The case of a referral; `opened`: it opened the case. `repeated`: its number (or key) was here before."""

    id: UUID
    number: int
    opened: bool
    due_at: datetime
    repeated: bool = False


@dataclass(frozen=True)
class Link:
    """Which case a referral goes to, since when it runs, and whether it opened that case."""

    case_id: UUID
    received_at: datetime
    opened: bool


async def refer(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, said: Referral, key: once.Key | None
) -> Referred:
    """Raises NotYours, NotFound, Refusal, Implausible or KeyReused; then nothing changed. One number, one referral."""
    policy = desk.policies.current
    if not permission.may(actor, Permit.REFER, policy):
        raise NotYours("无权登记监管转办", "your role does not record referrals")
    first = await once.answered(connection, actor.id, key)
    await hold_for(connection, Keyed.REFERRAL, said.number)
    if known := await _known(connection, actor, said.number):
        if first is None:
            await _refuse_another(connection, actor, said, known)
            await once.keep(connection, actor.id, key, {"id": str(known.id)})
        return known
    now = await desk.clock.now(connection)
    received = min(said.received_at or now, now).astimezone(UTC)
    if said.received_at is not None and said.received_at > now + SKEW:
        raise Implausible("收到转办的时间不能在将来", "received_at lies in the future")
    if said.due_at is not None and said.due_at <= received:
        raise Implausible("答复期限须晚于收到时间", "due_at must lie after received_at")
    found = await _complaint(connection, actor, said)
    case_id = found or await _open(connection, desk, actor, said, received)
    link = Link(case_id, received, opened=found is None)
    referred = await _link(connection, desk, actor, said, link, now)
    await once.keep(connection, actor.id, key, {"id": str(case_id)})
    return referred


async def _known(connection: AsyncConnection, actor: StaffFacts, number: str) -> Referred | None:
    """Raises NotFound where it is about a case that the caller, or his unit, is complained about in."""
    query = (
        select(referrals.c.case_id, referrals.c.opened, referrals.c.due_at, cases.c.number)
        .join(cases, cases.c.id == referrals.c.case_id)
        .where(referrals.c.number == number)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    if not await _his_to_know(connection, actor, row.case_id):
        raise NotFound
    return Referred(row.case_id, row.number, row.opened, row.due_at, repeated=True)


async def _refuse_another(connection: AsyncConnection, actor: StaffFacts, said: Referral, known: Referred) -> None:
    """Raises Refusal where the number is that of another case than the one named: what is new in it would be lost.

    Of several complaints that it names one is enough: others may have come in on the waybill since.
    """
    named = or_(false(), *_named(said))
    same = or_(cases.c.id == known.id, cases.c.linked_to == known.id)
    if (await connection.execute(select(cases.c.id).where(named, same).limit(1))).first() is not None:
        return
    others = select(cases.c.id).where(COMPLAINT, named, not_named(actor)).limit(1)
    if said.case_number is not None or (await connection.execute(others)).first() is not None:
        raise Refusal(
            f"该转办编号已登记于工单 {known.number}，与所指工单不符；请核对编号",
            f"a referral of this number was recorded for case {known.number}, which is not the one named: "
            "check the number",
        )


async def _his_to_know(connection: AsyncConnection, actor: StaffFacts, case_id: UUID) -> bool:
    query = select(cases.c.id).where(cases.c.id == case_id, not_named(actor))
    return (await connection.execute(query)).first() is not None


async def _complaint(connection: AsyncConnection, actor: StaffFacts, said: Referral) -> UUID | None:
    """The newest complaint it is about (of a linked one: the main case); None: there is none yet.

    Raises NotFound for a case number that does not exist, or of a case the caller, or his unit, is complained about in.
    """
    for condition in _named(said):
        query = select(cases.c.id, cases.c.stage, cases.c.linked_to).where(COMPLAINT, condition)
        row = (await connection.execute(query.order_by(cases.c.number.desc()).limit(1))).first()
        if row is None or not await _his_to_know(connection, actor, row.id):
            continue
        found: UUID = row.linked_to if row.stage == Stage.LINKED and row.linked_to else row.id
        if await _his_to_know(connection, actor, found):
            return found
    if said.case_number is not None:
        raise NotFound
    return None


def _named(said: Referral) -> list[ColumnElement[bool]]:
    """What it names its complaint by, in the order in which that is looked for."""
    if said.case_number is not None:
        return [cases.c.number == said.case_number]
    named: list[ColumnElement[bool]] = []
    if said.waybill is not None:
        named.append(cases.c.waybill == said.waybill.strip().upper())
    if said.reference is not None:
        named.append(cases.c.reference == said.reference)
    return named


async def _open(connection: AsyncConnection, desk: Desk, actor: StaffFacts, said: Referral, received: datetime) -> UUID:
    given = said.model_dump(include={"text", "channel", "waybill", "reference", "caller"})
    complaint = Complaint.model_validate(given | {"received_at": received})
    return (await receive(connection, desk, actor, complaint, None)).id


async def _link(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, said: Referral, link: Link, now: datetime
) -> Referred:
    """The event, the clock and the row of the referral on its case."""
    facts, head = (await ledger.lock_cases(connection, [link.case_id]))[link.case_id]
    await connection.execute(select(wakes.c.case_id).where(wakes.c.case_id == facts.id).with_for_update())
    await desk.policies.know(connection, [facts])
    policy = desk.policies.of(facts)
    named = said.due_at.astimezone(UTC) if said.due_at else None
    clock = rules.clock(facts, link.received_at, named, policy.rulebook.regulator, policy)
    money = await money_of(connection, facts, policy)
    decision = rules.decide(facts, said.number, link.received_at, clock, money, policy, now)
    row = {
        "number": said.number,
        "case_id": facts.id,
        "clock": clock.ref,
        "opened": link.opened,
        "received_at": link.received_at,
        "due_at": clock.due_at,
        "recorded_by": actor.id,
    }
    # What opened the case has said it already; what was linked to one is kept beside it.
    sealed = None if link.opened else said.model_dump(include={"text"})
    decision = replace(decision, rows=(*decision.rows, Row("referrals", row)), sealed=sealed)
    entry = chain.Entry(facts, head, decision, actor.id)
    plan = desk.policies
    await ledger.write(connection, desk.seal, [entry], lambda after: agenda(after, plan.of(after), now), now)
    return Referred(facts.id, facts.number, link.opened, clock.due_at)
