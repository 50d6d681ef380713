"""Step 2, classify: what a reading of the text means for the case. Not sure: a person decides.

The same cause again on an open case is linked to it; another cause on the same waybill is a sibling with its own unit
and clocks (domain.md §1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flows.rules import clocks, follow_up, lifecycle, referrals
from models.values.case import CaseFacts, Deadline, Decision, Reason
from models.values.classification import Classification
from models.values.policy import Policy
from models.values.vocabulary import Category, ClockName, EventKind, Kind, Stage

UNJOINED = frozenset({Stage.RECEIVED, Stage.TRIAGE})
"""Stages of a case that no other has joined yet."""


@dataclass(frozen=True)
class Relative:
    """Another complaint on the same waybill."""

    id: UUID
    number: int
    category: Category | None
    stage: Stage
    recorded_at: datetime


def decide(
    facts: CaseFacts,
    reading: Classification,
    relatives: Sequence[Relative],
    policy: Policy,
    now: datetime,
    *,
    sure: bool,
    proposed: bool,
) -> Decision:
    """The decision for one reading; `sure` False leaves it to a person, `proposed` says it is the system's own."""
    changes: dict[str, Any] = {
        "kind": reading.kind,
        "category": reading.category,
        "secondary": reading.secondary,
        "severity": reading.severity,
        "business_line": reading.business_line,
        "urgent": _urgent(facts, reading),
        "unit": _unit(reading, policy),
        "rulebook": policy.hash,
    }
    if proposed:
        changes |= {
            "proposed_kind": reading.kind,
            "proposed_category": reading.category,
            "confidence": round(reading.confidence, 4),
        }
    data: dict[str, Any] = {
        "sure": sure,
        "kind": reading.kind,
        "category": reading.category,
        "secondary": reading.secondary,
        "severity": reading.severity,
        "confidence": round(reading.confidence, 4),
    }
    if not sure:
        return _moved(facts, EventKind.CLASSIFIED, changes, data, reading.reasons)
    if main := _same_cause(facts, reading, relatives, policy, now):
        left = _joined(facts, now)
        changes |= {"linked_to": main.id, "owner_id": None, "hold": None}
        changes |= {"clocks": left, "overdue": follow_up.overdue(left, now)}
        why = Reason(
            f"同一运单同一原因已有在办工单 {main.number},并案",
            f"same cause on open case {main.number}: linked",
        )
        data["main"] = str(main.id)
        return _moved(facts, EventKind.LINKED, changes, data, (*reading.reasons, why))
    reasons = reading.reasons
    if relatives and reading.kind is Kind.COMPLAINT:
        sibling = min(relatives, key=lambda relative: relative.number)
        changes["sibling_of"] = sibling.id
        why = Reason(
            f"同一运单另有工单 {sibling.number},分别处理",
            f"sibling of case {sibling.number} on the same waybill",
        )
        reasons = (*reasons, why)
    left = _clocks(facts, reading, policy, now)
    changes |= {"owner_id": None, "clocks": left, "overdue": follow_up.overdue(left, now)}
    return _moved(facts, EventKind.CLASSIFIED, changes, data, reasons)


def _moved(
    facts: CaseFacts,
    event: EventKind,
    changes: dict[str, Any],
    data: dict[str, Any],
    reasons: tuple[Reason, ...],
) -> Decision:
    stage = lifecycle.stage_after(facts.stage, event, data)
    return Decision(event, {**changes, "stage": stage}, reasons, data, private=True)


def _urgent(facts: CaseFacts, reading: Classification) -> tuple[str, ...]:
    """What the text says, and what the regulator's referral said before anybody read it."""
    referred = (referrals.FLAG,) if referrals.waited_for(facts) else ()
    return tuple(dict.fromkeys((*reading.urgent, *referred)))


def _unit(reading: Classification, policy: Policy) -> str | None:
    return policy.rulebook.assignment.units[reading.category] if reading.category else None


def _same_cause(
    facts: CaseFacts, reading: Classification, relatives: Sequence[Relative], policy: Policy, now: datetime
) -> Relative | None:
    """The case to join. One that others may have joined joins none itself: nobody would tell them how it ended."""
    if reading.kind is not Kind.COMPLAINT or referrals.waited_for(facts):
        return None  # what the regulator waits for is answered by itself
    if facts.stage not in UNJOINED and any(relative.stage is Stage.LINKED for relative in relatives):
        return None
    window = policy.rulebook.course.link_window
    for relative in relatives:
        is_open = relative.stage in lifecycle.JOINABLE
        fresh = clocks.after(window, relative.recorded_at, policy) >= now
        if is_open and fresh and relative.category is reading.category:
            return relative
    return None


def _clocks(facts: CaseFacts, reading: Classification, policy: Policy, now: datetime) -> tuple[Deadline, ...]:
    """The clocks of the path the kind takes; a change of kind ends those of the other path."""
    left = clocks.meet(facts.clocks, ClockName.CLASSIFY, now)
    running = {clock.name for clock in left if clock.met_at is None}
    if reading.kind is not Kind.COMPLAINT:
        left = tuple(clock for clock in left if clock.name not in (ClockName.RESOLVE, ClockName.STATUTORY))
        if ClockName.ANSWER in running:
            return left
        return (
            *left,
            clocks.start(ClockName.ANSWER, policy.rulebook.clocks.answer, facts.received_at, policy),
        )
    left = tuple(clock for clock in left if clock.name is not ClockName.ANSWER)
    if ClockName.RESOLVE in running:
        return left
    begun = (clocks.start_resolve(facts, facts.received_at, policy), clocks.start_statutory(facts, policy))
    return (*left, *begun)


def _joined(facts: CaseFacts, now: datetime) -> tuple[Deadline, ...]:
    """What is left of its clocks: the main case's run. The statutory one is not met by that; it may be wanted again."""
    left = (one for one in facts.clocks if one.name is not ClockName.STATUTORY or one.met_at is not None)
    return clocks.meet_all(tuple(left), now)


def received(facts: CaseFacts, policy: Policy) -> tuple[Deadline, ...]:
    """The clock a case begins with: classified within its term from the first contact with anyone in the firm."""
    return (clocks.start(ClockName.CLASSIFY, policy.rulebook.clocks.classify, facts.received_at, policy),)


def lag(facts: CaseFacts) -> timedelta:
    """How long after the first contact the case was recorded."""
    return facts.recorded_at - facts.received_at
