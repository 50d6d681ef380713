"""Who is there: on shift, and not away. Only those present get new cases."""

from collections.abc import Iterable
from datetime import datetime

from models.values.calendar import WorkingCalendar
from models.values.policy import Policy
from models.values.shift import Absence, Shift


def present(shift: Shift | None, absences: Iterable[Absence], policy: Policy, now: datetime) -> bool:
    """Without a shift somebody is on duty at any hour (a system, or a centre that keeps none)."""
    if any(absence.covers(now) for absence in absences):
        return False
    return shift is None or shift.covers(now, _calendar(shift.calendar, policy))


def _calendar(name: str, policy: Policy) -> WorkingCalendar:
    """A calendar that a later rulebook no longer has: the hours hold on every day."""
    return policy.calendars.get(name) or WorkingCalendar(name, always=True)
