"""Finance: confirm a voucher or send it back, pay. Never by whoever proposed or handled what is paid."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Text
from flows.acts.money import money, money_of
from flows.acts.refusals import NotYours
from flows.acts.settling import PAYING
from flows.acts.to_finance import PaymentNumber
from flows.rules import clocks, follow_up, vouchers
from flows.rules import settlement as rules
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.money_terms import PaymentKind, PaymentState
from models.values.settlement import Payment, text
from models.values.stage_terms import ClockName, EventKind


class ConfirmVoucher(ActInput):
    """Finance checked the voucher; `payment` is its number within the case."""

    payment: PaymentNumber


class ReturnVoucher(ActInput):
    """Finance sends the voucher back: it is paid only after a new one."""

    payment: PaymentNumber
    why: Text


class Pay(ActInput):
    """Finance paid a confirmed voucher: on which day, under which reference of the bank."""

    payment: PaymentNumber
    paid_on: date
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,64}$")]


def confirm_voucher(facts: CaseFacts, said: ConfirmVoucher, setting: Setting) -> Decision:
    payment = _of_finance(facts, said.payment, setting)
    if payment.state is not PaymentState.AWAITING:
        raise Refusal("该凭证不待确认", f"this voucher does not wait to be confirmed: it is {payment.state}")
    done = replace(payment, state=PaymentState.CONFIRMED, confirmed_by=setting.actor.id, confirmed_at=setting.now)
    why = Reason(f"财务已确认 {payment.voucher}", f"finance confirms {payment.voucher}")
    return _decided(facts, EventKind.VOUCHER_CONFIRMED, done, why, {})


def return_voucher(facts: CaseFacts, said: ReturnVoucher, setting: Setting) -> Decision:
    payment = _of_finance(facts, said.payment, setting)
    if payment.state not in rules.WITH_FINANCE:
        raise Refusal("该凭证不在财务处理中", f"this voucher is not with finance: it is {payment.state}")
    why = Reason(f"财务退回 {payment.voucher}", f"finance returns {payment.voucher}")
    again = vouchers.belongs(facts.remedy, payment)  # what no proposal stands for is never asked for again
    done = replace(payment, state=PaymentState.RETURNED if again else PaymentState.CANCELLED)
    changes = _met(facts, payment, setting) | {"paid": facts.paid - payment.amount}
    return _decided(facts, EventKind.VOUCHER_RETURNED, done, why, changes, {"why": said.why})


def pay(facts: CaseFacts, said: Pay, setting: Setting) -> Decision:
    payment = _of_finance(facts, said.payment, setting)
    if payment.state is not PaymentState.CONFIRMED:
        raise Refusal("仅已确认的凭证可以付款", f"only a confirmed voucher is paid; this one is {payment.state}")
    if payment.kind is PaymentKind.COMPENSATION and payment.agreed_at is None:
        raise Refusal(
            "客户尚未同意，仅可先行赔付", "the customer has not agreed yet; until then only advances are paid"
        )
    first = payment.requested_at.astimezone(SHANGHAI).date()
    if not first <= said.paid_on <= setting.now.astimezone(SHANGHAI).date():
        raise Refusal(
            "付款日期须在开具凭证之日至今日之间", "the day of payment must lie between the voucher's day and today"
        )
    done = replace(
        payment,
        state=PaymentState.PAID,
        paid_by=setting.actor.id,
        paid_on=said.paid_on,
        reference=said.reference,
    )
    paid = f"{text(payment.amount)} {payment.currency}"
    why = Reason(f"{payment.voucher} 已付 {paid}", f"{payment.voucher}: {paid} paid")
    more = {"paid_on": said.paid_on.isoformat(), "reference": said.reference}
    return _decided(facts, EventKind.PAID, done, why, _met(facts, payment, setting), more=more)


def _of_finance(facts: CaseFacts, number: int, setting: Setting) -> Payment:
    """The payment of that number; raises NotYours or Refusal."""
    actor = setting.actor
    held = money(setting)
    payment = next((one for one in held.payments if one.number == number), None)
    if payment is None:
        raise Refusal("没有该笔付款", "there is no such payment on this case")
    if actor.id in {facts.proposer_id, facts.handler_id, payment.requested_by, *held.hands}:
        raise NotYours("经办人不得付款", "who proposed or handled it does not pay it")
    return payment


def _met(facts: CaseFacts, payment: Payment, setting: Setting) -> dict[str, Any]:
    left = clocks.meet(facts.clocks, ClockName.PAYMENT, setting.now, ref=payment.number)
    return {"clocks": left, "overdue": follow_up.overdue(left, setting.now)}


def _decided(
    facts: CaseFacts,
    event: EventKind,
    payment: Payment,
    why: Reason,
    changes: dict[str, Any],
    sealed: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
) -> Decision:
    data = rules.ledger_data(payment) | (more or {})
    changes = {"settlings": facts.settlings + 1, **changes}
    return Decision(event, changes, (why,), data, sealed, rows=(rules.row(payment),))


ACTS = (
    Act(
        "confirm-voucher",
        "财务确认凭证 · finance confirms a voucher",
        ConfirmVoucher,
        confirm_voucher,
        PAYING,
        on_hold=True,
        load=money_of,
    ),
    Act(
        "return-voucher",
        "财务退回凭证 · finance sends a voucher back",
        ReturnVoucher,
        return_voucher,
        PAYING,
        on_hold=True,
        load=money_of,
    ),
    Act(
        "pay",
        "财务付款 · finance paid",
        Pay,
        pay,
        PAYING,
        on_hold=True,
        load=money_of,
    ),
)
