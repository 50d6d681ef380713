"""Working calendars from the `holidays` library, which knows China's make-up working days (调休)."""

from datetime import date
from functools import lru_cache, partial

import holidays
from holidays import HolidayBase

from models.values.calendar import WorkingCalendar
from models.values.time_policy import Hours

SPRING_FESTIVAL = "Chinese New Year"
YEARS = range(2015, 2041)
"""Years asked of the library; those it does not know fall back to weekends."""


class UnknownCountry(Exception):
    """A calendar names a country whose holidays nobody knows."""


def working_calendar(name: str, hours: Hours) -> WorkingCalendar:
    """The calendar a rulebook describes, with the public holidays of its country if it names one."""
    named = partial(WorkingCalendar, name, hours.always, hours.opens, hours.closes, called=hours.called)
    if hours.country is None:
        return named(every_day=hours.every_day)
    try:
        off, on, known = _days(hours.country)
    except NotImplementedError:
        said = f"calendars › {name} › country: no holidays are known for {hours.country!r}; write a code such as CN"
        raise UnknownCountry(said) from None
    days = (frozenset[date](), frozenset[date](), frozenset[int]()) if hours.every_day else (off, on, known)
    festival = _spring_festival(hours.country)
    off, on, known = days
    return named(off=off, on=on, known=known, every_day=hours.every_day, festival=festival)


@lru_cache
def _days(country: str) -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    found: HolidayBase = holidays.country_holidays(country, years=list(YEARS))
    off = {day for day in found if day not in found.weekend_workdays}
    on = set(found.weekend_workdays)
    # A country with make-up days publishes them for each year; without, its holidays follow from the law.
    known = {day.year for day in off} & ({day.year for day in on} if on else set(YEARS))
    of_known = [frozenset(day for day in days if day.year in known) for days in (off, on)]
    return of_known[0], of_known[1], frozenset(known)


@lru_cache
def _spring_festival(country: str) -> frozenset[date]:
    found = holidays.country_holidays(country, years=list(YEARS), language="en_US")
    return frozenset(day for day, name in found.items() if SPRING_FESTIVAL in name)
