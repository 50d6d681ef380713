"""Step 1: receive. Case, first event, wake and key in one statement: accepted means it can no longer be lost."""

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Table, TextClause, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.acts import once
from flows.acts.inputs import Input, Line, Moment, StaffId, Text, YesNo
from flows.acts.perform import Desk
from flows.acts.refusals import Implausible, NotYours
from flows.customers import identity
from flows.legs import chain
from flows.rules import order, permission, triage
from models.case import cases, to_columns
from models.event import events
from models.idempotency import idempotency_keys
from models.sealing import canonical
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.permissions import Permit
from models.values.request import RequestDetails
from models.values.vocabulary import Channel, EventKind, Party, Procedure, Stage
from models.wake import wakes

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


@dataclass(frozen=True)
class Received:
    """`repeated`: the case this key already brought in."""

    id: UUID
    number: int
    repeated: bool = False


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
        number=0,
        stage=Stage.RECEIVED,
        version=1,
        events=0,
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
    after, event = chain.draft(chain.Entry(facts, b"", _decision(facts, said), actor.id), desk.seal, now, None)
    assert event is not None  # noqa: S101 - a decision with an event drafts one
    values = {f"c_{name}": value for name, value in _case_values(after, event["hash"]).items()}
    values |= {f"e_{name}": value for name, value in event.items()} | {"e_data": canonical(event["data"])}
    its_rank = order.rank(after, policy)
    values |= {"w_procedure": after.procedure, "w_due_at": now, "w_order_at": order.order_at(now, its_rank, policy)}
    values |= {"w_rank": its_rank, "w_place_at": order.place_at(after, policy)}
    if key is None:
        return Received(after.id, (await connection.execute(_PLAIN, values)).scalar_one())
    values |= {"k_staff_id": actor.id, "k_key": key.value, "k_request": key.request, "k_status": 202}
    values |= {"k_answer": canonical({"id": str(after.id)})}
    number = (await connection.execute(_KEYED, values)).scalar_one_or_none()
    if number is not None:
        return Received(after.id, number)
    first = await once.answered(connection, actor.id, key)
    assert first is not None  # noqa: S101 - the key stood in the way of the insert, so it is there
    id_ = UUID(first["id"])
    number = (await connection.execute(select(cases.c.number).where(cases.c.id == id_))).scalar_one()
    return Received(id_, number, repeated=True)


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


def _case_values(facts: CaseFacts, head: bytes) -> dict[str, Any]:
    values = to_columns({name: getattr(facts, name) for name in _CASE if name != "head"}) | {"head": head}
    return values | {name: canonical(values[name]) for name in ("attempts", "clocks", "details")}


_CASE = [
    "id",
    "procedure",
    "stage",
    "version",
    "events",
    "head",
    "received_at",
    "recorded_at",
    "channel",
    "party",
    "caller_key",
    "reference",
    "waybill",
    "kind",
    "business_line",
    "urgent",
    "level",
    "named_staff",
    "named_units",
    "withdrawn",
    "rejections",
    "reopenings",
    "attempts",
    "poked",
    "clocks",
    "overdue",
    "details",
]
_EVENT = [
    "case_id",
    "seq",
    "kind",
    "stage",
    "version",
    "at",
    "actor_id",
    "leg_id",
    "data",
    "sealed",
    "sealed_digest",
    "hash",
]
_WAKE = ["procedure", "due_at", "order_at", "rank", "place_at"]
_KEY = ["staff_id", "key", "request", "status", "answer"]


def _bound(table: Table, prefix: str, columns: list[str]) -> str:
    """The bound values of a row, each cast to its column's type."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return ", ".join(f"CAST(:{prefix}_{name} AS {table.c[name].type.compile(dialect)})" for name in columns)


def _statement(gate: str) -> TextClause:
    """One statement for all rows; `gate` is a table of one row, or of none when the key was there before."""
    return text(
        f"""WITH {gate},
        the_case AS (INSERT INTO cases ({", ".join(_CASE)}) SELECT {_bound(cases, "c", _CASE)} FROM gate
            RETURNING id, number),
        the_event AS (INSERT INTO events ({", ".join(_EVENT)}) SELECT {_bound(events, "e", _EVENT)} FROM the_case),
        the_wake AS (INSERT INTO wakes (case_id, attempts, {", ".join(_WAKE)})
            SELECT id, 0, {_bound(wakes, "w", _WAKE)} FROM the_case)
        SELECT number FROM the_case"""  # noqa: S608 - column names of our own tables
    )


_PLAIN = _statement("gate AS (SELECT 1)")
_KEYED = _statement(
    f"gate AS (INSERT INTO idempotency_keys ({', '.join(_KEY)})"
    f" SELECT {_bound(idempotency_keys, 'k', _KEY)} ON CONFLICT DO NOTHING RETURNING 1)"
)
