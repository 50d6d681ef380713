"""The clocks of a case: started, met, paused and resumed, each able to say how its deadline came about."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Deadline, Reason
from models.values.policy import Policy
from models.values.section import Term
from models.values.vocabulary import ClockName, HoldReason

Clocks = tuple[Deadline, ...]

TIMERS = frozenset({ClockName.CALL_BACK, ClockName.HOLD, ClockName.ASSIGN_AGAIN})
"""Clocks that only call again: being late at them is not a breach."""

UNPAUSED = frozenset({ClockName.STATUTORY, ClockName.ACKNOWLEDGE, ClockName.AUTHORITY, ClockName.COUNTERPART})
"""Clocks that no hold stops: the customer is not who they wait for."""


def after(term: Term, start: datetime, policy: Policy) -> datetime:
    """When a term that begins at `start` ends."""
    calendar = policy.calendars[term.calendar]
    if term.hours is not None:
        return calendar.after_hours(start, term.hours)
    return calendar.after_days(start, term.days or 0)


def start(name: ClockName, term: Term, begins: datetime, policy: Policy, *, ref: int | None = None) -> Deadline:
    """A clock of the rulebook, started."""
    due = after(term, begins, policy)
    span_zh = f"{term.hours:g} 小时" if term.hours is not None else f"{term.days} 天"
    span_en = f"{term.hours:g} h" if term.hours is not None else f"{term.days} days"
    why = Reason(
        f"自 {_local(begins)} 起 {span_zh},按 {term.calendar} 日历,至 {_local(due)}",
        f"{span_en} from {_local(begins)} on calendar {term.calendar}, until {_local(due)}",
    )
    why = _owned(why, policy.calendars[term.calendar].guessed(begins, due))
    return _deadline(name, begins, due, term.calendar, why, policy, ref)


def start_resolve(facts: CaseFacts, begins: datetime, policy: Policy) -> Deadline:
    """Internal resolution by class, never later than the margin before the statutory end."""
    customer_class = facts.customer_class or policy.rulebook.default_class
    clock = start(ClockName.RESOLVE, policy.rulebook.clocks.resolve[customer_class], begins, policy)
    margin = timedelta(hours=policy.rulebook.clocks.statutory_margin_hours)
    latest = statutory_end(facts.received_at, policy) - margin
    if clock.due_at <= latest or latest <= begins:
        return clock
    why = Reason(
        f"{customer_class} 类时限晚于法定期限前 {margin / timedelta(hours=1):g} 小时,提前至 {_local(latest)}",
        f"the term of class {customer_class} would end after the margin before the statutory end: {_local(latest)}",
    )
    return _deadline(ClockName.RESOLVE, begins, latest, clock.calendar, why, policy, None)


def statutory_end(received: datetime, policy: Policy) -> datetime:
    """24:00 of the last day, counted from the day after receipt, moved past a public holiday to its next working day.

    A holiday ends with the weekend joined to it (放假调休): 4 October 2026 is a Sunday, and inside National Day.
    """
    last = received.astimezone(SHANGHAI).date() + timedelta(days=policy.rulebook.clocks.statutory_days)
    while closed := next((one for one in policy.calendars.values() if one.holiday(last)), None):
        last = closed.next_working_day(last)
    return datetime.combine(last + timedelta(days=1), time(0), SHANGHAI).astimezone(received.tzinfo)


def start_statutory(facts: CaseFacts, policy: Policy) -> Deadline:
    due = statutory_end(facts.received_at, policy)
    days = policy.rulebook.clocks.statutory_days
    why = Reason(
        f"自受理次日起第 {days} 日 24:00,遇法定节假日顺延,至 {_local(due)}",
        f"24:00 of day {days} after the day of receipt, moved past a public holiday: {_local(due)}",
    )
    guessed = {year for one in policy.calendars.values() for year in one.guessed(facts.received_at, due)}
    why = _owned(why, tuple(sorted(guessed)))
    return _deadline(ClockName.STATUTORY, facts.received_at, due, "statutory", why, policy, None)


def timer(name: ClockName, now: datetime, due: datetime, why: Reason, *, ref: int | None = None) -> Deadline:
    """A moment to look again, or a promise: no rulebook term behind it."""
    return Deadline(name, now, due, "agreed", why, ref=ref)


def meet(clocks: Clocks, name: ClockName, now: datetime, *, ref: int | None = None) -> Clocks:
    """End the open clocks of a name (of a promise: the one with that `ref`); time that stood still does not count."""
    return tuple(
        replace(_resumed(clock, now), met_at=now)
        if clock.name is name and clock.met_at is None and ref in (None, clock.ref)
        else clock
        for clock in clocks
    )


def meet_all(clocks: Clocks, now: datetime) -> Clocks:
    """End what still runs except promises: the case needs no more attention."""
    for name in ClockName:
        if name is not ClockName.PROMISE:
            clocks = meet(clocks, name, now)
    return clocks


def pause(clocks: Clocks, reason: HoldReason, now: datetime, policy: Policy) -> Clocks:
    """Stop the pausable clocks, if the rulebook lets this reason do so."""
    if reason not in policy.rulebook.clocks.paused_by:
        return clocks
    return tuple(replace(clock, paused_at=now) if clock.running and clock.pausable else clock for clock in clocks)


def resume(clocks: Clocks, now: datetime) -> Clocks:
    """Start paused clocks again, their deadlines moved by as long as they stood."""
    return tuple(_resumed(clock, now) for clock in clocks)


def earliest(clocks: Clocks) -> datetime | None:
    """When the next of the running clocks wants follow-up."""
    moments = [moment for clock in clocks if (moment := _wants(clock)) is not None]
    return min(moments, default=None)


def assign_again(facts: CaseFacts) -> datetime | None:
    """When to look again for an owner: nobody could take the case, and nothing a person decides on changed since."""
    tried = [one for one in facts.clocks if one.name is ClockName.ASSIGN_AGAIN and one.ref == facts.version]
    return max((one.due_at for one in tried if one.running), default=None)


def late(clock: Deadline, now: datetime) -> bool:
    """Missed: met after its deadline, or not met when it came. While it is paused, time stands where it was paused."""
    if clock.name in TIMERS:
        return False
    if clock.met_at is not None:
        return clock.met_at > clock.due_at
    return (clock.paused_at or now) >= clock.due_at


def wants_now(clock: Deadline, now: datetime) -> bool:
    moment = _wants(clock)
    return moment is not None and moment <= now


def _wants(clock: Deadline) -> datetime | None:
    if not clock.running or clock.fired >= 2:
        return None
    return clock.remind_at if clock.fired == 0 and clock.remind_at is not None else clock.due_at


def _resumed(clock: Deadline, now: datetime) -> Deadline:
    if clock.paused_at is None:
        return clock
    stood = now - clock.paused_at
    why = Reason(
        f"{clock.why.zh};暂停 {_hours(stood)} 小时后顺延",
        f"{clock.why.en}; moved by a pause of {_hours(stood)} h",
    )
    remind = clock.remind_at + stood if clock.remind_at and clock.fired == 0 else clock.remind_at
    return replace(clock, paused_at=None, due_at=clock.due_at + stood, remind_at=remind, why=why)


def _deadline(
    name: ClockName,
    begins: datetime,
    due: datetime,
    calendar: str,
    why: Reason,
    policy: Policy,
    ref: int | None,
) -> Deadline:
    remind = begins + (due - begins) * policy.rulebook.clocks.remind_at
    pausable = name not in UNPAUSED
    return Deadline(name, begins, due, calendar, why, remind, pausable=pausable, ref=ref)


def _owned(why: Reason, guessed: tuple[int, ...]) -> Reason:
    """The derivation, with what it could not know."""
    if not guessed:
        return why
    years = [str(year) for year in guessed]
    return Reason(
        f"{why.zh}({'、'.join(years)} 年节假日安排未收录,仅按周末推算)",
        f"{why.en} (the public holidays of {', '.join(years)} are not known yet: weekends alone)",
    )


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.1f}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
