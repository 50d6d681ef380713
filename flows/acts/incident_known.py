"""What becomes known about an incident, and who must know: acknowledge, tell an authority, value, regrade, trace."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Line, Moment, Text, YesNo
from flows.acts.refusals import Implausible, NotYours
from flows.acts.report import Money, Persons, Place, Short, Vehicle, Waybill
from flows.rules import authority, clocks, follow_up, grading, incident_course, incident_follow_up, incident_grading
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.incident import PLACES, Incident
from models.values.incident_terms import IncidentGrade, IncidentKind
from models.values.stage_terms import ClockName, EventKind, Stage


class Acknowledge(ActInput):
    """The level that must know of the incident knows."""

    remark: Line | None = None


class TellAuthority(ActInput):
    """An authority got the report it is owed, by the code of the duty."""

    duty: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    at: Moment | None = None
    receipt: Line
    """To whom, and under what number."""


class Value(ActInput):
    """The loss of cargo value, now that it is known (CNY)."""

    value: Money
    why: Line | None = None


class Regrade(ActInput):
    """What was reported otherwise, or not at all; the grade follows by the rulebook."""

    kind: IncidentKind | None = None
    value: Money | None = None
    casualties: Persons | None = None
    dangerous_goods: YesNo | None = None
    why: Text


class Trace(ActInput):
    """What else the incident touched: waybills, a vehicle, hub or batch, beside what is known already."""

    waybills: Annotated[tuple[Waybill, ...], Field(max_length=200)] = ()
    vehicle: Vehicle | None = None
    hub: Place | None = None
    batch: Short | None = None


def acknowledge(facts: CaseFacts, said: Acknowledge, setting: Setting) -> Decision:
    incident = Incident.of(facts.details)
    if setting.actor.level < incident.knows:
        raise NotYours(
            f"须由 {incident.knows} 级或以上确认", f"level {incident.knows} or above has to acknowledge this"
        )
    if incident.acknowledged_by is not None:
        raise Refusal("已确认知悉", "it was acknowledged already")
    decision = incident_follow_up.acknowledged(facts, incident, setting.actor, setting.now)
    return replace(decision, sealed={"remark": said.remark} if said.remark else None)


def tell_authority(facts: CaseFacts, said: TellAuthority, setting: Setting) -> Decision:
    incident = Incident.of(facts.details)
    ref = incident.duties.index(said.duty) + 1 if said.duty in incident.duties else 0
    owed = [one for one in facts.clocks if one.name is ClockName.AUTHORITY and one.ref == ref and one.met_at is None]
    if not owed:
        due = [code for place, code in enumerate(incident.duties, 1) if _open(facts, place)]
        raise Refusal(
            f"没有这项待报告事项；待报告：{'、'.join(due) or '无'}",
            f"no such report is owed; still owed: {', '.join(due) or 'none'}",
        )
    at = said.at or setting.now
    if at > setting.now:
        raise Implausible("报告时间不能在将来", "the report to the authority cannot lie in the future")
    if at < incident.discovered_at:
        raise Implausible("报告时间不能早于事故发现", "nobody could be told of the incident before it was discovered")
    left = clocks.meet(facts.clocks, ClockName.AUTHORITY, max(at, owed[0].started_at), ref=ref)
    changes = {"clocks": left, "overdue": follow_up.overdue(left, setting.now)}
    data = {"duty": said.duty, "at": at.isoformat(), "in_time": at <= owed[0].due_at}
    return Decision(EventKind.AUTHORITY_TOLD, changes, (), data, {"receipt": said.receipt})


def value(facts: CaseFacts, said: Value, setting: Setting) -> Decision:
    incident = replace(Incident.of(facts.details), value=said.value)
    return replace(_regraded(facts, incident, setting), sealed={"why": said.why} if said.why else None)


def regrade(facts: CaseFacts, said: Regrade, setting: Setting) -> Decision:
    before = Incident.of(facts.details)
    named = ("kind", "value", "casualties", "dangerous_goods")
    known = {name: getattr(said, name) for name in named if getattr(said, name) is not None}
    if not known:
        raise Implausible("请说明更正了什么", "say what became known: kind, value, casualties or dangerous_goods")
    milder = (said.casualties is not None and said.casualties < (before.casualties or 0)) or (
        said.dangerous_goods is False and before.dangerous_goods
    )
    if milder and setting.actor.level < 1:
        raise NotYours("减少伤亡或危险货物须由主管更正", "only a supervisor takes casualties or dangerous goods back")
    return replace(_regraded(facts, replace(before, **known), setting), sealed={"why": said.why})


def trace(facts: CaseFacts, said: Trace, setting: Setting) -> Decision:
    incident = Incident.of(facts.details)
    more = tuple(dict.fromkeys((*incident.waybills, *(one.strip().upper() for one in said.waybills))))
    named = {name: getattr(said, name) for name in PLACES if getattr(said, name) is not None}
    fresh = {name: it for name, it in named.items() if it not in getattr(incident, name)}
    if len(more) == len(incident.waybills) and not fresh:
        raise Refusal("没有新的信息", "nothing new: name waybills, a vehicle, hub or batch not known yet")
    if len(more) > WAYBILLS_AT_MOST:
        raise Refusal(f"运单最多 {WAYBILLS_AT_MOST} 个", f"an incident names at most {WAYBILLS_AT_MOST} waybills")
    places: dict[str, Any] = {name: (*getattr(incident, name), it) for name, it in fresh.items()}
    if any(len(those) > PLACES_AT_MOST for those in places.values()):
        raise Refusal(
            f"车辆、场站、批次各最多 {PLACES_AT_MOST} 个",
            f"an incident names at most {PLACES_AT_MOST} vehicles, hubs or batches each",
        )
    changes = {"details": replace(incident, waybills=more, reach="open", **places).as_json()}
    data = {"waybills": len(more) - len(incident.waybills), **fresh}
    return Decision(EventKind.TRACED, changes, (), data)


def _regraded(facts: CaseFacts, incident: Incident, setting: Setting) -> Decision:
    decision = incident_grading.regrade(facts, incident, setting.policy, setting.now)
    before = Incident.of(facts.details)
    less = before.value is not None and incident.value is not None and incident.value < before.value
    milder = grading.higher(decision.data["grade"], before.grade or IncidentGrade.MAJOR)
    if less and milder and setting.actor.level < 1:
        raise NotYours("因减少货损而降级须由主管更正", "only a supervisor lowers the grade by a smaller loss")
    concludes = authority.for_incident(decision.data["grade"], facts.customer_class, setting.policy)
    if facts.stage is not Stage.CLOSING or concludes <= facts.level:
        return decision
    why = Reason(f"须由 {concludes} 级结案", f"level {concludes} has to close it now")
    changes = {**decision.changes, "level": concludes, "owner_id": None}
    return replace(decision, changes=changes, reasons=(*decision.reasons, why))


def _open(facts: CaseFacts, ref: int) -> bool:
    return any(one.name is ClockName.AUTHORITY and one.ref == ref and one.met_at is None for one in facts.clocks)


WAYBILLS_AT_MOST = 1000
"""What one incident can name one by one; more of them are on a vehicle, hub or batch."""
PLACES_AT_MOST = 20
"""Of vehicles, hubs and batches each: what touched more than that is no one incident."""
AT = incident_course.GRADED
ACTS = (
    Act(
        "acknowledge-incident",
        "确认知悉 · the level that must know knows",
        Acknowledge,
        acknowledge,
        AT,
        on_hold=True,
    ),
    Act("tell-authority", "报告主管部门 · an authority was told", TellAuthority, tell_authority, AT, on_hold=True),
    Act("value", "核定货损 · the loss is valued", Value, value, AT, on_hold=True),
    Act("regrade", "重新定级 · what became known changes the grade", Regrade, regrade, AT, on_hold=True),
    Act("trace", "追查涉及运单 · what else it touched", Trace, trace, AT, on_hold=True),
)
