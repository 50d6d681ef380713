"""Step 1: receive. What a caller wants becomes a case."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.acts import once
from flows.acts.inputs import Input, Line, Moment, StaffId, Text, YesNo
from flows.acts.intake import Received, begin
from flows.acts.perform import Desk
from flows.acts.refusals import Implausible, NotYours
from flows.customers import identity
from flows.rules import permission, triage
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.permissions import Permit
from models.values.request import RequestDetails
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Channel, Party, Procedure

SKEW = timedelta(minutes=5)
"""How far a caller's clock may go before ours."""


UnitCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
WaybillNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$")]


class Caller(Input):
    """Who is calling; everything may be unknown."""

    name: Line | None = None
    phone: Annotated[Line, Field(max_length=40)] | None = None
    address: Line | None = None


class Complaint(Input):
    """What a caller says. Only the text is needed; who it is may follow later."""

    text: Text
    channel: Channel = Channel.PHONE
    party: Party = Party.UNKNOWN
    received_at: Moment | None = None
    remedy_sought: Annotated[Text, Field(max_length=2000)] | None = None
    waybill: WaybillNumber | None = None
    reference: Line | None = None
    recording: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,128}$")] | None = None
    caller: Caller | None = None
    acknowledged: YesNo = False
    """The channel has told the caller that it arrived, as a web form does."""
    about_staff: Annotated[tuple[StaffId, ...], Field(max_length=10)] = ()
    about_units: Annotated[tuple[UnitCode, ...], Field(max_length=10)] = ()
    """Units complained about, by their codes in the rulebook: none of their people sees or handles the case."""


async def receive(
    connection: AsyncConnection,
    desk: Desk,
    actor: StaffFacts,
    said: Complaint,
    key: once.Key | None,
    door: RequestDetails | None = None,
) -> Received:
    """Raises NotYours, Implausible or KeyReused; then nothing changed. Of many with one key, one case comes out.

    `door`: it came in as something else than a complaint.
    """
    policy = desk.policies.current
    if not permission.may(actor, Permit.RECEIVE, policy):
        raise NotYours("无权受理", "your role does not bring cases in")
    now = await desk.clock.now(connection)
    if said.received_at is not None and said.received_at > now + SKEW:
        raise Implausible("接到时间不能在将来", "received_at lies in the future")
    await _refuse_unknown(connection, said.about_staff)
    if said.about_units and not set(said.about_units) <= policy.units():
        raise Implausible("被投诉单位不在规则手册中", "about_units names a unit that the rulebook does not know")
    bare = CaseFacts(
        id=uuid7(),
        stage=Stage.RECEIVED,
        received_at=min(said.received_at or now, now).astimezone(UTC),
        recorded_at=now,
        channel=said.channel,
        party=said.party,
        caller_key=_caller_key(desk, said.caller),
        reference=said.reference,
        waybill=said.waybill.strip().upper() if said.waybill else None,
        named_staff=tuple(sorted(set(said.about_staff))),
        named_units=tuple(sorted(set(said.about_units))),
    )
    if door is not None:
        bare = replace(bare, procedure=Procedure.REQUEST, kind=door.door, details=door.within({}))
    facts = replace(bare, clocks=triage.received(bare, policy, acknowledged=said.acknowledged))
    return await begin(connection, desk, actor, facts, _decision(facts, said), key, now)


async def _refuse_unknown(connection: AsyncConnection, about_staff: tuple[int, ...]) -> None:
    """A complaint about nobody would be shown to the one it is about."""
    if not about_staff:
        return
    query = select(func.count()).where(staff.c.id.in_(about_staff))
    if (await connection.execute(query)).scalar_one() < len(set(about_staff)):
        raise Implausible("被投诉员工不存在", "about_staff names somebody who is not a member of staff")


def _decision(facts: CaseFacts, said: Complaint) -> Decision:
    data = {
        "channel": facts.channel,
        "party": facts.party,
        "received_at": facts.received_at.isoformat(),
        "lag_seconds": round(triage.lag(facts).total_seconds()),
        "waybill": facts.waybill,
        "recording": said.recording,
    }
    if (door := RequestDetails.of(facts.details)).door is not None:
        data |= {"door": door.door, "service": door.service}
    caller = said.caller.model_dump(exclude_none=True) if said.caller else {}
    sealed = {"text": said.text, "remedy_sought": said.remedy_sought, "caller": caller}
    return Decision(EventKind.RECEIVED, {}, (), data, sealed)


def _caller_key(desk: Desk, caller: Caller | None) -> str | None:
    return identity.caller_key(desk.seal, caller.phone, caller.name) if caller else None
