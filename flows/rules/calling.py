"""When customers are called: calling hours, not at Spring Festival, each attempt in another part of the day."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from models.values.calendar import SHANGHAI
from models.values.case import Reason, Refusal
from models.values.policy import Policy
from models.values.vocabulary import ContactOutcome

DAYS_AHEAD = 30
"""Longer than any Spring Festival."""


def obstacle(moment: datetime, policy: Policy) -> Reason | None:
    """What stands against calling a customer at a moment; None: nothing."""
    course, local = policy.rulebook.course, moment.astimezone(SHANGHAI)
    if not course.calls_from <= local.time() < course.calls_until:
        hours = f"{course.calls_from:%H:%M}–{course.calls_until:%H:%M}"
        return Reason(f"仅可在 {hours} 拨打客户电话", f"customers are called between {hours} only")
    if _festival(local.date(), policy):
        return Reason("春节期间不拨打客户电话", "customers are not called at Spring Festival")
    return None


def refuse_bad_hours(moment: datetime, policy: Policy) -> None:
    """Raises Refusal when customers are not called at that moment."""
    if why := obstacle(moment, policy):
        raise Refusal(why.zh, why.en)


def next_attempt(now: datetime, tried: Collection[int], policy: Policy) -> datetime:
    """The beginning of the next part of the day, within calling hours, in which nobody tried yet."""
    local = now.astimezone(SHANGHAI)
    course = policy.rulebook.course
    starts = [part for part in course.day_parts if course.calls_from <= part < course.calls_until]
    days = [local.date() + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    open_days = [day for day in days if not _festival(day, policy)][:2]
    coming = [datetime.combine(day, part, SHANGHAI) for day in open_days for part in starts]
    later = [moment for moment in coming if moment > local]
    fresh = [moment for moment in later if part_of(moment, policy) not in tried]
    return (fresh or later)[0].astimezone(now.tzinfo)


def tried(attempts: Iterable[Any], policy: Policy) -> set[int]:
    """The parts of the day in which the customer was called and not reached."""
    return {part_of(datetime.fromisoformat(one["at"]), policy) for one in attempts if unreached(one)}


def exhausted(attempts: Collection[Any], policy: Policy) -> bool:
    """Whether to give up: attempts in enough different parts of the day, or very many."""
    course = policy.rulebook.course
    calls = sum(unreached(one) for one in attempts)
    return len(tried(attempts, policy)) >= course.contact_attempts or calls >= course.contacts_at_most


def part_of(moment: datetime, policy: Policy) -> int:
    """Which part of the day, whatever the day: ten o'clock on three mornings is one part of it."""
    parts: tuple[time, ...] = policy.rulebook.course.day_parts
    return sum(part <= moment.astimezone(SHANGHAI).time() for part in parts)


def unreached(attempt: Any) -> bool:
    return bool(attempt["outcome"] != ContactOutcome.CALL_BACK)


def _festival(day: date, policy: Policy) -> bool:
    return any(calendar.spring_festival(day) for calendar in policy.calendars.values())
