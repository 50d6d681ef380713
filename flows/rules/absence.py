"""A case does not wait for an owner who is away longer than the rulebook says: it goes back to assignment."""

from datetime import datetime
from typing import Any

from flows.rules import clocks, derivation, lifecycle
from models.values.case import CaseFacts, Decision, Reason, StaffFacts
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind


def decide(facts: CaseFacts, owner: StaffFacts | None, policy: Policy, now: datetime) -> Decision | None:
    """`owner`: who owns the case, as known now; None: nobody does. None: nothing changes about waiting for him."""
    if facts.stage not in lifecycle.PERSONS:
        owner = None
    left = waiting_for(facts, owner, policy, now)
    timer = next((clock for clock in left if clock.name is ClockName.AWAY), None)
    if owner is None or timer is None or timer.due_at > now:
        return None if left == facts.clocks else Decision(None, {"clocks": left})
    data: dict[str, Any] = {"from": owner.id, "to": None, "absent": True}
    changes = {"owner_id": None, "clocks": _without(facts)}
    return Decision(EventKind.REASSIGNED, changes, (_say(owner, policy),), data)


def waiting_for(facts: CaseFacts, owner: StaffFacts | None, policy: Policy, now: datetime) -> clocks.Clocks:
    """The clocks, with the timer that ends the wait for an owner who is or will be away, and no other."""
    if owner is None or owner.absent_since is None:
        return _without(facts)
    due = clocks.after(policy.rulebook.assignment.absent_at_most, owner.absent_since, policy)
    if [clock.due_at for clock in facts.clocks if clock.name is ClockName.AWAY and clock.running] == [due]:
        return facts.clocks
    why = Reason(f"经办人自 {derivation.local(owner.absent_since)} 缺勤", "its owner is away")
    return (*_without(facts), clocks.timer(ClockName.AWAY, now, due, why))


def _without(facts: CaseFacts) -> clocks.Clocks:
    return tuple(clock for clock in facts.clocks if clock.name is not ClockName.AWAY)


def _say(owner: StaffFacts, policy: Policy) -> Reason:
    term = policy.rulebook.assignment.absent_at_most
    since = derivation.local(owner.absent_since) if owner.absent_since else ""
    span_zh = f"{term.hours:g} 小时" if term.hours is not None else f"{term.days} 天"
    span_en = f"{term.hours:g} h" if term.hours is not None else f"{term.days} days"
    return Reason(
        f"经办人(员工 {owner.id})自 {since} 缺勤，超过规则手册允许的 {span_zh}({term.calendar} 日历)，改派他人",
        f"its owner (staff {owner.id}) has been away since {since}, longer than the {span_en} on calendar "
        f"{term.calendar} that the rulebook allows: somebody else is looked for",
    )
