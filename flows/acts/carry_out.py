"""Step 3: propose a remedy, approve or reject it at the right level (four eyes), carry it out."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Line, Text
from flows.acts.refusals import NotYours
from flows.rules import assignment, clocks, follow_up
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.request import RequestDetails
from models.values.vocabulary import ClockName, EventKind, HandlingMethod, Stage

Money = Annotated[Decimal, Field(ge=0, le=100_000_000, max_digits=11, decimal_places=2)]


class Propose(ActInput):
    """The remedy proposed to the customer; money in CNY."""

    remedy: Text
    compensation: Money = Decimal(0)


class Approve(ActInput):
    """The proposal may be carried out; its proposer gets the case back."""

    remark: Line | None = None


class Reject(ActInput):
    """The proposal may not be carried out; its proposer gets the case back to propose again."""

    why: Text


class CarryOut(ActInput):
    """The remedy was carried out: by which of the five handling methods, and what was found."""

    method: HandlingMethod
    finding: Text


def propose(facts: CaseFacts, said: Propose, setting: Setting) -> Decision:
    limits = setting.policy.rulebook.approval.limits
    needed = next((level for level, limit in enumerate(limits) if said.compensation <= limit), len(limits) - 1)
    own = max(setting.actor.level, 0)
    approval = needed > own
    why = (
        Reason(
            f"赔付 {said.compensation} 元,须 {needed} 级审批",
            f"{said.compensation} CNY need approval of level {needed}",
        )
        if approval
        else Reason(
            f"赔付 {said.compensation} 元在本人权限内",
            f"{said.compensation} CNY are within the proposer's limit",
        )
    )
    remedy = {"compensation": f"{said.compensation + 0:f}", "approved": not approval, "level": needed}
    remedy["proposer_level"] = own
    return moved(
        facts,
        EventKind.PROPOSED,
        {"approval": approval, **remedy},
        reasons=(why,),
        sealed={"remedy": said.remedy},
        remedy=remedy,
        proposer_id=setting.actor.id,
        owner_id=None if approval else facts.owner_id,
    )


def approve(facts: CaseFacts, said: Approve, setting: Setting) -> Decision:
    return _judge(facts, EventKind.APPROVED, True, said.remark, setting)


def reject(facts: CaseFacts, said: Reject, setting: Setting) -> Decision:
    return _judge(facts, EventKind.REJECTED, False, said.why, setting)


def _judge(facts: CaseFacts, event: EventKind, approved: bool, remark: str | None, setting: Setting) -> Decision:
    """The proposer gets the case back either way, unless it climbed past him meanwhile."""
    if RequestDetails.of(facts.details).asked is not None:
        raise Refusal("待复核的是转换申请", "what waits here is a turn into a request: agree-turn or refuse-turn")
    remedy = dict(facts.remedy or {})
    if obstacle := assignment.taboo(facts, setting.actor, setting.policy):
        raise NotYours(obstacle.zh, f"you may not decide on this proposal: {obstacle.en}")
    if setting.actor.level < int(remedy.get("level", 0)):
        raise NotYours("审批权限不足", f"this amount needs approval of level {remedy['level']}")
    back = facts.proposer_id if int(remedy.get("proposer_level", 0)) >= facts.level else None
    return moved(
        facts,
        event,
        {"approved": approved, "compensation": remedy.get("compensation")},
        sealed={"remark": remark} if remark else None,
        remedy={**remedy, "approved": approved},
        owner_id=back,
        poked=back is not None,  # he may be away by now
    )


def carry_out(facts: CaseFacts, said: CarryOut, setting: Setting) -> Decision:
    if facts.remedy is None:
        raise Refusal("尚未提出处理方案", "propose a remedy before carrying it out")
    if not facts.remedy["approved"]:
        raise Refusal("处理方案未获批准", "the proposal was rejected: propose again")
    left = clocks.meet(facts.clocks, ClockName.RESOLVE, setting.now)
    left = (
        *left,
        clocks.start(ClockName.FEED_BACK, setting.policy.rulebook.clocks.feed_back, setting.now, setting.policy),
    )
    return moved(
        facts,
        EventKind.CARRIED_OUT,
        {"method": said.method},
        sealed={"finding": said.finding},
        method=said.method,
        handler_id=setting.actor.id,
        owner_id=setting.actor.id,
        attempts=(),
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
    )


ACTS = (
    Act("propose", "提出处理方案 · propose a remedy", Propose, propose, frozenset({Stage.CARRY_OUT})),
    Act("approve", "批准 · approve a proposal", Approve, approve, frozenset({Stage.APPROVAL})),
    Act("reject", "驳回 · reject a proposal", Reject, reject, frozenset({Stage.APPROVAL})),
    Act("carry-out", "落实 · carry the remedy out", CarryOut, carry_out, frozenset({Stage.CARRY_OUT})),
)
