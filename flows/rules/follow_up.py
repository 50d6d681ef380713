"""Following up: reminders, missed deadlines and their climb, holds that end, promises, absent owners, linked cases."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flows.rules import absence, clocks, complaint_clocks, escalation, lifecycle, rederivation, settlement
from models.values.case import CaseFacts, Deadline, Decision, Reason, StaffFacts
from models.values.policy import Policy
from models.values.settlement import text
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Outcome

UNHANDLED = frozenset({Outcome.WITHDRAWN, Outcome.ANSWERED})
"""How a case ends whose complaint was not handled: taken back, or found to be none."""


@dataclass(frozen=True)
class Main:
    """The case another one is linked to."""

    stage: Stage
    number: int
    caller_key: str | None
    outcome: Outcome | None


def decide(
    facts: CaseFacts, main: Main | None, policy: Policy, now: datetime, owner: StaffFacts | None = None
) -> Decision | None:
    """What is due about a case; None: nothing after all. What is missed is said first, then it climbs, then the rest.

    Deadlines of an older rulebook or calendar are brought up to date before any of them is told.
    """
    if facts.stage in lifecycle.ENDED and not any(_runs_on(clock, now) for clock in facts.clocks):
        return Decision(None, {"poked": False})
    if facts.stage is Stage.LINKED and main and main.stage is Stage.CLOSED:
        return _main_ended(facts, main, policy, now)
    if moved := rederivation.decide(facts, policy, now):
        return moved
    if waited := absence.decide(facts, owner, policy, now):
        return waited
    due = [one for one in facts.clocks if _followed(one, facts) and clocks.wants_now(one, now)]
    if any(clock.name is ClockName.HOLD for clock in due):
        return resume(facts, now)
    if not due:
        return Decision(None, {"poked": False}) if facts.poked else None
    late = [clock for clock in due if clocks.late(clock, now) and clock.fired < clocks.MISSED]
    rising = [clock for clock in due if clock.fired >= clocks.MISSED]
    if rising and not late:
        return escalation.decide(facts, rising, policy, now)
    if late:
        return handed_on(_missed(facts, late, policy, now), facts, late, owner)
    changed = tuple(_fire(clock, now) if clock in due else clock for clock in facts.clocks)
    return handed_on(_told(facts, EventKind.REMINDED, due, {"clocks": changed}, policy), facts, due, owner)


def _followed(clock: Deadline, facts: CaseFacts) -> bool:
    """Of a closed case, what others still wait for; else everything but looking again for an owner."""
    if facts.stage in lifecycle.ENDED:
        return clock.name in clocks.BEYOND
    return clock.name is not ClockName.ASSIGN_AGAIN


def _runs_on(clock: Deadline, now: datetime) -> bool:
    """Whether it is due though the case is closed."""
    return clock.name in clocks.BEYOND and clocks.wants_now(clock, now)


def _missed(facts: CaseFacts, late: list[Deadline], policy: Policy, now: datetime) -> Decision:
    """A breach begins to be watched from below, unless another one is being watched already."""
    changed = tuple(escalation.breached(one, facts, policy, now) if one in late else one for one in facts.clocks)
    watch = facts.watch if facts.overdue else 0
    return _told(facts, EventKind.OVERDUE, late, {"clocks": changed, "overdue": True, "watch": watch}, policy)


def _told(
    facts: CaseFacts, event: EventKind, told: list[Deadline], changes: dict[str, Any], policy: Policy
) -> Decision:
    data = {"clocks": [clock.name for clock in told], "owner": facts.owner_id}
    reasons = tuple(_say(clock, policy, missed=event is EventKind.OVERDUE) for clock in told)
    return Decision(event, changes | {"poked": False}, reasons, data)


def handed_on(decision: Decision, facts: CaseFacts, told: list[Deadline], owner: StaffFacts | None) -> Decision:
    """A promise comes back to somebody who is there: an owner off shift or away loses the case to who can keep it."""
    promised = any(clock.name is ClockName.PROMISE for clock in told)
    if not promised or owner is None or owner.present or facts.stage not in lifecycle.PERSONS:
        return decision
    why = Reason(
        f"经办人(员工 {owner.id})不在岗，承诺转由他人兑现",
        f"staff {owner.id} is not there: somebody else keeps the promise",
    )
    changes = {**decision.changes, "owner_id": None}
    return replace(
        decision, changes=changes, reasons=(*decision.reasons, why), data={**decision.data, "handed_on": True}
    )


def resume(facts: CaseFacts, now: datetime) -> Decision:
    """The hold ends: paused clocks run on, the case is back in its owner's queue."""
    left = held_no_more(facts.clocks, now)
    data = {"hold": facts.hold, "stage": facts.stage}
    changes = {"clocks": left, "hold": None, "overdue": overdue(left, now)}
    return Decision(EventKind.RESUMED, changes, (Reason("挂起结束", "the hold ends"),), data)


def held_no_more(left: clocks.Clocks, now: datetime) -> clocks.Clocks:
    """The clocks of a case whose hold ends: what paused runs on, nothing waits for its end."""
    left = clocks.meet(clocks.resume(left, now), ClockName.HOLD, now)
    return clocks.meet(left, ClockName.UNIT_ANSWER, now)


def overdue(left: tuple[Deadline, ...], now: datetime) -> bool:
    """Whether a clock that nobody met yet is missed."""
    return any(clock.met_at is None and clocks.late(clock, now) for clock in left)


def _fire(clock: Deadline, now: datetime) -> Deadline:
    return replace(clock, fired=2 if clock.due_at <= now else 1)


def _say(clock: Deadline, policy: Policy, *, missed: bool) -> Reason:
    name = policy.rulebook.wording.clocks[clock.name]
    if missed:
        return Reason(f"{name}已超时：{clock.why.zh}", f"{clock.name} is missed: {clock.why.en}")
    return Reason(f"{name}临近：{clock.why.zh}", f"{clock.name} comes up: {clock.why.en}")


def _main_ended(facts: CaseFacts, main: Main, policy: Policy, now: datetime) -> Decision:
    """Consignor and consignee are each answered: another caller, or one we do not know, is still owed his answer.

    Where the main case ended without its complaint being handled, the complaint of this caller is still to be; so is
    whoever's where money was approved that finance was not asked for (linked before that was looked at).
    """
    unpaid = settlement.promised(facts.stage, facts.remedy)
    same_caller = facts.caller_key is not None and facts.caller_key == main.caller_key
    owed = bool(unpaid) or (not same_caller and not facts.withdrawn)
    unhandled = owed and (bool(unpaid) or main.outcome in UNHANDLED)
    promises = not owed and not facts.withdrawn and bool(clocks.promised(facts.clocks))
    data = {"answer_owed": owed, "work_remains": unhandled, "main": str(facts.linked_to), "promises": promises}
    changes: dict[str, Any] = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.MAIN_ENDED, data),
        "owner_id": None,
        "attempts": (),
        "poked": False,
    }
    if not owed:
        why = Reason(f"随主工单 {main.number} 结案", f"closed with case {main.number}")
        changes |= {"outcome": Outcome.LINKED}
        changes |= {} if promises else {"closed_at": now, "overdue": False}
        return Decision(EventKind.MAIN_ENDED, changes, (why,), data)
    if unhandled:
        clock = complaint_clocks.start_resolve(facts, now, policy)
        why = _unhandled(main, unpaid)
    else:
        clock = clocks.start(ClockName.FEED_BACK, policy.rulebook.clocks.feed_back, now, policy)
        why = Reason(
            f"主工单 {main.number} 已结案，另一方仍须反馈",
            f"case {main.number} ended; this caller is still owed an answer",
        )
    left = (*facts.clocks, clock)
    if not any(one.name is ClockName.STATUTORY for one in left):
        left = (*left, complaint_clocks.start_statutory(facts, policy))
    changes |= {"clocks": left, "overdue": overdue(left, now)}
    return Decision(EventKind.MAIN_ENDED, changes, (why,), data)


def _unhandled(main: Main, unpaid: Decimal) -> Reason:
    if unpaid:
        return Reason(
            f"主工单 {main.number} 已结案，本单尚有赔付 {text(unpaid)} 待落实",
            f"case {main.number} ended; {text(unpaid)} approved on this one are still to be carried out",
        )
    return Reason(
        f"主工单 {main.number} 未经处理即结束，另一方的投诉须另行处理",
        f"case {main.number} ended without being handled; this caller's complaint still is to be",
    )
