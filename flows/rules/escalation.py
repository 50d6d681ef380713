"""A missed deadline climbs level by level to the top: at once to the next level, then one more for each term between.

The rulebook says which clocks climb, how fast, and which levels take the case over; with the others its owner keeps it
and they watch over it. Each climb fires once, however long nobody looked.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.rules import assignment, clocks
from models.values.case import CaseFacts, Deadline, Decision, Reason
from models.values.chinese import chinese
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind


def breached(clock: Deadline, facts: CaseFacts, policy: Policy, now: datetime) -> Deadline:
    """The clock once its breach is told: it climbs now, if it climbs and there is a level above."""
    climbs = clock.name in policy.rulebook.escalation.clocks and facts.level < policy.top_level
    return replace(clock, fired=clocks.MISSED, escalate_at=now if climbs else None)


def decide(facts: CaseFacts, rising: Sequence[Deadline], policy: Policy, now: datetime) -> Decision:
    """One level up for each of the missed clocks that want it now. What waits on hold waits no longer."""
    climbed = [(clock, _climbed(clock, facts, policy, now)) for clock in rising]
    left = tuple(next((new for old, new in climbed if old is clock), clock) for clock in facts.clocks)
    higher = [new for old, new in climbed if new.fired > max(old.fired, clocks.MISSED + facts.level)]
    if not higher:  # a person had handed it to the top meanwhile
        return Decision(None, {"clocks": left})
    level = max(_level(clock) for clock in higher)
    changes: dict[str, Any] = {"clocks": left, "overdue": True, "poked": False}
    changes["watch"] = max(level, facts.watch if facts.overdue else 0)
    taken = _taken_over(facts, level, policy)
    if taken:
        changes |= {"level": level, "owner_id": None}
    if facts.hold is not None:
        left = clocks.meet(clocks.resume(left, now), ClockName.HOLD, now)
        changes |= {"hold": None, "clocks": clocks.meet(left, ClockName.UNIT_ANSWER, now)}
    data = {"level": level, "clocks": [clock.name for clock in higher], "owner": facts.owner_id}
    data |= {"taken_over": taken, "hold_ended": facts.hold is not None}
    return Decision(EventKind.ESCALATED, changes, tuple(_say(one, level, taken, policy) for one in higher), data)


def _climbed(clock: Deadline, facts: CaseFacts, policy: Policy, now: datetime) -> Deadline:
    top = policy.top_level
    level = min(top, max(facts.level, _level(clock)) + 1)
    again = clocks.after(policy.rulebook.escalation.between, now, policy) if level < top else None
    return replace(clock, fired=clocks.MISSED + level, escalate_at=again)


def _taken_over(facts: CaseFacts, level: int, policy: Policy) -> bool:
    """Only where authority owns a case: at other stages a higher level watches, and the stage's own people do it."""
    role = policy.rulebook.assignment.levels[level]
    may = facts.stage in assignment.LADDER and level > facts.level
    return may and role in policy.rulebook.escalation.takes_over


def _say(clock: Deadline, level: int, taken: bool, policy: Policy) -> Reason:
    name, role = policy.rulebook.wording.clocks[clock.name], policy.rulebook.assignment.levels[level]
    zh, en = ("由其接办", "who takes the case over") if taken else ("经办人继续办理，由其督办", "who watches over it")
    return Reason(
        f"{name}超时未办，升级至 {level} 级（{chinese(role)}），{zh}：{clock.why.zh}",
        f"{clock.name} is missed: it climbs to level {level} ({role}), {en}: {clock.why.en}",
    )


def _level(clock: Deadline) -> int:
    """The level a missed clock has climbed to."""
    return max(clock.fired - clocks.MISSED, 0)
