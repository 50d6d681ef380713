"""Handling an incident: contain it, investigate it."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Line, Moment, Text
from flows.acts.refusals import Implausible
from flows.rules import clocks, follow_up, incident_notices
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.incident import Incident
from models.values.stage_terms import ClockName, EventKind, Stage

Unit = Annotated[Line, Field(max_length=40)]


class Contain(ActInput):
    """The incident spreads no further: what was done, and since when."""

    measures: Text
    at: Moment | None = None


class Investigate(ActInput):
    """What was found; the counterpart unit, if another one is concerned, is asked to confirm it."""

    finding: Text
    counterpart: Unit | None = None


def contain(facts: CaseFacts, said: Contain, setting: Setting) -> Decision:
    incident, at = Incident.of(facts.details), said.at or setting.now
    if not incident.discovered_at <= at <= setting.now:
        raise Implausible(
            "控制时间须在发现之后且不晚于现在", "it was contained between its discovery and now, not otherwise"
        )
    left = clocks.meet(facts.clocks, ClockName.CONTAIN, at)
    left = (
        *left,
        clocks.start(ClockName.INVESTIGATE, setting.policy.incidents.clocks.investigate, setting.now, setting.policy),
    )
    return moved(
        facts,
        EventKind.CONTAINED,
        {"at": at.isoformat()},
        sealed={"measures": said.measures},
        details=replace(incident, contained_at=at).as_json(),
        handler_id=setting.actor.id,
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
    )


def investigate(facts: CaseFacts, said: Investigate, setting: Setting) -> Decision:
    terms, incident = setting.policy.incidents.clocks, Incident.of(facts.details)
    left = clocks.meet(facts.clocks, ClockName.INVESTIGATE, setting.now)
    changes: dict[str, Any] = {"handler_id": setting.actor.id}
    if said.counterpart is None:
        left = (*left, clocks.start(ClockName.FINDING, terms.finding, setting.now, setting.policy))
        why = Reason("不涉及其他单位", "no other unit is concerned")
    else:
        refuse_unknown_unit(said.counterpart, setting)
        if said.counterpart == facts.unit:
            raise Refusal("对方单位不能是上报单位", "the counterpart is another unit than the one that reported")
        left = (*left, clocks.start(ClockName.DELIVER, terms.deliver, setting.now, setting.policy))
        changes["details"] = replace(incident, counterpart=said.counterpart, noticed_at=setting.now).as_json()
        changes["owner_id"] = None
        why = Reason(
            f"请 {setting.policy.rulebook.wording.unit(said.counterpart)} 确认；时限自通知送达起算",
            f"{said.counterpart} is asked to confirm; its time runs from the delivery of the notice",
        )
    late = follow_up.overdue(left, setting.now)
    decision = moved(
        facts,
        EventKind.INVESTIGATED,
        {"counterpart": said.counterpart},
        reasons=(why,),
        sealed={"finding": said.finding},
        clocks=left,
        overdue=late,
        **changes,
    )
    if said.counterpart is None:
        return decision
    return replace(
        decision, rows=(incident_notices.to_counterpart(facts, said.counterpart, setting.policy, setting.now),)
    )


def refuse_unknown_unit(unit: str, setting: Setting) -> None:
    """It goes into the chain, which nobody can erase; and only internal units can be asked, or presumed upon."""
    units = setting.policy.units()
    if unit not in units:
        raise Implausible(
            f"须为规则手册中的内部单位：{'、'.join(sorted(units))}",
            f"name an internal unit of the rulebook: {', '.join(sorted(units))}",
        )


ACTS = (
    Act("contain", "控制事态 · it spreads no further", Contain, contain, frozenset({Stage.CONTAINMENT})),
    Act("investigate", "调查 · what was found", Investigate, investigate, frozenset({Stage.INVESTIGATION})),
)
