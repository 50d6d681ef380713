"""Working time as a value: which hours of which days count. No clock, no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Gap:
    """A run of days that do not count; `holiday`: a public holiday is among them, otherwise it is a weekend."""

    first: date
    last: date
    holiday: bool

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class WorkingCalendar:
    """Hours that count. `always`: 24 × 7. Otherwise `opens` to `closes` on working days, or on `every_day`.

    `off` are public holidays, `on` the make-up working days (调休), both of the years in `known`; other years fall back
    to weekends alone, and `guessed` names them. Without any `known` year weekends are what the calendar means.
    """

    name: str
    always: bool = False
    opens: time = time(9)
    closes: time = time(18)
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    known: frozenset[int] = frozenset()
    every_day: bool = False
    festival: frozenset[date] = frozenset()
    """The days of Spring Festival (春节), of every year: the moon tells them, nobody has to publish them."""
    called: str | None = None
    """Its name in Chinese."""

    def works(self, day: date) -> bool:
        if self.always or self.every_day or day in self.on:
            return True
        return day.weekday() < 5 and day not in self.off

    def after_hours(self, start: datetime, hours: float) -> datetime:
        """`start` plus so many hours that count."""
        if self.always:
            return start + timedelta(hours=hours)
        local, left = start.astimezone(SHANGHAI), timedelta(hours=hours)
        while True:
            day = local.date()
            opens = datetime.combine(day, self.opens, SHANGHAI)
            closes = datetime.combine(day, self.closes, SHANGHAI)
            begin = max(local, opens)
            if self.works(day) and begin < closes:
                if begin + left <= closes:
                    return (begin + left).astimezone(start.tzinfo)
                left -= closes - begin
            local = datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)

    def after_days(self, start: datetime, days: int) -> datetime:
        """The close of the working day so many working days after the day of `start`."""
        if self.always:
            return start + timedelta(days=days)
        day, left = start.astimezone(SHANGHAI).date(), days
        while left > 0:
            day += timedelta(days=1)
            left -= self.works(day)
        return datetime.combine(day, self.closes, SHANGHAI).astimezone(start.tzinfo)

    def holiday(self, day: date) -> bool:
        """Whether `day` lies in an unbroken run of days off with a public holiday in it; a weekend inside counts."""
        return any(one in self.off for one in self._days_off(day))

    def spring_festival(self, day: date) -> bool:
        """Whether `day` is one of Spring Festival, or lies in the unbroken run of days off around it."""
        return day in self.festival or any(one in self.festival for one in self._days_off(day))

    def guessed(self, first: datetime, last: datetime) -> tuple[int, ...]:
        """The years of a span whose public holidays are not published yet, so that only weekends were counted."""
        if self.always or not self.known:
            return ()
        years = range(first.astimezone(SHANGHAI).year, last.astimezone(SHANGHAI).year + 1)
        return tuple(year for year in years if year not in self.known)

    def _days_off(self, day: date) -> Iterator[date]:
        for step in (timedelta(days=-1), timedelta(days=1)):
            one = day
            while not self.works(one):
                yield one
                one += step

    def gaps(self, first: date, last: date) -> list[Gap]:
        """The runs of days off from `first` to `last`, both included."""
        found: list[Gap] = []
        day = first
        while day <= last:
            if self.works(day):
                day += timedelta(days=1)
                continue
            begin, holiday = day, False
            while day <= last and not self.works(day):
                holiday = holiday or day in self.off
                day += timedelta(days=1)
            found.append(Gap(begin, day - timedelta(days=1), holiday))
        return found

    def made_up(self, first: date, last: date) -> list[date]:
        """The make-up working days from `first` to `last`, both included."""
        return sorted(day for day in self.on if first <= day <= last)

    def next_working_day(self, day: date) -> date:
        """`day` itself when it works, else the first after it that does."""
        while not self.works(day):
            day += timedelta(days=1)
        return day
