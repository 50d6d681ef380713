"""The short path: which answers are followed by a revisit, what first-contact resolution is, what a revisit changes.

Source: the trade's practice, "Other kinds arrive by the same door".
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flows.rules import clocks, follow_up, referrals
from flows.rules.request_course import SHORT
from models.values.case import CaseFacts, Decision, Reason
from models.values.classification import Classification
from models.values.course_policy import Requests
from models.values.policy import Policy
from models.values.request import RequestDetails
from models.values.stage_terms import ClockName, EventKind
from models.values.vocabulary import Kind, Outcome

FURTHER = frozenset(
    {
        EventKind.REASSIGNED,
        EventKind.UNASSIGNED,
        EventKind.ESCALATED,
        EventKind.HELD,
        EventKind.PROMISED,
        EventKind.CONTACTED,
        EventKind.SURVEYED,
        EventKind.OVERDUE,
        EventKind.TURNED_INTO_REQUEST,
    }
)
"""What takes an answer beyond the first contact."""


def drawn(case_id: UUID, share: float) -> bool:
    """Whether this case is among the share that is revisited: by its id alone, so that nobody can choose."""
    draw = hashlib.sha256(b"redress request revisit" + case_id.bytes).digest()
    return int.from_bytes(draw[:8]) < share * 2**64


def revisited(facts: CaseFacts, policy: Requests) -> tuple[bool, Reason]:
    """Whether the answer is followed by a revisit, and why."""
    share = policy.revisit_share.get(facts.kind, 0.0) if facts.kind else 0.0
    if facts.caller_key is None and facts.customer_id is None:
        return False, Reason("来电人未知，无法回访", "nobody knows who called: there is nobody to call back")
    if drawn(facts.id, share):
        return True, Reason(f"抽中回访(比例 {share:.0%})", f"drawn for a revisit (share {share:.0%})")
    return False, Reason(f"未抽中回访(比例 {share:.0%})", f"not drawn for a revisit (share {share:.0%})")


def first_contact(facts: CaseFacts, happened: Collection[EventKind], policy: Requests, now: datetime) -> bool:
    """Answered while the caller was still being served: soon, and without anything further in between."""
    soon = now - facts.received_at <= timedelta(minutes=policy.first_contact_minutes)
    return soon and not facts.reopenings and not FURTHER & set(happened)


@dataclass(frozen=True)
class Heard:
    """What a reading comes to beside what the door said."""

    reading: Classification
    sure: bool
    mismatch: bool = False
    """The text is surely something else than the door says."""


def at_the_door(facts: CaseFacts, reading: Classification, sure_at: float) -> Heard:
    """The door knows the kind; where the text surely says another, that is noted, and a complaint goes to a person."""
    door, sure = RequestDetails.of(facts.details).door, reading.confidence >= sure_at
    if referrals.waited_for(facts) and reading.kind is not Kind.COMPLAINT:
        return _referred(reading, mismatch=sure)
    if door is None:
        return Heard(reading, sure)
    mismatch = sure and reading.kind is not door
    if not mismatch or reading.kind is not Kind.COMPLAINT:
        why = Reason("按来件入口认定类型", "the kind is what it came in as")
        known = replace(reading, kind=door, category=None, secondary=None, reasons=(*reading.reasons, why))
        return Heard(known, True, mismatch)
    why = Reason("文本与来件入口类型不符，须人工确认", "the text says another kind than the door: a person decides")
    return Heard(replace(reading, reasons=(*reading.reasons, why)), False, mismatch=True)


def _referred(reading: Classification, *, mismatch: bool) -> Heard:
    """What the regulator refers is a complaint, however it reads; of what category, a person says."""
    why = Reason("监管转办按投诉受理，类别须人工确认", "what the regulator refers is a complaint: a person says which")
    known = replace(reading, kind=Kind.COMPLAINT, category=None, secondary=None, reasons=(*reading.reasons, why))
    return Heard(known, False, mismatch)


def as_heard(decision: Decision, heard: Heard, proposed: Classification) -> Decision:
    """The system's own proposal is kept beside what the door said."""
    if heard.reading is proposed:
        return decision
    changes = {**decision.changes, "proposed_kind": proposed.kind, "proposed_category": proposed.category}
    return replace(decision, changes=changes, data={**decision.data, "mismatch": heard.mismatch})


def after_survey(facts: CaseFacts, left: clocks.Clocks, solved: bool, policy: Policy, now: datetime) -> dict[str, Any]:
    """What a revisit changes about a request, and (under `data`) what its event says more than that of a complaint."""
    if solved:
        late = follow_up.overdue(left, now)
        return {"data": {SHORT: True}, "clocks": left, "overdue": late, "outcome": Outcome.SOLVED}
    final = facts.reopenings >= policy.rulebook.course.reopenings_at_most
    changes: dict[str, Any] = {"data": {SHORT: True, "final": final}, "outcome": Outcome.ANSWERED}
    known = RequestDetails.of(facts.details)
    changes["details"] = replace(known, first_contact=False).within(facts.details)
    if not final:
        left = (*left, clocks.start(ClockName.ANSWER, policy.rulebook.clocks.answer, now, policy))
        changes |= {"reopenings": facts.reopenings + 1, "outcome": None}
    return changes | {"clocks": left, "overdue": follow_up.overdue(left, now)}
