"""When things happen: people look at their work every hour and a half by day, twice by night; calls come in batches."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import groupby

from models.values.calendar import SHANGHAI

from .request import SimulatedRequest


def _times(*clock: str) -> tuple[time, ...]:
    return tuple(time.fromisoformat(one) for one in clock)


ROUNDS = _times("03:00", "07:40", "09:10", "10:40", "12:10", "13:40", "15:10", "16:40", "18:10", "19:40", "22:30")
QUIET_ROUNDS = _times("09:10", "12:10", "15:10", "18:10", "22:30")
"""When no calls come in any more and little is left; every shift sees the parts of the day to call customers in."""
BATCH = timedelta(minutes=30)
"""Calls of so long are recorded together; each keeps the time it was received."""


IDLE_ROUNDS = _times("09:10", "15:10")
"""When only incidents wait, for their effect to show."""


def next_round(now: datetime, *, quiet: bool = False, idle: bool = False) -> datetime:
    """The first round after `now`."""
    local = now.astimezone(SHANGHAI)
    hours = IDLE_ROUNDS if idle else QUIET_ROUNDS if quiet else ROUNDS
    later = [hour for hour in hours if hour > local.time()]
    day = local.date() if later else local.date() + timedelta(days=1)
    return datetime.combine(day, later[0] if later else hours[0], SHANGHAI).astimezone(now.tzinfo)


def batches(
    requests: Iterable[SimulatedRequest], begins: datetime
) -> Iterator[tuple[datetime, list[SimulatedRequest]]]:
    """Requests in order of arrival, with the moment at which each batch is recorded."""

    def recorded(one: SimulatedRequest) -> datetime:
        return begins + BATCH * (one.received // BATCH + 1)

    for moment, batch in groupby(sorted(requests, key=lambda one: one.received), recorded):
        yield moment, list(batch)
