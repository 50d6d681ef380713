"""Settlement with the customer: the loss and its limit, his agreement. What is asked of finance: `to_finance`."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Input, Line, Moment, Text
from flows.acts.money import money, money_of
from flows.acts.refusals import NotYours
from flows.rules import agreement, vouchers
from flows.rules import settlement as rules
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.money_terms import EvidenceKind
from models.values.settlement import Evidence, Money, Settlement, text
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Channel, Party

Value = Annotated[Decimal, Field(ge=0, le=100_000_000, max_digits=11, decimal_places=2)]
EVIDENCE_AT_MOST = 100

SETTLING = frozenset(
    {
        Stage.CARRY_OUT,
        Stage.APPROVAL,
        Stage.FEED_BACK,
        Stage.REVISIT,
        Stage.WRITTEN_ANSWER,
        Stage.FINAL_POSITION,
        Stage.ANALYSIS,
        Stage.CONFIRMATION,
        Stage.PROMISED,
        Stage.SCORING,
    }
)
"""Where there is something to settle: it is known what it is, and no other case answers."""
PAYING = SETTLING | {Stage.CLOSED, Stage.LINKED}
"""Money may move after the case is closed, or answered by another one: the customer was told, or agrees late; finance
is not done yet."""


class Piece(Input):
    """A paper or picture by its reference in the archive, never by what it shows; `sha256` proves it is the same."""

    kind: EvidenceKind
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,128}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Settle(ActInput):
    """What is known of the loss; what is left out stays as it was known. Amounts in the rulebook's currency.

    Of a waybill's cases that differ, the lower value binds. What is owed rises, once money was promised or paid by it,
    and changes after the case is over, only by the level of good will, with a `note` why.
    """

    declared_value: Value | None = None
    freight: Value | None = None
    loss: Value | None = None
    evidence: Annotated[tuple[Piece, ...], Field(max_length=30)] = ()
    note: Text | None = None


class Agree(ActInput):
    """The customer agreed to the approved proposal: to how much, when, how, who."""

    amount: Value
    agreed_at: Moment
    how: Channel
    party: Party = Party.UNKNOWN
    by: Line


def settle(facts: CaseFacts, said: Settle, setting: Setting) -> Decision:
    terms, held = setting.policy.rulebook.settlement, money(setting)
    if facts.stage not in SETTLING and held.settlement is None:
        raise Refusal("没有可更正的理赔记录", "nothing was recorded that could be corrected")
    known = _settlement(facts, held, terms.currency)
    given = {name: getattr(said, name) for name in ("declared_value", "freight", "loss")}
    new = (Evidence(one.kind, one.reference, one.sha256) for one in said.evidence)
    pieces = tuple(dict.fromkeys((*known.evidence, *new)))
    if len(pieces) > EVIDENCE_AT_MOST:
        raise Refusal(f"证据最多 {EVIDENCE_AT_MOST} 件", f"a settlement holds at most {EVIDENCE_AT_MOST} pieces")
    known = replace(known, evidence=pieces, **{name: value for name, value in given.items() if value is not None})
    after, why = rules.assessed(known, held.waybill, facts.category, terms)
    if facts.stage not in SETTLING or rules.raises(after, facts, held):
        _refuse_without_authority(said, setting)
    data = {name: _text(getattr(after, name)) for name in ("declared_value", "freight", "loss", "owed_at_most")}
    data |= {"currency": after.currency, "limit_basis": after.limit_basis}
    return Decision(
        EventKind.SETTLED,
        {"settlings": facts.settlings + 1},
        (why,),
        data | {"evidence": [one.as_json() for one in after.evidence]},
        {"note": said.note} if said.note else None,
        rows=(rules.row(after),),
    )


def _refuse_without_authority(said: Settle, setting: Setting) -> None:
    """Raises NotYours or Refusal. A value that was wrong may be corrected, but not by who wants to pay more by it."""
    level = setting.policy.rulebook.settlement.goodwill_level
    if setting.actor.level < level:
        raise NotYours(
            f"已据此承诺或支付赔付，或已结案：提高限额须由 {level} 级以上人员更正",
            f"money was promised or paid by this, or the case is over: to raise what is owed is a correction for level "
            f"{level} or above",
        )
    if said.note is None:
        raise Refusal("请说明更正原因(note)", "say why it is corrected (note)")


def agree(facts: CaseFacts, said: Agree, setting: Setting) -> Decision:
    compensation = approved(facts)
    if facts.stage is Stage.CLOSED and not vouchers.unagreed(facts.remedy, money(setting).payments):
        raise Refusal("已结案，且没有待客户同意的付款", "the case is closed, and no payment waits for an agreement")
    if said.agreed_at > setting.now:
        raise Refusal("同意时间不能在将来", "an agreement cannot lie in the future")
    if said.agreed_at < _proposed_at(facts):
        raise Refusal("同意时间不能早于提出方案", "an agreement cannot come before the proposal it is about")
    if said.amount != compensation:
        raise Refusal(
            f"客户同意的金额须与已批准的方案一致({text(compensation)})",
            f"the agreement must be about the approved amount ({text(compensation)}); propose anew for another",
        )
    known = _settlement(facts, money(setting), setting.policy.rulebook.settlement.currency)
    after = replace(
        known, agreed_amount=said.amount, agreed_at=said.agreed_at, agreed_how=said.how.value, agreed_party=said.party
    )
    data = {"amount": text(said.amount), "currency": known.currency, "agreed_at": said.agreed_at.isoformat()}
    data |= {"how": said.how, "party": said.party}
    why = Reason(f"客户同意赔付 {text(said.amount)}", f"the customer agrees to {text(said.amount)} {known.currency}")
    changes = {"settlings": facts.settlings + 1}
    rows = agreement.agreed(facts, after, money(setting))
    return Decision(EventKind.AGREED, changes, (why,), data, {"by": said.by}, rows=rows)


def approved(facts: CaseFacts) -> Decimal:
    """The whole compensation approved; raises Refusal when there is none."""
    if facts.remedy is None or not facts.remedy["approved"]:
        raise Refusal("尚无已批准的处理方案", "there is no approved proposal")
    compensation = Decimal(facts.remedy["compensation"])
    if not compensation:
        raise Refusal("方案不含赔付", "the proposal holds no compensation")
    return compensation


def _proposed_at(facts: CaseFacts) -> datetime:
    """To the minute, as people say it; of a proposal of before this was noted, when the complaint came in."""
    at = (facts.remedy or {}).get("proposed_at")
    since = datetime.fromisoformat(at) if at else facts.received_at
    return since.replace(second=0, microsecond=0)


def _settlement(facts: CaseFacts, held: Money, currency: str) -> Settlement:
    return held.settlement or Settlement(facts.id, currency)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else text(amount)


ACTS = (
    Act("settle", "理赔核定 · record the loss, its evidence and limit", Settle, settle, PAYING, load=money_of),
    Act("agree", "客户同意 · the customer agrees to the amount", Agree, agree, PAYING, on_hold=True, load=money_of),
)
