"""The clocks of a case: started, met, paused and resumed, each able to say how its deadline came about."""

from dataclasses import replace
from datetime import datetime, timedelta

from flows.rules import derivation, incident_clocks
from models.values.case import CaseFacts, Deadline, Reason
from models.values.policy import Policy
from models.values.section import Term
from models.values.stage_terms import ClockName
from models.values.vocabulary import HoldReason

Clocks = tuple[Deadline, ...]

BEYOND = frozenset({ClockName.PAYMENT, ClockName.REGULATOR})
"""Clocks of others than the customer: they run on when the case is closed."""

TIMERS = frozenset({ClockName.CALL_BACK, ClockName.HOLD, ClockName.ASSIGN_AGAIN, ClockName.AWAY})
"""Clocks that only call again: being late at them is not a breach."""

UNPAUSED = incident_clocks.OF_INCIDENTS | {ClockName.STATUTORY}
"""Clocks that no hold stops: the customer is not who they wait for."""

AGREED = "agreed"
"""In place of a calendar: a moment somebody named, with no term of the rulebook behind it."""

MISSED = 2
"""What `Deadline.fired` is once the breach was told."""


def after(term: Term, start: datetime, policy: Policy) -> datetime:
    """When a term that begins at `start` ends."""
    calendar = policy.calendars[term.calendar]
    if term.hours is not None:
        return calendar.after_hours(start, term.hours)
    return calendar.after_days(start, term.days or 0)


def start(name: ClockName, term: Term, begins: datetime, policy: Policy, *, ref: int | None = None) -> Deadline:
    """A clock of the rulebook, started."""
    due = after(term, begins, policy)
    why = derivation.told(term, begins, due, policy.calendars[term.calendar])
    return deadline(name, begins, due, term.calendar, why, policy, ref)


def deadline(
    name: ClockName,
    begins: datetime,
    due: datetime,
    calendar: str,
    why: Reason,
    policy: Policy,
    ref: int | None = None,
) -> Deadline:
    """A clock of the rulebook whose end somebody worked out."""
    share = 0.0 if name is ClockName.EFFECT else policy.rulebook.clocks.remind_at  # it begins when one can look at last
    remind = begins + (due - begins) * share
    pausable = name not in UNPAUSED and name not in BEYOND
    return Deadline(name, begins, due, calendar, why, remind, pausable=pausable, ref=ref, stamp=policy.stamp)


def term_of(name: ClockName, facts: CaseFacts, policy: Policy) -> Term | None:
    """The term behind a clock of this name; None: it is agreed with somebody, or the statutory one."""
    rules = policy.rulebook.clocks
    match name:
        case ClockName.ACKNOWLEDGE:
            return rules.acknowledge
        case ClockName.CLASSIFY:
            return rules.classify
        case ClockName.ANSWER:
            return rules.answer
        case ClockName.FEED_BACK:
            return rules.feed_back
        case ClockName.REVISIT:
            return rules.revisit
        case ClockName.RESOLVE:
            return rules.resolve[facts.customer_class or policy.rulebook.default_class]
        case ClockName.UNIT_ANSWER:
            hours = rules.unit_hours.get(facts.unit or "", rules.unit_answer.calendar)
            return rules.unit_answer.model_copy(update={"calendar": hours})
        case ClockName.PAYMENT:
            return policy.rulebook.settlement.pay_within
        case ClockName.REGULATOR:
            return policy.rulebook.regulator.answer
    return incident_clocks.term_of(name, facts, policy)


def timer(name: ClockName, now: datetime, due: datetime, why: Reason, *, ref: int | None = None) -> Deadline:
    """A moment to look again, or a promise: no rulebook term behind it."""
    return Deadline(name, now, due, AGREED, why, ref=ref)


def meet(clocks: Clocks, name: ClockName, now: datetime, *, ref: int | None = None) -> Clocks:
    """End the open clocks of a name (of a promise: the one with that `ref`); time that stood still does not count."""
    return tuple(
        replace(_resumed(clock, now), met_at=now)
        if clock.name is name and clock.met_at is None and ref in (None, clock.ref)
        else clock
        for clock in clocks
    )


def meet_all(clocks: Clocks, now: datetime) -> Clocks:
    """End what still runs except promises and what others wait for: the case itself needs no more attention."""
    for name in ClockName:
        if name is not ClockName.PROMISE and name not in BEYOND:
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


def moved_by(clock: Deadline, stood: timedelta) -> Deadline:
    """A deadline put off by a pause; what was told already is not told again for it."""
    remind, climb = clock.remind_at, clock.escalate_at
    return replace(
        clock,
        paused_at=None,
        due_at=clock.due_at + stood,
        remind_at=remind + stood if remind and clock.fired == 0 else remind,
        escalate_at=climb + stood if climb else climb,
        stood=clock.stood + stood.total_seconds(),
        why=derivation.paused(clock.why, stood),
    )


def promised(clocks: Clocks) -> Clocks:
    """The promises that are not kept yet, late or not."""
    return tuple(clock for clock in clocks if clock.name is ClockName.PROMISE and clock.met_at is None)


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
    if not clock.running:
        return None
    if clock.fired >= MISSED:
        return clock.escalate_at
    return clock.remind_at if clock.fired == 0 and clock.remind_at is not None else clock.due_at


def _resumed(clock: Deadline, now: datetime) -> Deadline:
    return clock if clock.paused_at is None else moved_by(clock, now - clock.paused_at)
