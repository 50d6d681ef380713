"""A request turns into a complaint by one act; a complaint into a request only with four eyes. The history stays."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flows.acts.act import Act, Setting, moved
from flows.acts.direction import relatives
from flows.acts.inputs import ActInput, Line, Text
from flows.acts.refusals import NotYours
from flows.rules import referrals, triage, vouchers
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.classification import Classification
from models.values.request import Asked, RequestDetails
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Category, Kind, Procedure, Severity


class TurnIntoComplaint(ActInput):
    """The customer is not only asking: he complains."""

    category: Category
    severity: Severity | None = None
    why: Text


class TurnIntoRequest(ActInput):
    """Asks that a complaint, which was none, become a request; a second person agrees or refuses."""

    kind: Kind
    why: Text


class AgreeTurn(ActInput):
    """It was no complaint: it becomes what was asked."""

    remark: Line | None = None


class RefuseTurn(ActInput):
    """It stays a complaint."""

    why: Text


def turn_into_complaint(facts: CaseFacts, said: TurnIntoComplaint, setting: Setting) -> Decision:
    """What he complains of now began when he said so, if the request was closed; else when it came in."""
    if facts.procedure is not Procedure.REQUEST:
        raise Refusal("该工单已是投诉", "this case is a complaint already")
    closed = facts.stage is Stage.CLOSED
    begun = replace(facts, received_at=setting.now) if closed else facts
    called = setting.policy.called
    was = called(facts.kind) if facts.kind else "受理"
    why = Reason(f"{was}转为{called(Kind.COMPLAINT)}", f"{facts.kind} turned into a complaint")
    reading = _reading(facts, Kind.COMPLAINT, why, said.category, said.severity)
    decision = triage.decide(begun, reading, setting.loaded, setting.policy, setting.now, sure=True, proposed=False)
    changes = {**decision.changes, "details": _was(facts), "attempts": (), "hold": None}
    if closed:
        changes |= {"outcome": None, "score": None, "closed_at": None, "solved": None, "withdrawn": False}
    return _turned(decision, EventKind.TURNED_INTO_COMPLAINT, facts, changes, {"why": said.why})


def turn_into_request(facts: CaseFacts, said: TurnIntoRequest, setting: Setting) -> Decision:
    if said.kind is Kind.COMPLAINT:
        raise Refusal("该工单已是投诉", "this case is a complaint already")
    _refuse_what_waits(facts)
    known = replace(RequestDetails.of(facts.details), asked=Asked(said.kind, setting.actor.id))
    why = Reason(
        f"申请转为{setting.policy.called(said.kind)}，须他人复核",
        f"asked to become {said.kind}: a second person decides",
    )
    return moved(
        facts,
        EventKind.TURN_ASKED,
        {"kind": said.kind},
        reasons=(why,),
        sealed={"why": said.why},
        details=known.within(facts.details),
        proposer_id=setting.actor.id,
        owner_id=None,
    )


def agree_turn(facts: CaseFacts, said: AgreeTurn, setting: Setting) -> Decision:
    """Its term to answer begins now: counted from when the complaint came in, it might be over before it began."""
    asked = _asked(facts, setting)
    _refuse_what_waits(facts)
    why = Reason(
        f"复核同意转为{setting.policy.called(asked.kind)}",
        f"agreed by a second person: it becomes {asked.kind}",
    )
    reading = _reading(facts, asked.kind, why)
    begun = replace(facts, received_at=setting.now)
    decision = triage.decide(begun, reading, setting.loaded, setting.policy, setting.now, sure=True, proposed=False)
    changes = {**decision.changes, "details": _was(facts), "proposer_id": None}
    sealed = {"remark": said.remark} if said.remark else None
    return _turned(decision, EventKind.TURNED_INTO_REQUEST, facts, changes, sealed)


def refuse_turn(facts: CaseFacts, said: RefuseTurn, setting: Setting) -> Decision:
    _asked(facts, setting)
    known = replace(RequestDetails.of(facts.details), asked=None)
    back = facts.proposer_id
    return moved(
        facts,
        EventKind.TURN_REFUSED,
        {},
        sealed={"why": said.why},
        details=known.within(facts.details),
        owner_id=back,
        proposer_id=None,
        poked=back is not None,  # he may be away by now
    )


def _asked(facts: CaseFacts, setting: Setting) -> Asked:
    """What was asked, for somebody else with the authority to decide on it."""
    asked = RequestDetails.of(facts.details).asked
    if asked is None:
        raise Refusal("没有待复核的转换申请", "nobody asked that this complaint become a request")
    needed = setting.policy.rulebook.requests.turned_by_level
    if setting.actor.id == asked.by or setting.actor.level < needed:
        raise NotYours(
            f"须由他人(至少 {needed} 级)复核",
            f"a second person of level {needed} or above decides on that, not the one who asked",
        )
    return asked


def _refuse_what_waits(facts: CaseFacts) -> None:
    """A request settles nothing and answers no regulator: what a complaint began of that, it ends."""
    if referrals.waited_for(facts):
        raise Refusal("监管转办尚未答复，不能转为其他受理", "the regulator waits for an answer: answer it first")
    if vouchers.with_finance(facts):
        raise Refusal("付款正在财务处理中，不能转为其他受理", "a payment is with finance: wait until that is settled")
    remedy = facts.remedy or {}
    if remedy.get("approved") and Decimal(remedy["compensation"]):
        raise Refusal(
            "已批准赔付，不能转为其他受理；如不再赔付，请先重新提出不含赔付的方案",
            "compensation is approved: where none is owed after all, propose a remedy without any first",
        )


def _was(facts: CaseFacts) -> dict[str, Any]:
    known = RequestDetails.of(facts.details)
    kinds = (*known.was, facts.kind) if facts.kind else known.was
    return replace(known, asked=None, was=kinds).within(facts.details)


def _reading(
    facts: CaseFacts, kind: Kind, why: Reason, category: Category | None = None, severity: Severity | None = None
) -> Classification:
    severity = severity or facts.severity or Severity.MINOR
    return Classification(kind, category, None, severity, facts.business_line, 1.0, facts.urgent, (why,))


def _turned(
    decision: Decision, event: EventKind, facts: CaseFacts, changes: dict[str, Any], sealed: dict[str, Any] | None
) -> Decision:
    """As classified anew, under an event of its own; a complaint that joins another one stays `linked`."""
    event = decision.event if decision.event is EventKind.LINKED else event
    data = {**decision.data, "was": facts.kind}
    return replace(decision, event=event, changes=changes, data=data, sealed=sealed, private=False)


ACTS = (
    Act(
        "turn-into-complaint",
        "转为投诉 · the customer complains",
        TurnIntoComplaint,
        turn_into_complaint,
        frozenset({Stage.ANSWER, Stage.REVISIT, Stage.PROMISED, Stage.CLOSED}),
        load=relatives,
    ),
    Act(
        "turn-into-request",
        "申请转为其他受理 · ask that a complaint become a request",
        TurnIntoRequest,
        turn_into_request,
        frozenset({Stage.CARRY_OUT}),
    ),
    Act(
        "agree-turn",
        "复核同意转换 · agree that it was no complaint",
        AgreeTurn,
        agree_turn,
        frozenset({Stage.APPROVAL}),
        load=relatives,
    ),
    Act(
        "refuse-turn",
        "复核不同意转换 · it stays a complaint",
        RefuseTurn,
        refuse_turn,
        frozenset({Stage.APPROVAL}),
    ),
)
