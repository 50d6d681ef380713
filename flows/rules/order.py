"""The order of work: urgent first, then the risk of missing a deadline, then class; and nobody waits for ever.

Source: the trade's practice.
"""

from datetime import datetime, timedelta

from flows.rules import clocks
from models.values.case import CaseFacts, Reason
from models.values.chinese import FLAGS
from models.values.policy import Policy
from models.values.stage_terms import ClockName
from models.values.vocabulary import CustomerClass

AGREED = clocks.TIMERS | clocks.BEYOND | {ClockName.PROMISE, ClockName.UNIT_ANSWER}
"""Clocks that begin while the work at hand goes on: they do not make it new."""

LAST_RANK = len(CustomerClass)
"""The rank of class D."""


def rank(facts: CaseFacts, policy: Policy) -> int:
    """0 urgent, 1 at risk or class A, then B, C, D."""
    if _flags(facts, policy):
        return 0
    if facts.overdue:
        return 1
    return 1 + list(CustomerClass).index(facts.customer_class or policy.rulebook.default_class)


def order_at(due_at: datetime, its_rank: int, policy: Policy) -> datetime:
    """The moment by which work is sorted: what is less urgent counts as due later, by a bounded time."""
    return due_at + timedelta(minutes=its_rank * policy.rulebook.order.rank_minutes)


def spread(policy: Policy) -> timedelta:
    """How far `order_at` can lie behind `due_at`: the bound on being overtaken."""
    return timedelta(minutes=LAST_RANK * policy.rulebook.order.rank_minutes)


def place_at(facts: CaseFacts, policy: Policy) -> datetime:
    """By what the place of a case in people's queues is found; it does not move while the case waits.

    Work counts as due when its deadline comes, moved by rank, but no later than `wait_hours` after it came up; the
    urgent counts as due `urgent_hours` before it came up, and nothing sooner. So what comes up more than `bound` after
    a case never goes before it.
    """
    order, since = policy.rulebook.order, came_up(facts)
    first = since - timedelta(hours=order.urgent_hours)
    if _flags(facts, policy):
        return first
    due = order_at(_next_due(facts) or since, rank(facts, policy), policy)
    return max(first, min(due, since + timedelta(hours=order.wait_hours)))


def bound(policy: Policy) -> timedelta:
    """How much later than a case something may come up and still go before it: nobody waits for ever."""
    return timedelta(hours=policy.rulebook.order.urgent_hours + policy.rulebook.order.wait_hours)


def came_up(facts: CaseFacts) -> datetime:
    """When the work at hand came up: when its deadline began to run; without one, when the last was met."""
    begun = [clock.started_at for clock in facts.clocks if clock.running and clock.name not in AGREED]
    met = [clock.met_at for clock in facts.clocks if clock.met_at is not None]
    return max(facts.recorded_at, max(begun or met, default=facts.recorded_at))


def place(facts: CaseFacts, policy: Policy, now: datetime) -> tuple[tuple[float, bool, str], Reason]:
    """The sort key of a case in a person's queue, and the reason for its place."""
    flags, at = _flags(facts, policy), place_at(facts, policy)
    key = (at.timestamp(), not flags, str(facts.id))
    customer_class = facts.customer_class or policy.rulebook.default_class
    next_due = _next_due(facts)
    if flags:
        return key, Reason(f"紧急：{'、'.join(FLAGS[flag] for flag in flags)}", f"urgent: {', '.join(flags)}")
    if next_due is None:
        return key, Reason(f"{customer_class} 类客户，无时限", f"class {customer_class}, no deadline runs")
    left = (next_due - now) / timedelta(hours=1)
    if left <= 0:
        zh, en = f"已超时 {abs(left):.1f} 小时", f"overdue by {abs(left):.1f} h"
        if facts.overdue and facts.watch:
            zh, en = f"{zh}，已升级至 {facts.watch} 级", f"{en}, escalated to level {facts.watch}"
        return key, Reason(zh, en)
    since = came_up(facts)
    if at == since + timedelta(hours=policy.rulebook.order.wait_hours) and at <= now:
        waited = (now - since) / timedelta(hours=1)
        return key, Reason(
            f"已等候 {waited:.1f} 小时，按等候先后", f"has waited for {waited:.1f} h: its turn, whatever its class"
        )
    return key, Reason(
        f"{customer_class} 类客户，距最近时限 {left:.1f} 小时",
        f"class {customer_class}, next deadline in {left:.1f} h",
    )


def _flags(facts: CaseFacts, policy: Policy) -> list[str]:
    return [flag for flag in facts.urgent if flag in policy.rulebook.order.urgent_flags]


def _next_due(facts: CaseFacts) -> datetime | None:
    running = [clock.due_at for clock in facts.clocks if clock.running and clock.name not in clocks.TIMERS]
    return min(running, default=None)
