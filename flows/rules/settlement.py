"""Settlement with the customer: what is owed at most, what is still to be paid, and the payments with finance.

It never asks who is liable inside the firm (`liability`): the customer does not wait for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flows.rules import clocks
from models.values.case import CaseFacts, Deadline, Reason, Row
from models.values.money_policy import SettlementTerms
from models.values.money_terms import LimitBasis, PaymentKind, PaymentState
from models.values.policy import Policy
from models.values.settlement import CENT, Money, Payment, Settlement, Waybill, text
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import Category

STANDING = frozenset({PaymentState.AWAITING, PaymentState.CONFIRMED, PaymentState.PAID})
"""Payments that count: paid, or on their way."""
WITH_FINANCE = frozenset({PaymentState.AWAITING, PaymentState.CONFIRMED})
PROMISING = frozenset({Stage.CARRY_OUT, Stage.APPROVAL, Stage.LINKED})
"""Stages at which a proposal of money stands; that of a case linked before anybody looked at its money stands too."""


def owed(known: Settlement, category: Category | None, terms: SettlementTerms) -> tuple[Settlement, Reason]:
    """The most that is owed: the declared value, else a multiple of the freight; never more than the loss.

    Unknown is not zero: without a declared value and without the freight there is no limit to hold to.
    """
    if known.declared_value is not None:
        most, basis = known.declared_value, LimitBasis.DECLARED_VALUE
        how = Reason(f"保价 {text(most)}", f"declared value {text(most)}")
    elif known.freight is not None:
        multiple = terms.freight_multiples.get(category, terms.freight_multiple) if category else terms.freight_multiple
        most, basis = (known.freight * multiple).quantize(CENT, ROUND_HALF_UP), LimitBasis.FREIGHT
        how = Reason(f"未保价，运费的 {multiple:f} 倍", f"no declared value: {multiple:f} times the freight")
    else:
        unknown = Reason("保价与运费均未知，限额未定", "neither declared value nor freight is known: no limit yet")
        return replace(known, owed_at_most=None, limit_basis=None), unknown
    if known.loss is not None and known.loss < most:
        most = known.loss
        how = Reason(f"{how.zh}，以实际损失为限", f"{how.en}, but no more than the loss")
    currency = known.currency
    why = Reason(f"赔付限额 {text(most)} {currency}：{how.zh}", f"at most {text(most)} {currency}: {how.en}")
    return replace(known, owed_at_most=most, limit_basis=basis), why


def assessed(
    known: Settlement, others: Waybill, category: Category | None, terms: SettlementTerms
) -> tuple[Settlement, Reason]:
    """What a case knows of its loss, with the limit as of now: by its category of today, and by its whole waybill.

    What this case does not know of the waybill, another one may. Where they differ, the lower value binds: writing
    another one down on the next case raises no limit. The loss is each case's own.
    """
    declared = _lower(known.declared_value, others.declared_value)
    freight = _lower(known.freight, others.freight)
    found, why = owed(replace(known, declared_value=declared, freight=freight), category, terms)
    if known.declared_value not in (None, declared) or known.freight not in (None, freight):
        why = Reason(
            f"{why.zh}(同一运单另有较低的记录，以较低者为准)",
            f"{why.en} (another case on the waybill has a lower value: the lower one binds)",
        )
    return replace(known, owed_at_most=found.owed_at_most, limit_basis=found.limit_basis), why


def of_waybill(
    known: Settlement | None, others: Waybill, facts: CaseFacts, terms: SettlementTerms
) -> Settlement | None:
    """The same of a case that may have no settlement of its own; None: nothing is known."""
    if known is None and others == Waybill():
        return None
    return assessed(known or Settlement(facts.id, terms.currency), others, facts.category, terms)[0]


def raises(after: Settlement, facts: CaseFacts, money: Money) -> bool:
    """Whether more is owed after this than what money was promised or paid by: it may be room made for more."""
    before = money.settlement.owed_at_most if money.settlement else None
    moved = committed(money.payments) + money.elsewhere + promised(facts.stage, facts.remedy)
    return bool(moved) and before is not None and (after.owed_at_most is None or after.owed_at_most > before)


def over_limit(more: Decimal, money: Money) -> Reason | None:
    """Why so much more is more than is owed; None: it is not.

    It counts together with what this case has paid or on its way, and with what other cases on its waybill promised or
    pay: two halves are one sum.
    """
    most = money.settlement.owed_at_most if money.settlement else None
    before = committed(money.payments) + money.elsewhere
    if not more or most is None or more + before <= most:
        return None
    zh = en = ""
    if before:
        zh = f"(同一运单已赔付或承诺 {text(before)})"
        en = f" with {text(before)} paid or promised on its waybill"
    return Reason(
        f"赔付 {text(more)}{zh}超过限额 {text(most)}；如属通融赔付请注明 goodwill",
        f"{text(more)}{en} is more than the {text(most)} owed at most; say goodwill to pay more",
    )


def committed(payments: Sequence[Payment]) -> Decimal:
    """What of a case is paid or on its way."""
    return sum((one.amount for one in payments if one.state in STANDING), Decimal(0))


def to_request(remedy: Mapping[str, Any] | None) -> Decimal:
    """What of the standing proposal is neither advanced nor with finance yet."""
    if remedy is None or remedy.get("requested"):
        return Decimal(0)
    return Decimal(remedy["compensation"]) - Decimal(remedy.get("advanced", 0))


def promised(stage: Stage, remedy: Mapping[str, Any] | None) -> Decimal:
    """What of a case is promised and no payment yet: its proposal waits for approval, or was approved."""
    if remedy is None or stage not in PROMISING or not (stage is Stage.APPROVAL or remedy["approved"]):
        return Decimal(0)
    return to_request(remedy)


def request(
    facts: CaseFacts,
    money: Money,
    kind: PaymentKind,
    amount: Decimal,
    actor_id: int,
    terms: SettlementTerms,
    policy: Policy,
    now: datetime,
) -> tuple[Payment, Deadline]:
    """A new payment, its voucher with finance, and the clock that waits for it."""
    number = len(money.payments) + 1
    clock = clocks.start(ClockName.PAYMENT, terms.pay_within, now, policy, ref=number)
    payment = Payment(
        case_id=facts.id,
        number=number,
        kind=kind,
        amount=amount,
        currency=terms.currency,
        state=PaymentState.AWAITING,
        voucher=f"PV-{facts.number}-{number}",
        requested_by=actor_id,
        requested_at=now,
        due_at=clock.due_at,
        agreed_at=money.settlement.agreed_at if money.settlement else None,
    )
    return payment, clock


def sent_again(payment: Payment, terms: SettlementTerms, policy: Policy, now: datetime) -> tuple[Payment, Deadline]:
    """A payment whose voucher came back, with finance once more: the same money, so never a second payment."""
    clock = clocks.start(ClockName.PAYMENT, terms.pay_within, now, policy, ref=payment.number)
    fresh = replace(payment, state=PaymentState.AWAITING, due_at=clock.due_at, confirmed_by=None, confirmed_at=None)
    return fresh, clock


def void_agreement(known: Settlement | None) -> tuple[Row, ...]:
    """A new proposal is not what the customer agreed to; payments he agreed to stay agreed."""
    if known is None or known.agreed_at is None:
        return ()
    return (row(replace(known, agreed_amount=None, agreed_at=None, agreed_how=None, agreed_party=None)),)


def row(one: Settlement | Payment) -> Row:
    """The row that a decision writes beside the case."""
    values = dict(vars(one))
    if isinstance(one, Settlement):
        values["evidence"] = [piece.as_json() for piece in one.evidence]
        return Row("settlements", values)
    return Row("payments", values)


def ledger_data(payment: Payment) -> dict[str, object]:
    """A payment as its events have it."""
    return {
        "payment": payment.number,
        "kind": payment.kind,
        "amount": text(payment.amount),
        "currency": payment.currency,
        "voucher": payment.voucher,
        "due_at": payment.due_at.isoformat(),
    }


def _lower(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return min((value for value in (one, other) if value is not None), default=None)
