"""After the finding: corrective action with owner and date, its effect, the root cause, the closing."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting, moved, refuse_lower
from flows.acts.inputs import ActInput, Input, Line, Moment, StaffId, Text, YesNo
from flows.acts.refusals import Implausible, NotYours
from flows.rules import authority, clocks, derivation, follow_up, incident_course, incident_notices, permission
from models.staff import staff
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.incident import Action, Incident
from models.values.incident_terms import IncidentGrade
from models.values.permissions import Permit, Relation
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Outcome


class PlanCorrection(ActInput):
    """What is to be changed so that it does not happen again, who sees to it, and by when."""

    what: Text
    owner: StaffId
    by: Moment


class CompleteCorrection(ActInput):
    """A corrective action was taken; `correction` is the sequence number of the event that planned it."""

    correction: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    how: Text


class CheckEffect(ActInput):
    """Some weeks later: did it help? If not, another corrective action follows."""

    effective: YesNo
    finding: Text


class EightDisciplines(Input):
    """8D: team, problem, containment, root cause, permanent correction, its validation, prevention, closure."""

    team: Text
    problem: Text
    containment: Text
    root_cause: Text
    correction: Text
    validation: Text
    prevention: Text
    closure: Text


class NameCause(ActInput):
    """The root cause, by five whys (each answering the one before) or by the eight disciplines."""

    method: Literal["five_whys", "eight_d"]
    whys: Annotated[tuple[Text, ...], Field(max_length=9)] = ()
    disciplines: EightDisciplines | None = None


class Conclude(ActInput):
    """Everything is done: the incident is closed by the level its grade demands."""

    remark: Line | None = None


async def owner_exists(connection: AsyncConnection, facts: CaseFacts, said: PlanCorrection, setting: Setting) -> bool:
    """Somebody who is here, and whose role may report it done."""
    may = permission.roles_who(Permit.COMPLETE_CORRECTION, Relation.CORRECTOR, setting.policy)
    query = select(staff.c.id).where(staff.c.id == said.owner, staff.c.left_at.is_(None), staff.c.role.in_(may))
    return (await connection.execute(query)).first() is not None


def plan_correction(facts: CaseFacts, said: PlanCorrection, setting: Setting) -> Decision:
    if not setting.loaded:
        raise Implausible("没有可负责整改的该员工", "there is no such member of staff who could own it")
    if said.by <= setting.now:
        raise Implausible("整改期限须在将来", "the date of a corrective action lies in the future")
    ref = facts.events + 1
    why = Reason(f"整改限期 {derivation.local(said.by)}", f"to be corrected by {derivation.local(said.by)}")
    remind_at = setting.now + (said.by - setting.now) * setting.policy.rulebook.clocks.remind_at
    timer = replace(clocks.timer(ClockName.CORRECTION, setting.now, said.by, why, ref=ref), remind_at=remind_at)
    left = (*clocks.meet(facts.clocks, ClockName.PLAN, setting.now), timer)
    incident = Incident.of(facts.details)
    data = {"correction": ref, "owner": said.owner, "by": said.by.isoformat()}
    late = follow_up.overdue(left, setting.now)
    actions = (*incident.actions, Action(ref, said.owner))
    changes = {"clocks": left, "details": incident.but(actions=actions), "overdue": late}
    told = incident_notices.of_correction(facts, said.owner, said.by, setting.now)
    return Decision(EventKind.CORRECTION_PLANNED, changes, (why,), data, {"what": said.what}, rows=(told,))


def complete_correction(facts: CaseFacts, said: CompleteCorrection, setting: Setting) -> Decision:
    running = [one for one in facts.clocks if one.name is ClockName.CORRECTION and one.met_at is None]
    if said.correction not in {one.ref for one in running}:
        raise Refusal("没有这项未完成的整改", "there is no open corrective action of that number")
    actor, incident = setting.actor, Incident.of(facts.details)
    lent = permission.only_as_corrector(Permit.COMPLETE_CORRECTION, facts, actor, setting.policy)
    if lent and Action(said.correction, actor.id) not in incident.actions:
        raise NotYours("该项整改由他人负责", "that corrective action is somebody else's")
    left = clocks.meet(facts.clocks, ClockName.CORRECTION, setting.now, ref=said.correction)
    open_ones = len(running) - 1
    data = {"correction": said.correction, "left": open_ones}
    terms = setting.policy.incidents.clocks
    changes: dict[str, object] = {} if lent else {"handler_id": actor.id}
    if not open_ones:
        begins = clocks.after(terms.effect_after, setting.now, setting.policy)
        left = (*left, clocks.start(ClockName.EFFECT, terms.effect, begins, setting.policy))
        changes["owner_id"] = None
    late = follow_up.overdue(left, setting.now)
    return moved(
        facts,
        EventKind.CORRECTED,
        data,
        sealed={"how": said.how},
        clocks=left,
        overdue=late,
        **changes,
    )


def check_effect(facts: CaseFacts, said: CheckEffect, setting: Setting) -> Decision:
    begins = max(one.started_at for one in facts.clocks if one.name is ClockName.EFFECT and one.met_at is None)
    if setting.now < begins:
        raise Refusal(
            f"效果须于 {derivation.local(begins)} 后验证", f"the effect is checked from {derivation.local(begins)} on"
        )
    if setting.actor.id in permission.correctors(facts) | {facts.handler_id}:
        raise NotYours("效果须由他人验证", "whoever corrected it does not check the effect")
    incident, terms = Incident.of(facts.details), setting.policy.incidents.clocks
    left = clocks.meet(facts.clocks, ClockName.EFFECT, setting.now)
    changes: dict[str, object] = {"owner_id": None}
    if said.effective:
        left = (*left, clocks.start(ClockName.CONCLUDE, terms.conclude, setting.now, setting.policy))
        grade = incident.grade or IncidentGrade.MAJOR
        changes["level"] = max(facts.level, authority.for_incident(grade, facts.customer_class, setting.policy))
    else:
        left = (*left, clocks.start(ClockName.PLAN, terms.plan, setting.now, setting.policy))
    late = follow_up.overdue(left, setting.now)
    data = {"effective": said.effective}
    sealed = {"finding": said.finding}
    return moved(facts, EventKind.EFFECT_CHECKED, data, sealed=sealed, clocks=left, overdue=late, **changes)


def name_cause(facts: CaseFacts, said: NameCause, setting: Setting) -> Decision:
    if said.method == "five_whys" and (len(said.whys) < 2 or said.disciplines is not None):
        raise Implausible("五个为什么至少两问，且不填 8D", "five whys are two at least, and no disciplines beside them")
    if said.method == "eight_d" and (said.disciplines is None or said.whys):
        raise Implausible("8D 须填写八项，且不填五个为什么", "8D needs its eight disciplines, and no whys beside them")
    filled = said.disciplines.model_dump() if said.disciplines else {"whys": list(said.whys)}
    changes = {"details": Incident.of(facts.details).but(root_cause=said.method)}
    return Decision(EventKind.ROOT_CAUSE_NAMED, changes, (), {"method": said.method}, filled)


def conclude(facts: CaseFacts, said: Conclude, setting: Setting) -> Decision:
    refuse_lower(facts, setting)
    incident = Incident.of(facts.details)
    missing = [why for why, lacking in _missing(facts, incident, setting) if lacking]
    if missing:
        zh, en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        raise Refusal(f"尚不能结案：{zh}", f"it cannot be closed yet: {en}")
    left = clocks.meet(facts.clocks, ClockName.CONCLUDE, setting.now)
    return moved(
        facts,
        EventKind.CONCLUDED,
        {"grade": incident.grade, "level": setting.actor.level},
        sealed={"remark": said.remark} if said.remark else None,
        outcome=Outcome.SOLVED,
        owner_id=None,
        clocks=left,
    )


def _missing(facts: CaseFacts, incident: Incident, setting: Setting) -> list[tuple[Reason, bool]]:
    owed = any(one.name is ClockName.AUTHORITY and one.met_at is None for one in facts.clocks)
    asked = [one for one in setting.policy.incidents.form.fields if one.required and one.name not in incident.filled]
    zh, en = "、".join(one.zh for one in asked), ", ".join(sorted(one.name for one in asked))
    return [
        (Reason("根本原因未分析", "its root cause is not named"), incident.root_cause is None),
        (Reason(f"上报单未填({zh})", f"the report form lacks {en}"), bool(asked)),
        (Reason("尚有待报告主管部门事项", "a report to an authority is still owed"), owed),
        (Reason("应知悉的级别未确认", "the level that must know has not acknowledged"), not incident.acknowledged_by),
    ]


CAUSE_AT = incident_course.GRADED - {Stage.CONTAINMENT}
ACTS = (
    Act(
        "plan-correction",
        "制定整改 · plan a corrective action",
        PlanCorrection,
        plan_correction,
        frozenset({Stage.CORRECTION}),
        seek=owner_exists,
    ),
    Act(
        "complete-correction",
        "完成整改 · a corrective action was taken",
        CompleteCorrection,
        complete_correction,
        frozenset({Stage.CORRECTION}),
    ),
    Act("check-effect", "效果验证 · did it help", CheckEffect, check_effect, frozenset({Stage.EFFECT})),
    Act("name-cause", "根本原因 · the root cause", NameCause, name_cause, CAUSE_AT),
    Act("conclude", "事故结案 · close the incident", Conclude, conclude, frozenset({Stage.CLOSING})),
)
