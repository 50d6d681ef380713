"""What is asked of finance: advances, the rest of a proposal when it is carried through, a voucher once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Text
from flows.acts.money import money, money_of
from flows.acts.settling import PAYING, SETTLING, approved
from flows.rules import settlement as rules
from flows.rules import vouchers
from models.values.case import CaseFacts, Decision, Reason, Refusal, Row
from models.values.money_terms import PaymentKind, PaymentState
from models.values.settlement import Money, Payment, text
from models.values.stage_terms import EventKind

Amount = Annotated[Decimal, Field(ge=Decimal("0.01"), le=100_000_000, max_digits=11, decimal_places=2)]
PaymentNumber = Annotated[int, Field(ge=1, le=1_000, strict=True)]


class Advance(ActInput):
    """先行赔付: pay a part of the approved compensation now."""

    amount: Amount
    why: Text


class Voucher(ActInput):
    """Send finance a voucher again that it sent back; `payment` is its number within the case."""

    payment: PaymentNumber
    note: Text | None = None


def advance(facts: CaseFacts, said: Advance, setting: Setting) -> Decision:
    approved(facts)
    refuse_other_customer(facts)
    left = rules.to_request(facts.remedy)
    if said.amount > left:
        raise Refusal(
            f"先行赔付不得超过已批准而未支付的金额({text(left)})",
            f"an advance cannot exceed what is approved and not on its way yet ({text(left)})",
        )
    remedy = dict(facts.remedy or {})
    refuse_over_limit(remedy, left, money(setting))
    payment, changes = requested(facts, PaymentKind.ADVANCE, said.amount, setting)
    advanced = said.amount + Decimal(remedy.get("advanced", 0))
    changes["remedy"] = vouchers.noted(remedy, payment) | {"advanced": text(advanced)}
    data, rows = rules.ledger_data(payment), (rules.row(payment),)
    return Decision(EventKind.ADVANCED, changes, (_with_finance(payment),), data, {"why": said.why}, rows=rows)


def voucher(facts: CaseFacts, said: Voucher, setting: Setting) -> Decision:
    held = money(setting)
    payment = next((one for one in held.payments if one.number == said.payment), None)
    if payment is None or payment.state is not PaymentState.RETURNED:
        raise Refusal("没有被退回的该笔付款", "no payment of that number was sent back on this case")
    if not vouchers.belongs(facts.remedy, payment):
        raise Refusal(
            "该笔付款不属于现行处理方案，不得重新提交",
            "this payment is none of the standing proposal: what is still to be paid is proposed anew",
        )
    refuse_over_limit(facts.remedy, payment.amount, held)
    again, clock = rules.sent_again(payment, setting.policy.rulebook.settlement, setting.policy, setting.now)
    changes = {"settlings": facts.settlings + 1, "clocks": (*facts.clocks, clock), "paid": facts.paid + again.amount}
    sealed = {"note": said.note} if said.note else None
    data, rows = rules.ledger_data(again), (rules.row(again),)
    return Decision(EventKind.VOUCHERED, changes, (_with_finance(again),), data, sealed, rows=rows)


def refuse_other_customer(facts: CaseFacts) -> None:
    """Before money goes anywhere: what was paid to who was named since the proposal is not in its sum."""
    remedy = facts.remedy or {}
    if Decimal(remedy.get("compensation", 0)) and remedy.get("customer", facts.customer_id) != facts.customer_id:
        raise Refusal(
            "提案后认定了客户，须重新提出方案(待审批的请先驳回)以合并计算赔付",
            "the customer was named after the proposal: propose again (reject first what waits for approval), so that "
            "his other payments are counted",
        )


def refuse_over_limit(remedy: Mapping[str, Any] | None, more: Decimal, held: Money) -> None:
    """What became known since the approval counts: a proposal that was within no limit may be over one now, or beside
    one in another currency.
    """
    said = remedy or {}
    if said.get("goodwill"):
        return
    if why := rules.over_limit(more, held):
        raise Refusal(why.zh, why.en)
    if held.unlike - set(said.get("unlike", ())):
        raise Refusal(
            "提案后同一运单有了其他币种的保价、赔付或承诺，须重新提出方案",
            "since the proposal the waybill has a limit, payments or promises in another currency: propose again",
        )


def requested(facts: CaseFacts, kind: PaymentKind, amount: Decimal, setting: Setting) -> tuple[Payment, dict[str, Any]]:
    """A payment that goes to finance with this decision, and the changes of the case that belong to it."""
    terms, policy = setting.policy.rulebook.settlement, setting.policy
    made, clock = rules.request(facts, money(setting), kind, amount, setting.actor.id, terms, policy, setting.now)
    changes = {"settlings": facts.settlings + 1, "clocks": (*facts.clocks, clock), "paid": facts.paid + amount}
    return made, changes


@dataclass(frozen=True)
class Due:
    """What of a proposal is asked of finance with a decision: the facts that change, the rows beside the case."""

    changes: dict[str, Any]
    rows: tuple[Row, ...]
    data: dict[str, Any]
    why: Reason


def carried_through(facts: CaseFacts, setting: Setting) -> Due | None:
    """What of the approved proposal finance was not asked for yet, asked now; None: nothing. Raises Refusal."""
    due = rules.to_request(facts.remedy)
    if not due or not (facts.remedy or {}).get("approved"):
        return None
    refuse_other_customer(facts)
    refuse_over_limit(facts.remedy, due, money(setting))
    payment, changes = requested(facts, PaymentKind.COMPENSATION, due, setting)
    changes["remedy"] = vouchers.noted(facts.remedy, payment) | {"requested": True}
    return Due(changes, (rules.row(payment),), {"with_finance": rules.ledger_data(payment)}, _with_finance(payment))


def _with_finance(payment: Payment) -> Reason:
    what = f"{payment.voucher}: {text(payment.amount)} {payment.currency}"
    return Reason(f"{what}，待财务确认", f"{what}, with finance")


ACTS = (
    Act("advance", "先行赔付 · pay a part in advance", Advance, advance, SETTLING, on_hold=True, load=money_of),
    Act("voucher", "付款凭证 · send finance a voucher again", Voucher, voucher, PAYING, on_hold=True, load=money_of),
)
