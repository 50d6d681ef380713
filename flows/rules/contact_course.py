"""The course of a contact: attempts until the customer is reached, refuses, cannot be reached, or the round ends.

Each way ends at `recorded`, where the system notes what came of it and closes the case; the answers, the refusal, the
vain attempts are all kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.rules import assignment, calling, clocks, derivation, follow_up
from flows.rules.questionnaire import Answers
from models.values.case import CaseFacts, Decision, Opening, Reason, Refusal, StaffFacts
from models.values.chinese import chinese
from models.values.contact import ContactDetails
from models.values.policy import Policy
from models.values.round_terms import Disposition
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import ContactOutcome, Outcome

ENDS = {ContactOutcome.REFUSED: Disposition.REFUSED, ContactOutcome.WRONG_NUMBER: Disposition.WRONG_NUMBER}
"""Outcomes after which nobody calls again: he does not want to, or it is not he."""
UNREACHED = {
    ContactOutcome.NO_ANSWER: Disposition.NO_ANSWER,
    ContactOutcome.BUSY: Disposition.BUSY,
    ContactOutcome.CALL_BACK: Disposition.CALL_BACK,
}
REACHED = frozenset({Disposition.COMPLETE, Disposition.PARTIAL})


def attempted(
    facts: CaseFacts,
    outcome: ContactOutcome,
    call_back_at: datetime | None,
    by: StaffFacts,
    policy: Policy,
    now: datetime,
) -> Decision:
    """An attempt that brought no answers. Raises Refusal outside calling hours, or without a time to call back at."""
    calling.refuse_bad_hours(now, policy)
    attempts = (*facts.attempts, {"outcome": outcome, "at": now.isoformat(), "by": by.id})
    left = clocks.meet(facts.clocks, ClockName.CALL_BACK, now)
    disposition = ENDS.get(outcome)
    if disposition is None and calling.exhausted(attempts, policy):
        disposition = UNREACHED[outcome]
    data = {"outcome": outcome, "attempt": len(attempts), "disposition": disposition}
    if disposition is not None:
        why = Reason(f"不再联系：{chinese(disposition)}", f"nobody calls again: {disposition}")
        return _recorded_next(facts, EventKind.CONTACTED, disposition, data, (why,), now, attempts, by.id)
    if outcome is ContactOutcome.CALL_BACK:
        due = _agreed(call_back_at, facts, policy, now)
        why = Reason("客户约定回电时间", "the customer asked to be called then")
    else:
        due = calling.next_attempt(now, calling.tried(attempts, policy), policy)
        why = Reason("换一个时段再次联系", "the next attempt in another part of the day")
    changes = {"attempts": attempts, "clocks": (*left, clocks.timer(ClockName.CALL_BACK, now, due, why))}
    return Decision(EventKind.CONTACTED, {"stage": facts.stage, **changes}, (why,), data)


def answered(facts: CaseFacts, answers: Answers, by: StaffFacts | None, how: str, now: datetime) -> Decision:
    """The customer answered: to whoever called (`by`), or by his link. What he wrote goes under seal."""
    attempt = {"outcome": "reached", "at": now.isoformat(), "by": by.id if by else None}
    details = replace(ContactDetails.of(facts.details), answers=answers.coded, version=answers.version)
    facts = replace(facts, details=details.as_json())
    data = {"answers": dict(answers.coded), "questionnaire": answers.version, "by": how}
    sealed = dict(answers.texts) or None
    changes = {
        "satisfaction": answers.coded.get("satisfaction"),
        "expectation": answers.coded.get("expectation"),
    }
    why = Reason("客户已作答", "the customer answered")
    attempts = (*facts.attempts, attempt)
    id_ = by.id if by else None
    decision = _recorded_next(
        facts, EventKind.QUESTIONNAIRE_ANSWERED, Disposition.COMPLETE, data, (why,), now, attempts, id_
    )
    return replace(decision, changes={**decision.changes, **changes}, sealed=sealed)


def ended(facts: CaseFacts, now: datetime, *, cancelled: bool) -> Decision:
    """The round is over and this customer was not reached: what was tried is what came of it."""
    last = facts.attempts[-1]["outcome"] if facts.attempts else None
    disposition = UNREACHED[ContactOutcome(last)] if last else Disposition.NOT_WORKED
    why = (
        Reason("回访轮次已取消", "the round was cancelled")
        if cancelled
        else Reason("回访轮次已截止", "the round ended")
    )
    data = {"disposition": disposition, "cancelled": cancelled, "attempts": len(facts.attempts)}
    return _recorded_next(
        facts, EventKind.CONTACT_ENDED, disposition, data, (why,), now, facts.attempts, facts.owner_id
    )


def recorded(facts: CaseFacts, complaint: Opening | None, now: datetime) -> Decision:
    """What came of it, on record; a complaint that the customer's words amount to is opened with it."""
    details = ContactDetails.of(facts.details)
    disposition = Disposition(details.disposition or Disposition.NOT_WORKED)
    data: dict[str, Any] = {"disposition": disposition, "complaint": None}
    reasons = [Reason(f"回访结果：{chinese(disposition)}", f"what came of it: {disposition}")]
    if complaint is not None:
        details = replace(details, complaint=complaint.facts.id)
        data["complaint"] = str(complaint.facts.id)
        reasons.append(Reason("客户所述构成投诉，已立案", "what the customer said is a complaint: opened"))
    owed = clocks.promised(facts.clocks)
    if owed:
        data["promises"] = [one.ref for one in owed]
        reasons.append(Reason(f"尚有 {len(owed)} 项承诺待兑现", f"{len(owed)} promises are still to be kept"))
    changes = {
        "stage": Stage.PROMISED if owed else Stage.CLOSED,
        "outcome": Outcome.REACHED if disposition in REACHED else Outcome.NOT_REACHED,
        "closed_at": None if owed else now,
        "owner_id": facts.handler_id if owed else facts.owner_id,
        "details": details.as_json(),
        "overdue": follow_up.overdue(owed, now),
    }
    opens = (complaint,) if complaint else ()
    return Decision(EventKind.CONTACT_RECORDED, changes, tuple(reasons), data, opens=opens)


def barred(facts: CaseFacts, actor: StaffFacts) -> Reason | None:
    """Why somebody who decides on this contact may still not make the call himself; None: he may."""
    return assignment.REVISITS if actor.id in ContactDetails.of(facts.details).barred else None


def _agreed(call_back_at: datetime | None, facts: CaseFacts, policy: Policy, now: datetime) -> datetime:
    """When the customer wants to be called: ahead, within calling hours, before the round ends."""
    if call_back_at is None or call_back_at <= now:
        raise Refusal("请填写将来的回电时间", "say when to call back (call_back_at, in the future)")
    calling.refuse_bad_hours(call_back_at, policy)
    closes = datetime.fromisoformat(ContactDetails.of(facts.details).closes_at)
    if call_back_at >= closes:
        said = f"{derivation.local(closes)}"
        raise Refusal(f"回电时间须早于本轮截止时间 {said}", f"call back before the round ends, at {said}")
    return call_back_at


def _recorded_next(
    facts: CaseFacts,
    event: EventKind,
    disposition: Disposition,
    data: Mapping[str, Any],
    reasons: tuple[Reason, ...],
    now: datetime,
    attempts: tuple[Mapping[str, Any], ...],
    by: int | None,
) -> Decision:
    details = replace(ContactDetails.of(facts.details), disposition=disposition)
    changes = {
        "stage": Stage.RECORDED,
        "attempts": attempts,
        "clocks": clocks.meet_all(facts.clocks, now),
        "handler_id": by,
        "hold": None,
        "poked": False,
        "details": details.as_json(),
    }
    return Decision(event, changes, reasons, data)
