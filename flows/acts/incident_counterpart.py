"""The counterpart unit of an incident: the notice reaches it, it answers for itself."""

from dataclasses import replace

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Line, Moment, Text, YesNo
from flows.acts.refusals import Implausible, NotYours
from flows.rules import clocks, follow_up, incident_follow_up
from models.values.case import CaseFacts, Decision, Reason, Refusal, StaffFacts
from models.values.incident import Incident
from models.values.people_terms import Role
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Channel


class Deliver(ActInput):
    """The notice reached the counterpart unit: when, how, and what proves it."""

    at: Moment
    how: Channel
    receipt: Line


class Respond(ActInput):
    """The counterpart unit confirms what was found, or objects."""

    agrees: YesNo
    statement: Text


def deliver(facts: CaseFacts, said: Deliver, setting: Setting) -> Decision:
    incident = Incident.of(facts.details)
    if setting.actor.role is Role.BUSINESS_UNIT and not _of(setting.actor, incident.counterpart):
        raise NotYours(
            "须由收到通知的单位或客服中心记录", "the unit that was asked says so, or the centre; no other unit"
        )
    if not any(one.name is ClockName.DELIVER and one.met_at is None for one in facts.clocks):
        raise Refusal("已记录送达", "its delivery was recorded already")
    if incident.noticed_at is None or not incident.noticed_at <= said.at <= setting.now:
        raise Implausible(
            "送达时间须在发出通知之后且不晚于现在",
            "the notice was delivered between its sending and now, not otherwise",
        )
    decision = incident_follow_up.delivered(facts, incident, said.at, said.how, setting.policy, setting.now)
    return replace(decision, sealed={"receipt": said.receipt})


def respond(facts: CaseFacts, said: Respond, setting: Setting) -> Decision:
    incident = Incident.of(facts.details)
    if not _of(setting.actor, incident.counterpart):
        raise NotYours(
            "仅被询问的单位可以确认，不得代为确认", "only the unit that was asked answers: nobody confirms for it"
        )
    left = follow_up.held_no_more(facts.clocks, setting.now)
    left = clocks.meet(clocks.meet(left, ClockName.COUNTERPART, setting.now), ClockName.DELIVER, setting.now)
    terms = setting.policy.incidents.clocks
    left = (*left, clocks.start(ClockName.FINDING, terms.finding, setting.now, setting.policy))
    why = (
        Reason("对方单位确认", "the counterpart unit confirms")
        if said.agrees
        else Reason("对方单位有异议", "the counterpart unit objects")
    )
    return moved(
        facts,
        EventKind.RESPONDED,
        {"unit": incident.counterpart, "agrees": said.agrees},
        reasons=(why,),
        sealed={"statement": said.statement},
        owner_id=None,
        hold=None,
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
    )


def _of(actor: StaffFacts, unit: str | None) -> bool:
    """Whether somebody speaks for a unit."""
    return actor.role is Role.BUSINESS_UNIT and actor.unit is not None and actor.unit == unit


ACTS = (
    Act(
        "deliver",
        "通知送达 · the notice reached the counterpart unit",
        Deliver,
        deliver,
        frozenset({Stage.COUNTERPART}),
        on_hold=True,
    ),
    Act(
        "respond",
        "对方确认 · the counterpart unit confirms or objects",
        Respond,
        respond,
        frozenset({Stage.COUNTERPART}),
        on_hold=True,
    ),
)
