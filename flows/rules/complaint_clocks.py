"""When a complaint must be answered by law and by ourselves: from the first contact, and anew when it comes back."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from flows.rules import clocks, derivation
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Deadline, Reason
from models.values.policy import Policy
from models.values.stage_terms import ClockName


def start_of(name: ClockName, facts: CaseFacts, begins: datetime, policy: Policy) -> Deadline | None:
    """Whichever clock of the rulebook, started at `begins`; None: it has no term there."""
    if name is ClockName.STATUTORY:
        return start_statutory(facts, policy, begins)
    if name is ClockName.RESOLVE:
        return start_resolve(facts, begins, policy)
    term = clocks.term_of(name, facts, policy)
    return clocks.start(name, term, begins, policy) if term is not None else None


def start_resolve(facts: CaseFacts, begins: datetime, policy: Policy) -> Deadline:
    """Internal resolution by class, never later than the margin before the statutory end."""
    customer_class = facts.customer_class or policy.rulebook.default_class
    clock = clocks.start(ClockName.RESOLVE, policy.rulebook.clocks.resolve[customer_class], begins, policy)
    margin = timedelta(hours=policy.rulebook.clocks.statutory_margin_hours)
    latest = _statutory_due(facts, policy) - margin
    if clock.due_at <= latest or latest <= begins:
        return clock
    why = Reason(
        f"{customer_class} 类时限晚于法定期限前 {margin / timedelta(hours=1):g} 小时，"
        f"提前至 {derivation.local(latest)}",
        f"the term of class {customer_class} would end after the margin before the statutory end: "
        f"{derivation.local(latest)}",
    )
    return clocks.deadline(ClockName.RESOLVE, begins, latest, clock.calendar, why, policy)


def _statutory_due(facts: CaseFacts, policy: Policy) -> datetime:
    running = [one.due_at for one in facts.clocks if one.name is ClockName.STATUTORY and one.met_at is None]
    return min(running, default=None) or statutory_end(facts.received_at, policy)


def statutory_end(received: datetime, policy: Policy) -> datetime:
    """24:00 of the last day, counted from the day after receipt.

    Of calendar days the last moves past a public holiday to its next working day. A holiday ends with the weekend
    joined to it (放假调休): 4 October 2026 is a Sunday, and inside National Day. Of working days it is one itself.
    """
    rules = policy.rulebook.clocks
    calendar = policy.calendars[rules.statutory_calendar]
    last = received.astimezone(SHANGHAI).date()
    if rules.statutory_count == "working_days":
        for _ in range(rules.statutory_days):
            last = calendar.next_working_day(last + timedelta(days=1))
    else:
        last += timedelta(days=rules.statutory_days)
        if calendar.holiday(last):
            last = calendar.next_working_day(last)
    return datetime.combine(last + timedelta(days=1), time(0), SHANGHAI).astimezone(received.tzinfo)


def start_statutory(facts: CaseFacts, policy: Policy, begins: datetime | None = None) -> Deadline:
    """From the first contact; of a complaint opened again, from then."""
    rules = policy.rulebook.clocks
    received, days = begins or facts.received_at, rules.statutory_days
    due = statutory_end(received, policy)
    calendar = policy.calendars[rules.statutory_calendar]
    midnight = due - timedelta(seconds=1)
    if rules.statutory_count == "working_days":
        why = Reason(
            f"自受理次日起第 {days} 个工作日 24:00，至 {derivation.local(due)}",
            f"24:00 of working day {days} after the day of receipt: {derivation.local(due)}",
        )
        why = derivation.skipping(why, calendar, received, midnight)
    else:
        why = Reason(
            f"自受理次日起第 {days} 日 24:00，遇法定节假日顺延，至 {derivation.local(due)}",
            f"24:00 of day {days} after the day of receipt, moved past a public holiday: {derivation.local(due)}",
        )
        planned = received + timedelta(days=days)
        if planned.astimezone(SHANGHAI).date() < midnight.astimezone(SHANGHAI).date():
            why = derivation.skipping(why, calendar, planned, midnight)
    why = derivation.owned(why, calendar.guessed(received, due))
    return clocks.deadline(ClockName.STATUTORY, received, due, rules.statutory_calendar, why, policy)


def start_round(facts: CaseFacts, left: clocks.Clocks, begins: datetime, policy: Policy) -> clocks.Clocks:
    """The complaint is to be handled (again) from `begins`: `left`, with what then runs.

    Once the customer was told, the statutory clock had been met: what he brings back is a complaint anew.
    """
    if not any(one.name is ClockName.STATUTORY and one.met_at is None for one in left):
        left = (*left, start_statutory(facts, policy, begins))
    return (*left, start_resolve(replace(facts, clocks=left), begins, policy))


def reclassed(facts: CaseFacts, now: datetime, policy: Policy) -> clocks.Clocks:
    """The clocks of a case whose customer's class became known: what may bring the resolution forward does.

    It is counted from now, for nobody could know it before, and never puts a deadline off.
    """
    term = start_resolve(facts, now, policy)

    def sooner(clock: Deadline) -> bool:
        if clock.name is not ClockName.RESOLVE or clock.met_at is not None:
            return False
        return term.due_at - now < clock.due_at - (clock.paused_at or now)

    return tuple(replace(term, paused_at=clock.paused_at and now) if sooner(clock) else clock for clock in facts.clocks)
