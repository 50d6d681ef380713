"""When somebody is on duty: hours by weekday in a named calendar. No clock, no I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from models.values.calendar import SHANGHAI, WorkingCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
_SAID = re.compile(r"(?P<days>[a-z,-]+) (?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)")


class ShiftError(ValueError):
    """Hours that cannot be meant, in a sentence."""


@dataclass(frozen=True)
class Span:
    """Minutes after the day's midnight, local; `until` lies past 1440 when the span ends on the day after."""

    begins: int
    until: int


@dataclass(frozen=True)
class Absence:
    """Somebody is away from a moment (none: already) until another (none: until further notice)."""

    begins: datetime | None = None
    until: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        return (self.begins is None or self.begins <= moment) and (self.until is None or moment < self.until)


@dataclass(frozen=True)
class Shift:
    """Hours by weekday (0 Monday) in the centre's time zone, on the days that a calendar of the rulebook works."""

    calendar: str
    hours: Mapping[int, tuple[Span, ...]]

    def covers(self, moment: datetime, calendar: WorkingCalendar) -> bool:
        """A span past midnight belongs to the day it begins on."""
        local = moment.astimezone(SHANGHAI)
        yesterday = local.date() - timedelta(days=1)
        return self._holds(local.date(), local, calendar) or self._holds(yesterday, local, calendar)

    def _holds(self, day: date, local: datetime, calendar: WorkingCalendar) -> bool:
        since = (local - datetime.combine(day, time(0), SHANGHAI)) / timedelta(minutes=1)
        return any(span.begins <= since < span.until for span in self._of(day, calendar))

    def _of(self, day: date, calendar: WorkingCalendar) -> tuple[Span, ...]:
        if not calendar.works(day):
            return ()
        spans = self.hours.get(day.weekday(), ())
        if not spans and day in calendar.on:  # a make-up working day (调休) is worked like the first of the week
            return self.hours[min(self.hours)]
        return spans

    def stored(self) -> dict[str, Any]:
        hours = {WEEKDAYS[day]: [[one.begins, one.until] for one in spans] for day, spans in self.hours.items()}
        return {"calendar": self.calendar, "hours": hours}

    def __str__(self) -> str:
        """As people write it: `mon,tue 08:00-17:00; sat 20:00-08:00`."""
        by_spans: dict[tuple[Span, ...], list[str]] = {}
        for day in sorted(self.hours):
            by_spans.setdefault(self.hours[day], []).append(WEEKDAYS[day])
        said = [f"{','.join(days)} {_clock(one)}" for spans, days in by_spans.items() for one in spans]
        return f"{'; '.join(said)} ({self.calendar})"


def stored_shift(value: Mapping[str, Any] | None) -> Shift | None:
    """A shift as it was stored; none: on duty at any hour."""
    if value is None:
        return None
    hours = {WEEKDAYS.index(day): tuple(Span(*one) for one in spans) for day, spans in value["hours"].items()}
    return Shift(value["calendar"], hours)


def parsed(said: Iterable[str], calendar: str) -> Shift:
    """`mon-fri 08:00-17:00`, `sat,sun 20:00-08:00` (into the next day). Raises ShiftError."""
    hours: dict[int, list[Span]] = {}
    for one in said:
        match = _SAID.fullmatch(one.strip().lower())
        if match is None:
            raise ShiftError("write a shift as days and hours, such as 'mon-fri 08:00-17:00' or 'sat,sun 20:00-08:00'")
        begins, until = _minutes(match["from"]), _minutes(match["to"])
        if begins == MINUTES_A_DAY:
            raise ShiftError("a shift begins before 24:00; write 00:00 of the next day")
        span = Span(begins, until if until > begins else until + MINUTES_A_DAY)
        for day in _days(match["days"]):
            hours.setdefault(day, []).append(span)
    for day, spans in hours.items():
        spans.sort(key=lambda span: span.begins)
        if any(earlier.until > later.begins for earlier, later in pairwise(spans)):
            raise ShiftError(f"two spans of {WEEKDAYS[day]} overlap")
    return Shift(calendar, {day: tuple(spans) for day, spans in hours.items()})


def _days(said: str) -> list[int]:
    days: list[int] = []
    for part in said.split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise ShiftError(f"the days of a shift are {', '.join(WEEKDAYS)}")
        begins, ends = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        if ends < begins:
            raise ShiftError("the days of a shift run from mon to sun; write sun,mon for those two")
        days += range(begins, ends + 1)
    if len(set(days)) < len(days):
        raise ShiftError("a day stands twice in one shift")
    return days


def _minutes(said: str) -> int:
    hours, minutes = (int(part) for part in said.split(":"))
    if (hours, minutes) > (24, 0) or minutes > 59:
        raise ShiftError("hours run from 00:00 to 24:00")
    return hours * 60 + minutes


def _clock(span: Span) -> str:
    until = span.until if span.until <= MINUTES_A_DAY else span.until - MINUTES_A_DAY
    return "-".join(f"{one // 60:02}:{one % 60:02}" for one in (span.begins, until))
