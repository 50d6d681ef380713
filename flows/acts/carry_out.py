"""Step 3: propose a remedy, approve or reject it at the right level (four eyes), carry it out."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Line, Text, YesNo
from flows.acts.money import money, money_of
from flows.acts.payments import payments
from flows.acts.refusals import NotYours
from flows.acts.to_finance import carried_through, refuse_other_customer
from flows.rules import assignment, authority, clocks, currencies, follow_up, vouchers
from flows.rules import settlement as settlements
from models.values.case import CaseFacts, Decision, Reason, Refusal, Row
from models.values.request import RequestDetails
from models.values.settlement import Money as Held
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import HandlingMethod

Money = Annotated[Decimal, Field(ge=0, le=100_000_000, max_digits=11, decimal_places=2)]


class Propose(ActInput):
    """The remedy proposed; `compensation` in the currency of the case's rulebook, beside what was paid before.

    `goodwill` (通融赔付): more than is owed, which asks for a higher level.
    """

    remedy: Text
    compensation: Money = Decimal(0)
    goodwill: YesNo = False


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


async def others(connection: AsyncConnection, facts: CaseFacts, said: Propose, setting: Setting) -> Held:
    held = await money_of(connection, facts, setting.policy)
    together = await payments(connection, facts, said.compensation, setting.policy, setting.now)
    own = setting.policy.rulebook.settlement.currency
    counted = tuple(amount for currency, amount in together if currency == own)
    return replace(held, together=counted, unlike=held.unlike | currencies.unlike(together, own))


def propose(facts: CaseFacts, said: Propose, setting: Setting) -> Decision:
    """What it needs is the authority of the sum: of this and what else was paid on the waybill, to the
    customer or the caller.

    What is more than is owed at most is paid of good will, which has a level of its own; it is also asked for where
    limit or sum are not known, because something of them is in another currency.
    """
    held, terms = money(setting), setting.policy.rulebook.settlement
    needed = authority.for_compensation(said.compensation, held.together, facts, setting.policy)
    level, reasons = needed.level, [needed.why]
    if over := settlements.over_limit(said.compensation, held):
        if not said.goodwill:
            raise Refusal(over.zh, over.en)
        level = max(level, terms.goodwill_level)
        reasons.append(
            Reason(f"超出限额，通融赔付须 {level} 级权限", f"more than is owed: good will needs level {level}")
        )
    if said.compensation and held.unlike:
        level = max(level, terms.goodwill_level)
        reasons.append(currencies.uncompared(held.unlike, terms.currency, terms.goodwill_level))
    own = setting.actor.level
    approval = level > own
    verdict = (
        Reason("超出提案人权限，须审批", "beyond the proposer's own authority: it needs approval")
        if approval
        else Reason("在提案人权限内", "within the proposer's own authority")
    )
    remedy: dict[str, Any] = {"compensation": f"{said.compensation + 0:f}", "approved": not approval}
    remedy |= {"level": level, "total": f"{needed.total + 0:f}", "proposer_level": own}
    remedy |= {"customer": facts.customer_id, "proposers": authority.proposers(facts, setting.actor, approval=approval)}
    remedy |= {"currency": terms.currency, "unlike": sorted(held.unlike)}
    remedy |= {"vouchers": [], "proposed_at": setting.now.isoformat()}
    if over:
        remedy["goodwill"] = True
    before = vouchers.superseded(facts, held, setting.now)
    return moved(
        facts,
        EventKind.PROPOSED,
        {"approval": approval, **remedy, **before.data},
        reasons=(*reasons, verdict),
        sealed={"remedy": said.remedy},
        remedy=remedy,
        rows=before.rows,
        **before.changes,
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
    if approved:
        refuse_other_customer(facts)
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
    refuse_other_customer(facts)
    data: dict[str, Any] = {"method": said.method, "compensation": facts.remedy["compensation"]}
    more: dict[str, Any] = {"clocks": facts.clocks}
    rows: tuple[Row, ...] = ()
    if due := carried_through(facts, setting):
        more, rows = due.changes, due.rows
        data |= due.data
    left = clocks.meet(more.pop("clocks"), ClockName.RESOLVE, setting.now)
    left = (
        *left,
        clocks.start(ClockName.FEED_BACK, setting.policy.rulebook.clocks.feed_back, setting.now, setting.policy),
    )
    return moved(
        facts,
        EventKind.CARRIED_OUT,
        data,
        sealed={"finding": said.finding},
        rows=rows,
        **more,
        method=said.method,
        handler_id=setting.actor.id,
        owner_id=setting.actor.id,
        attempts=(),
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
    )


ACTS = (
    Act("propose", "提出处理方案 · propose a remedy", Propose, propose, frozenset({Stage.CARRY_OUT}), seek=others),
    Act("approve", "批准 · approve a proposal", Approve, approve, frozenset({Stage.APPROVAL})),
    Act("reject", "驳回 · reject a proposal", Reject, reject, frozenset({Stage.APPROVAL})),
    Act("carry-out", "落实 · carry the remedy out", CarryOut, carry_out, frozenset({Stage.CARRY_OUT}), load=money_of),
)
