"""Acts that steer a case: classify, confirm, reassign, escalate, reopen, withdraw."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import ACTIVE, Act, Setting, moved
from flows.acts.inputs import ActInput, Line, Moment, StaffId, Text
from flows.acts.money import money, money_of
from flows.acts.to_finance import carried_through
from flows.roster import members
from flows.rulebook import corrections
from flows.rules import assignment, clocks, referrals, reopening, settlement, triage, vouchers
from flows.rules.request_course import SHORT
from flows.rules.triage import Relative
from flows.steps.relatives import relatives_of
from models.values.case import CaseFacts, Decision, Reason, Refusal, StaffFacts
from models.values.classification import Classification
from models.values.policy import Policy
from models.values.request import RequestDetails
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import BusinessLine, Category, Channel, Kind, Procedure, Severity


class Classify(ActInput):
    """A person's reading: in triage, or a correction later."""

    kind: Kind
    category: Category | None = None
    secondary: Category | None = None
    severity: Severity | None = None
    business_line: BusinessLine | None = None
    """Left out, severity and line stay as they were read."""
    why: Line | None = None


class Confirm(ActInput):
    """The supervisor confirms the analysis, or names another cause or unit."""

    root_cause: Annotated[Line, Field(max_length=80)] | None = None
    liable: Annotated[Line, Field(max_length=40)] | None = None
    remark: Line | None = None


class Reassign(ActInput):
    """To somebody named, or (without `to`) to whom the system finds."""

    to: StaffId | None = None
    why: Line


class Escalate(ActInput):
    """Somebody with more authority takes over."""

    why: Text


class Reopen(ActInput):
    """The customer comes back to a closed complaint: it is handled again, one level higher."""

    why: Text


class Withdraw(ActInput):
    """The customer takes the complaint back, by a message of his own."""

    message: Text
    channel: Channel
    sent_at: Moment


async def relatives(connection: AsyncConnection, facts: CaseFacts, policy: Policy) -> list[Relative]:
    return (await relatives_of(connection, [facts])).of(facts)


def classify(facts: CaseFacts, said: Classify, setting: Setting) -> Decision:
    if (said.kind is Kind.COMPLAINT) != (said.category is not None):
        raise Refusal("投诉须选择类别，其他类型不得选择", "a complaint needs a category; other kinds have none")
    renamed = facts.kind is Kind.COMPLAINT and said.kind is not Kind.COMPLAINT and facts.stage is not Stage.TRIAGE
    if renamed:
        raise Refusal(
            "投诉转为其他类型须经他人复核，请用 turn-into-request",
            "a complaint becomes another kind only with four eyes: ask for it with turn-into-request",
        )
    if said.kind is not Kind.COMPLAINT and referrals.waited_for(facts):
        raise Refusal(
            "监管转办尚未答复，须按投诉办理",
            "the regulator waits for an answer: it is a complaint until that is given",
        )
    reason = Reason("人工分类", f"classified by staff {setting.actor.id}")
    line, severity = said.business_line or facts.business_line, said.severity or facts.severity or Severity.MINOR
    reading = Classification(said.kind, said.category, said.secondary, severity, line, 1.0, facts.urgent, (reason,))
    decision = triage.decide(facts, reading, setting.loaded, setting.policy, setting.now, sure=True, proposed=False)
    return replace(decision, sealed={"why": said.why} if said.why else None)


def confirm(facts: CaseFacts, said: Confirm, setting: Setting) -> Decision:
    units = set(setting.policy.rulebook.assignment.units.values())
    if said.liable is not None and said.liable not in units:  # it goes into the chain, which nobody can erase
        raise Refusal(
            "责任单位须为规则手册中的单位", f"liable must be a unit of the rulebook: {', '.join(sorted(units))}"
        )
    if facts.firm_liable is not None and said.liable not in (None, facts.liable):
        raise Refusal("责任已经认定，只能通过申诉改变", "liability was found: only an appeal changes it")
    cause, liable = said.root_cause or facts.root_cause, said.liable or facts.liable
    changed = {"root_cause": cause != facts.root_cause, "liable": liable != facts.liable}
    return moved(
        facts,
        EventKind.CONFIRMED,
        {"liable": liable, "changed": changed},
        sealed={"remark": said.remark, "root_cause": said.root_cause},
        root_cause=cause,
        liable=liable,
        owner_id=None,
    )


async def desk(connection: AsyncConnection, facts: CaseFacts, said: Reassign, setting: Setting) -> list[StaffFacts]:
    return await members(connection, setting.policy, setting.now)


def reassign(facts: CaseFacts, said: Reassign, setting: Setting) -> Decision:
    data = {"from": facts.owner_id, "to": said.to}
    sealed = {"why": said.why}
    if said.to is None:
        return moved(facts, EventKind.REASSIGNED, data, sealed=sealed, owner_id=None)
    target = next((one for one in setting.loaded if one.id == said.to), None)
    if target is None:
        raise Refusal("没有该员工", "there is no such member of staff")
    if obstacle := assignment.bar(facts, target, setting.policy):
        raise Refusal(f"不能指派给该员工：{obstacle.zh}", f"staff {said.to} cannot take this case: {obstacle.en}")
    left = assignment.assigned(facts, target, setting.policy, setting.now)
    return moved(facts, EventKind.REASSIGNED, data, sealed=sealed, owner_id=said.to, clocks=left)


def escalate(facts: CaseFacts, said: Escalate, setting: Setting) -> Decision:
    top = setting.policy.top_level
    if facts.level >= top:
        raise Refusal("已是最高级别", "the case is at the highest level already")
    level = facts.level + 1
    why = Reason(f"升级至 {level} 级", f"escalated to level {level}")
    data = {"level": level}
    sealed = {"why": said.why}
    return moved(facts, EventKind.ESCALATED, data, reasons=(why,), sealed=sealed, level=level, owner_id=None)


def reopen(facts: CaseFacts, said: Reopen, setting: Setting) -> Decision:
    course = setting.policy.rulebook.course
    if facts.kind is not Kind.COMPLAINT:
        raise Refusal("仅投诉可以重新打开", "only a complaint can be reopened; start a new request")
    if facts.reopenings >= course.reopenings_at_most:
        raise Refusal("已达重新打开次数上限", "it was reopened as often as the rulebook allows")
    dropped = vouchers.dropped(facts, facts.clocks, money(setting), setting.now)
    changed = reopening.changes(facts, dropped, setting.policy, setting.now)
    data = {"level": changed["level"], **dropped.data}
    return moved(facts, EventKind.REOPENED, data, sealed={"why": said.why}, rows=dropped.rows, **changed)


def withdraw(facts: CaseFacts, said: Withdraw, setting: Setting) -> Decision:
    """What he agreed to is still owed, and asked for with the withdrawal where the work ends with it; what he did not
    goes, unless its proposal is still being worked on.
    """
    if said.sent_at > setting.now:
        raise Refusal("客户消息时间不能在将来", "the customer's message cannot lie in the future")
    if facts.withdrawn:
        raise Refusal("已撤诉", "it was withdrawn already")
    remains = bool(facts.urgent) or facts.category in setting.policy.rulebook.course.withdrawal_keeps
    why = (
        Reason("客户撤诉，但安全与责任调查继续", "withdrawn, but safety and liability work goes on")
        if remains
        else Reason("客户撤诉", "withdrawn by the customer")
    )
    data: dict[str, Any] = {"work_remains": remains, "channel": said.channel, "sent_at": said.sent_at.isoformat()}
    sealed = {"message": said.message}
    changes: dict[str, Any] = {"withdrawn": True}
    reasons: tuple[Reason, ...] = (why,)
    if not remains and _agreed(setting) and (due := carried_through(facts, setting)):
        changes |= {**due.changes, "rows": due.rows}
        data |= due.data
        reasons = (why, due.why)
    if not _agreed(setting) and (not remains or facts.stage not in settlement.PROMISING):
        dropped = vouchers.dropped(facts, facts.clocks, money(setting), setting.now)
        changes |= {**dropped.changes, "rows": dropped.rows}
        data |= dropped.data
    if remains:
        return moved(facts, EventKind.WITHDRAWN, data, reasons=reasons, sealed=sealed, **changes)
    left = clocks.meet_all(changes.get("clocks", facts.clocks), setting.now)
    changes |= {"owner_id": None, "hold": None, "clocks": left, "overdue": False}
    if (known := RequestDetails.of(facts.details)).asked is not None:
        changes["details"] = replace(known, asked=None).within(facts.details)
    if facts.procedure is Procedure.REQUEST:
        data[SHORT] = True
    return moved(facts, EventKind.WITHDRAWN, data, reasons=reasons, sealed=sealed, **changes)


def _agreed(setting: Setting) -> bool:
    known = money(setting).settlement
    return known is not None and known.agreed_at is not None


UNDER_WAY = frozenset({Stage.CARRY_OUT, Stage.APPROVAL, Stage.FEED_BACK, Stage.REVISIT, Stage.ANSWER})

ACTS = (
    Act(
        "classify",
        "分类 · classify, or correct the classification",
        Classify,
        classify,
        frozenset({Stage.TRIAGE, Stage.CARRY_OUT, Stage.ANSWER}),
        load=relatives,
        keep=corrections.note,
    ),
    Act("confirm", "确认分析 · confirm the analysis", Confirm, confirm, frozenset({Stage.CONFIRMATION})),
    Act(
        "reassign",
        "改派 · give the case to somebody else",
        Reassign,
        reassign,
        ACTIVE,
        on_hold=True,
        seek=desk,
    ),
    Act("escalate", "升级 · hand the case one level up", Escalate, escalate, UNDER_WAY, on_hold=True),
    Act(
        "reopen",
        "重新打开 · open a closed complaint again",
        Reopen,
        reopen,
        frozenset({Stage.CLOSED}),
        load=money_of,
    ),
    Act("withdraw", "撤诉 · the customer takes it back", Withdraw, withdraw, UNDER_WAY, on_hold=True, load=money_of),
)
