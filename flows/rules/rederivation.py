"""A new rulebook, or a calendar that became known, moves the deadlines still to come; what is over stays as it was."""

from dataclasses import replace
from datetime import datetime, timedelta

from flows.rules import clocks, complaint_clocks, derivation
from models.values.case import CaseFacts, Deadline, Decision, Reason
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind


def decide(facts: CaseFacts, policy: Policy, now: datetime) -> Decision | None:
    """None: every deadline still to come is of this rulebook. Deadlines that do not move are only marked anew."""
    if not any(_outdated(clock, policy, now) for clock in facts.clocks):
        return None
    left = rederived(facts, policy, now)
    changes = {"clocks": left, "poked": False}
    moved = [(old, new) for old, new in zip(facts.clocks, left, strict=True) if old.due_at != new.due_at]
    if not moved:
        return Decision(None, changes)
    data = {
        "clocks": [
            {"name": old.name, "from": old.due_at.isoformat(), "to": new.due_at.isoformat()} for old, new in moved
        ],
        "stamp": policy.stamp,
    }
    return Decision(EventKind.REDERIVED, changes, tuple(_say(old, new, policy) for old, new in moved), data)


def rederived(facts: CaseFacts, policy: Policy, now: datetime) -> clocks.Clocks:
    """The clocks as this rulebook has them, in the same order: from the same events, with the same pauses."""
    left = list(facts.clocks)
    # The statutory one first: the resolution keeps its margin before it.
    for place in sorted(range(len(left)), key=lambda one: left[one].name is not ClockName.STATUTORY):
        if _outdated(left[place], policy, now):
            left[place] = _anew(left[place], replace(facts, clocks=tuple(left)), policy, now)
    return tuple(left)


def _outdated(clock: Deadline, policy: Policy, now: datetime) -> bool:
    """Still to come, with a term behind it, and derived by other terms or calendars."""
    to_come = clock.met_at is None and clock.fired < clocks.MISSED and not clocks.late(clock, now)
    return to_come and clock.calendar != clocks.AGREED and clock.stamp != policy.stamp


def _anew(clock: Deadline, facts: CaseFacts, policy: Policy, now: datetime) -> Deadline:
    fresh = complaint_clocks.start_of(clock.name, facts, clock.started_at, policy)
    marked = replace(clock, stamp=policy.stamp)
    if fresh is None:
        return marked
    if clock.stood:
        fresh = clocks.moved_by(fresh, timedelta(seconds=clock.stood))
    stands = clock.paused_at or now
    if fresh.due_at == clock.due_at or fresh.due_at <= stands:
        return marked  # nobody can meet a deadline in the past: the old one stands
    again = fresh.remind_at is not None and fresh.remind_at > stands
    return replace(fresh, paused_at=clock.paused_at, ref=clock.ref, fired=0 if again else clock.fired)


def _say(old: Deadline, new: Deadline, policy: Policy) -> Reason:
    name = policy.rulebook.wording.clocks[new.name]
    before, after = derivation.local(old.due_at), derivation.local(new.due_at)
    return Reason(
        f"时限规则或日历更新，{name}由 {before} 改为 {after}：{new.why.zh}",
        f"new terms or calendar: {new.name} moves from {before} to {after}: {new.why.en}",
    )
