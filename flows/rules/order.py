"""The order of work: urgent first, then the risk of missing a deadline, then class; and nobody waits for ever.

Source: domain.md §3 "Order of the queue" (practice).
"""

from datetime import datetime, timedelta

from flows.rules import clocks
from models.values.case import CaseFacts, Reason
from models.values.policy import Policy
from models.values.vocabulary import CustomerClass

LAST_RANK = len(CustomerClass)
"""The rank of class D."""


def rank(facts: CaseFacts, policy: Policy) -> int:
    """0 urgent, 1 at risk or class A, then B, C, D."""
    if any(flag in policy.rulebook.order.urgent_flags for flag in facts.urgent):
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


def place(facts: CaseFacts, policy: Policy, now: datetime) -> tuple[tuple[int, float, str], Reason]:
    """The sort key of a case in a person's queue, and the reason for its place.

    The urgent first; among the others class counts as a bounded delay of the deadline, so none waits for ever. What has
    no deadline counts as due now.
    """
    flags = [flag for flag in facts.urgent if flag in policy.rulebook.order.urgent_flags]
    running = [clock.due_at for clock in facts.clocks if clock.running and clock.name not in clocks.TIMERS]
    next_due = min(running, default=now)
    key = (int(not flags), order_at(next_due, rank(facts, policy), policy).timestamp(), str(facts.id))
    customer_class = facts.customer_class or policy.rulebook.default_class
    left = (next_due - now) / timedelta(hours=1)
    if flags:
        return key, Reason(f"紧急:{'、'.join(flags)}", f"urgent: {', '.join(flags)}")
    if not running:
        return key, Reason(f"{customer_class} 类客户,无时限", f"class {customer_class}, no deadline runs")
    if left <= 0:
        return key, Reason(f"已超时 {-left:.1f} 小时", f"overdue by {-left:.1f} h")
    return key, Reason(
        f"{customer_class} 类客户,距最近时限 {left:.1f} 小时",
        f"class {customer_class}, next deadline in {left:.1f} h",
    )
