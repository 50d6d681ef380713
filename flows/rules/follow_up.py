"""Following up: reminders, missed deadlines, holds that end, promises and call-backs that come back, linked cases."""

from dataclasses import dataclass, replace
from datetime import datetime

from flows.rules import clocks, lifecycle
from models.values.case import CaseFacts, Deadline, Decision, Reason
from models.values.policy import Policy
from models.values.vocabulary import ClockName, EventKind, Outcome, Stage


@dataclass(frozen=True)
class Main:
    """The case another one is linked to."""

    stage: Stage
    number: int
    caller_key: str | None
    outcome: Outcome | None


def decide(facts: CaseFacts, main: Main | None, policy: Policy, now: datetime) -> Decision | None:
    """What is due about a case; None: nothing after all."""
    if facts.stage is Stage.LINKED:
        if main and main.stage is Stage.CLOSED:
            return _main_ended(facts, main, policy, now)
        return Decision(None, {"poked": False}) if facts.poked else None
    due = [clock for clock in facts.clocks if clocks.wants_now(clock, now)]
    if any(clock.name is ClockName.HOLD for clock in due):
        return resume(facts, now)
    if not due:
        return None
    late = [clock for clock in due if clocks.late(clock, now)]
    changed = tuple(_fire(clock, now) if clock in due else clock for clock in facts.clocks)
    event = EventKind.OVERDUE if late else EventKind.REMINDED
    data = {"clocks": [clock.name for clock in (late or due)], "owner": facts.owner_id}
    reasons = tuple(_say(clock, now) for clock in (late or due))
    return Decision(event, {"clocks": changed, "overdue": facts.overdue or bool(late)}, reasons, data)


def resume(facts: CaseFacts, now: datetime) -> Decision:
    """The hold ends: paused clocks run on, the case is back in its owner's queue."""
    left = clocks.meet(clocks.resume(facts.clocks, now), ClockName.HOLD, now)
    data = {"hold": facts.hold, "stage": facts.stage}
    return Decision(EventKind.RESUMED, {"clocks": left, "hold": None}, (Reason("挂起结束", "the hold ends"),), data)


def overdue(left: tuple[Deadline, ...], now: datetime) -> bool:
    """Whether a clock that still runs is missed."""
    return any(clock.met_at is None and clocks.late(clock, now) for clock in left)


def _fire(clock: Deadline, now: datetime) -> Deadline:
    return replace(clock, fired=2 if clock.due_at <= now else 1)


def _say(clock: Deadline, now: datetime) -> Reason:
    if clocks.late(clock, now):
        return Reason(f"{clock.name} 已超时:{clock.why.zh}", f"{clock.name} is missed: {clock.why.en}")
    return Reason(f"{clock.name} 临近:{clock.why.zh}", f"{clock.name} comes up: {clock.why.en}")


def _main_ended(facts: CaseFacts, main: Main, policy: Policy, now: datetime) -> Decision:
    """Consignor and consignee are each answered: another caller is still owed his answer."""
    owed = facts.caller_key != main.caller_key and not facts.withdrawn
    data = {"answer_owed": owed, "main": str(facts.linked_to)}
    stage = lifecycle.stage_after(facts.stage, EventKind.MAIN_ENDED, data)
    if owed:
        clock = clocks.start(ClockName.FEED_BACK, policy.rulebook.clocks.feed_back, now, policy)
        why = Reason(
            f"主工单 {main.number} 已结案,另一方仍须反馈",
            f"case {main.number} ended; this caller is still owed an answer",
        )
        changes = {"stage": stage, "clocks": (*facts.clocks, clock), "owner_id": None, "poked": False}
        return Decision(EventKind.MAIN_ENDED, changes, (why,), data)
    why = Reason(f"随主工单 {main.number} 结案", f"closed with case {main.number}")
    ended = {"stage": stage, "outcome": Outcome.LINKED, "closed_at": now, "poked": False}
    return Decision(EventKind.MAIN_ENDED, ended, (why,), data)
