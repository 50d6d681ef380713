"""Step 2, classify: what a reading of the text means for the case. Not sure: a person decides.

The same cause again on an open case is linked to it; another cause on the same waybill is a sibling with its own unit
and clocks. The same cause soon after its case was closed reopens that case, or starts one level higher.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flows.rules import clocks, complaint_clocks, follow_up, lifecycle, referrals, reopening, vouchers
from models.values.case import CaseFacts, Deadline, Decision, Reason
from models.values.classification import Classification
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, Kind, Outcome, Procedure

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
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    level: int = 0
    reopenings: int = 0

    @property
    def earlier(self) -> reopening.Earlier:
        return reopening.Earlier(self.category, self.stage, self.closed_at, self.outcome, self.level, self.reopenings)


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
    changes["procedure"] = Procedure.COMPLAINT if reading.kind is Kind.COMPLAINT else Procedure.REQUEST
    reasons, main = reading.reasons, _same_cause(facts, reading, relatives, policy, now)
    if main and vouchers.under_way(facts):  # linked, nobody could carry it out, and it would end with another one
        why = Reason(
            f"与工单 {main.number} 同一原因，但本单赔付尚在办理，不并案",
            f"the same cause as case {main.number}, but compensation of this one is under way: not linked",
        )
        reasons, main = (*reasons, why), None
    if main:
        left = _joined(facts, now)
        changes |= {"linked_to": main.id, "owner_id": None, "hold": None}
        changes |= {"clocks": left, "overdue": follow_up.overdue(left, now)}
        why = Reason(
            f"同一运单同一原因已有在办工单 {main.number}，并案",
            f"same cause on open case {main.number}: linked",
        )
        data["main"] = str(main.id)
        return _moved(facts, EventKind.LINKED, changes, data, (*reasons, why))
    if earlier := _repeat(facts, reading, relatives, policy, now):
        data["repeat_of"] = str(earlier.id)
        if reopening.reopens(earlier.earlier, policy):
            return _reopening(facts, reading, earlier, changes, data, now)
        changes["level"] = max(facts.level, reopening.higher(earlier.level, policy))
        reasons = (*reasons, _escalated(earlier, int(changes["level"])))
    if relatives and reading.kind is Kind.COMPLAINT:
        sibling = min(relatives, key=lambda relative: relative.number)
        changes["sibling_of"] = sibling.id
        why = Reason(
            f"同一运单另有工单 {sibling.number}，分别处理",
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
    """The case to join. One that others may have joined joins none itself: nobody would tell them how it ended.

    Nor does one that is linked: joined to an incident it ends with that, and is charged by its finding.
    """
    if reading.kind is not Kind.COMPLAINT or referrals.waited_for(facts) or facts.linked_to is not None:
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


def _repeat(
    facts: CaseFacts, reading: Classification, relatives: Sequence[Relative], policy: Policy, now: datetime
) -> Relative | None:
    """The case that was closed and whose cause came back; of several the one closed last. Only for what is new."""
    if reading.kind is not Kind.COMPLAINT or facts.stage not in UNJOINED or policy.rulebook.repeats.then == "sibling":
        return None
    closed = [one for one in relatives if reopening.repeated(one.earlier, reading.category, policy, now)]
    return max(closed, key=lambda one: (one.closed_at or one.recorded_at, one.number), default=None)


def _reopening(
    facts: CaseFacts,
    reading: Classification,
    earlier: Relative,
    changes: dict[str, Any],
    data: dict[str, Any],
    now: datetime,
) -> Decision:
    """Linked to the earlier case, which is told to look up and reopens (`reopening.by_repeats`)."""
    left = _joined(facts, now)
    changes |= {"linked_to": earlier.id, "owner_id": None, "hold": None}
    changes |= {"clocks": left, "overdue": follow_up.overdue(left, now)}
    data["main"] = str(earlier.id)
    why = Reason(
        f"工单 {earlier.number} 结案后同一运单同一原因再次投诉：重新打开并升级，本单并入",
        f"the same cause again after case {earlier.number} was closed: that case reopens one level higher, "
        "and this one is linked to it",
    )
    decision = _moved(facts, EventKind.LINKED, changes, data, (*reading.reasons, why))
    return replace(decision, pokes=(earlier.id,))


def _escalated(earlier: Relative, level: int) -> Reason:
    return Reason(
        f"工单 {earlier.number} 结案后同一运单同一原因再次投诉，直接由 {level} 级处理",
        f"the same cause again after case {earlier.number} was closed: this one starts at level {level}",
    )


def _clocks(facts: CaseFacts, reading: Classification, policy: Policy, now: datetime) -> tuple[Deadline, ...]:
    """The clocks of the path the kind takes; a change of kind ends those of the other path."""
    left = clocks.meet(facts.clocks, ClockName.CLASSIFY, now)
    stood = max((clock.stood for clock in left if clock.met_at is None and clock.pausable), default=0)
    if facts.received_at >= now:  # what begins now never stood still
        stood = 0
    if reading.kind is not Kind.COMPLAINT:
        left = _without(left, (ClockName.RESOLVE, ClockName.STATUTORY), now)
        if any(clock.name is ClockName.ANSWER and clock.met_at is None for clock in left):
            return left
        begun = [clocks.start(ClockName.ANSWER, policy.rulebook.clocks.answer, facts.received_at, policy)]
    else:
        left = _without(left, (ClockName.ANSWER,), now)
        if any(clock.name is ClockName.RESOLVE and clock.met_at is None for clock in left):
            return left
        begun = [complaint_clocks.start_resolve(facts, facts.received_at, policy)]
        if not any(clock.name is ClockName.STATUTORY and clock.met_at is None for clock in left):
            begun.append(complaint_clocks.start_statutory(facts, policy))
    pause = timedelta(seconds=stood)
    return (*left, *(clocks.moved_by(clock, pause) if stood and clock.pausable else clock for clock in begun))


def _without(left: tuple[Deadline, ...], names: tuple[ClockName, ...], now: datetime) -> tuple[Deadline, ...]:
    """The clocks of the other path go, but not what was met or missed there: renaming a complaint hides nothing."""
    kept = []
    for clock in left:
        if clock.name not in names or clock.met_at is not None:
            kept.append(clock)
        elif clocks.late(clock, now):
            kept.extend(clocks.meet((clock,), clock.name, now))
    return tuple(kept)


def _joined(facts: CaseFacts, now: datetime) -> tuple[Deadline, ...]:
    """What is left of its clocks: the main case's run. The statutory one is not met by that; it may be wanted again."""
    left = (one for one in facts.clocks if one.name is not ClockName.STATUTORY or one.met_at is not None)
    return clocks.meet_all(tuple(left), now)


def received(facts: CaseFacts, policy: Policy, *, acknowledged: bool = False) -> tuple[Deadline, ...]:
    """The clocks a case begins with: acknowledged and classified in time from the first contact with the firm.

    `acknowledged`: the channel told the caller that it arrived; where somebody answers at once that is always so.
    """
    rules = policy.rulebook.clocks
    classify = clocks.start(ClockName.CLASSIFY, rules.classify, facts.received_at, policy)
    told = clocks.start(ClockName.ACKNOWLEDGE, rules.acknowledge, facts.received_at, policy)
    if facts.channel in rules.acknowledged_at_once:
        return classify, replace(told, met_at=facts.received_at)
    if acknowledged:
        return classify, replace(told, met_at=facts.recorded_at)
    return classify, told


def lag(facts: CaseFacts) -> timedelta:
    """How long after the first contact the case was recorded."""
    return facts.recorded_at - facts.received_at
