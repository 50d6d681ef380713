"""A business unit reports an incident (商务事故第一时间上报): a handful of fields, one statement."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.acts import once
from flows.acts.inputs import Input, Line, Moment, Text, YesNo
from flows.acts.intake import Received, begin
from flows.acts.perform import Desk
from flows.acts.receive import SKEW
from flows.acts.refusals import Implausible, NotYours
from flows.rules import clocks, permission
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.incident import Incident
from models.values.incident_terms import IncidentKind
from models.values.people_terms import Role
from models.values.permissions import Permit
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vehicles import normal_vehicle
from models.values.vocabulary import BusinessLine, Channel, Party, Procedure

Waybill = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$")]
Place = Annotated[Line, Field(max_length=80)]
Short = Annotated[Line, Field(max_length=40)]
Vehicle = Annotated[Short, AfterValidator(normal_vehicle), Field(max_length=40)]
"""In the one form that shipments have it in: some signs stand for many, so its length is looked at again."""
Money = Annotated[Decimal, Field(ge=0, le=1_000_000_000, max_digits=12, decimal_places=2)]
Persons = Annotated[int, Field(ge=0, le=10_000, strict=True)]


class FirstReport(Input):
    """What happened, where, when it was discovered. What is left out is not known yet, not none."""

    kind: IncidentKind
    what: Text
    where: Line
    discovered_at: Moment
    business_line: BusinessLine = BusinessLine.UNKNOWN
    waybills: Annotated[tuple[Waybill, ...], Field(max_length=200)] = ()
    vehicle: Vehicle | None = None
    hub: Place | None = None
    batch: Short | None = None
    value: Money | None = None
    """Estimated loss of cargo value, CNY."""
    casualties: Persons | None = None
    """Dead and injured persons."""
    dangerous_goods: YesNo | None = None
    phoned_at: Moment | None = None
    """When the unit had the centre on the telephone first."""
    unit: Short | None = None
    """The unit a member of the centre writes this down for; a unit's own token says it already."""


async def report(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, said: FirstReport, key: once.Key | None
) -> Received:
    """Raises Implausible, NotYours or KeyReused; then nothing changed. Of many with one key, one incident comes out."""
    now = await desk.clock.now(connection)
    policy = desk.policies.current
    unit = _unit(actor, said, policy)
    _refuse_impossible(said, now)
    known_at = min(said.phoned_at or now, now).astimezone(UTC)
    incident = _incident(said)
    facts = CaseFacts(
        id=uuid7(),
        stage=Stage.REPORTED,
        received_at=known_at,
        recorded_at=now,
        channel=Channel.PHONE if said.phoned_at else Channel.WEB,
        procedure=Procedure.INCIDENT,
        party=Party.INTERNAL_CUSTOMER,
        waybill=incident.waybills[0] if incident.waybills else None,
        business_line=said.business_line,
        unit=unit,
        urgent=("casualty",) if said.casualties else ("dangerous",) if said.dangerous_goods else (),
        details=incident.as_json(),
        clocks=(clocks.start(ClockName.FORM, policy.incidents.clocks.form, known_at, policy),),
    )
    decision = Decision(EventKind.REPORTED, {}, (), _data(facts, incident), {"text": said.what, "where": said.where})
    return await begin(connection, desk, actor, facts, decision, key, now, more=("unit",))


def _unit(actor: StaffFacts, said: FirstReport, policy: Policy) -> str:
    """A unit reports for itself; the centre writes down what a unit of the rulebook phoned in."""
    if not permission.may(actor, Permit.REPORT_INCIDENT, policy):
        raise NotYours("仅业务单位及客服中心可上报事故", "incidents are reported by business units and by the centre")
    if actor.role is Role.BUSINESS_UNIT:
        if actor.unit is None:
            raise NotYours("该账号未设置单位", "this token belongs to no unit: ask the administrator to name it")
        if said.unit not in (None, actor.unit):
            raise NotYours("业务单位只能为本单位上报", "a unit reports for itself; leave the unit out")
        return actor.unit
    units = sorted(policy.units())
    if said.unit not in units:
        raise Implausible(f"请填写上报单位：{'、'.join(units)}", f"say which unit reports it: {', '.join(units)}")
    return said.unit


def _refuse_impossible(said: FirstReport, now: datetime) -> None:
    if said.discovered_at > now + SKEW:
        raise Implausible("发现时间不能在将来", "discovered_at lies in the future")
    if said.phoned_at is not None and said.phoned_at > now + SKEW:
        raise Implausible("电话报告时间不能在将来", "phoned_at lies in the future")
    if said.phoned_at is not None and said.phoned_at < said.discovered_at:
        raise Implausible("电话报告不能早于发现", "phoned_at lies before the discovery")


def _incident(said: FirstReport) -> Incident:
    return Incident(
        kind=said.kind,
        discovered_at=said.discovered_at.astimezone(UTC),
        phoned_at=said.phoned_at.astimezone(UTC) if said.phoned_at else None,
        waybills=tuple(dict.fromkeys(one.strip().upper() for one in said.waybills)),
        vehicle=(said.vehicle,) if said.vehicle else (),
        hub=(said.hub,) if said.hub else (),
        batch=(said.batch,) if said.batch else (),
        value=said.value,
        casualties=said.casualties,
        dangerous_goods=said.dangerous_goods,
    )


def _data(facts: CaseFacts, incident: Incident) -> dict[str, object]:
    lag = facts.received_at - incident.discovered_at
    return {
        "unit": facts.unit,
        "line": facts.business_line,
        "lag_seconds": max(0, round(lag.total_seconds())),
        **incident.as_json(),
    }
