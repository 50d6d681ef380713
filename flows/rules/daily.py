"""Days and shifts: which are still to be told, what a shift takes over, and the words for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.rules import clocks
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.chinese import FLAGS, chinese
from models.values.daily import By, Day, Handed, Handover, Notable
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.stage_terms import EventKind
from models.values.telling_policy import Daily
from models.values.vocabulary import Severity

DAY = timedelta(days=1)
WHY = {
    **FLAGS,
    Severity.SERIOUS: chinese(Severity.SERIOUS),
    EventKind.QUARANTINED: "隔离",
    EventKind.ESCALATED: "升级",
}
"""Why a case is notable, in Chinese."""


@dataclass(frozen=True)
class ShiftSpan:
    """One shift: the day it begins on, its name, from when until when."""

    day: date
    name: str
    begins: datetime
    ends: datetime


def bounds(day: date) -> tuple[datetime, datetime]:
    """From 0:00 to 24:00 in Shanghai."""
    begins = datetime.combine(day, time(0), SHANGHAI)
    return begins, begins + DAY


def missing(last: date | None, first: date | None, now: datetime, policy: Daily) -> list[date]:
    """The days that are over and have no summary yet; `first`: of the first case there is, None: there is none."""
    today = now.astimezone(SHANGHAI).date()
    begins = last + DAY if last is not None else first
    if begins is None:
        return []
    begins = max(begins, today - timedelta(days=policy.catches_up_days))
    return [begins + timedelta(days=number) for number in range((today - begins).days)]


def shift_at(now: datetime, policy: Daily) -> ShiftSpan:
    """The shift that is on; the last of a day goes on into the next until the first begins."""
    local = now.astimezone(SHANGHAI)
    starts = [
        (datetime.combine(local.date() + timedelta(days=days), begins, SHANGHAI), name)
        for days in (-1, 0, 1)
        for name, begins in policy.shifts.items()
    ]
    starts.sort()
    begins, name = max(one for one in starts if one[0] <= local)
    ends = min(moment for moment, _ in starts if moment > begins)
    return ShiftSpan(begins.date(), name, begins, ends)


@dataclass(frozen=True)
class AtHand:
    """What of a case a hand-over tells; the facts of ten thousand at once would not fit."""

    number: int
    owner_id: int | None
    roles: tuple[str, ...]
    overdue: bool
    promised: int


def at_hand(facts: CaseFacts, until: datetime, policy: Policy) -> AtHand | None:
    """None: it wants nothing in this shift."""
    if facts.hold is not None or not _wanted(facts, until):
        return None
    return AtHand(facts.number, facts.owner_id, _roles(facts, policy), facts.overdue, _promised(facts, until))


def hand_over(found: Sequence[AtHand], team: Mapping[int, StaffFacts], policy: Policy) -> Handover:
    """What stays with its owner, and what goes to whoever is there; each list names so many, the counts are whole."""
    stays: dict[str, list[int]] = defaultdict(list)
    handed: dict[tuple[int | None, tuple[str, ...]], list[int]] = defaultdict(list)
    for one in found:
        owner = team.get(one.owner_id) if one.owner_id is not None else None
        if owner is not None and owner.present:
            stays[str(owner.id)].append(one.number)
        else:
            handed[one.owner_id, one.roles].append(one.number)
    named = policy.rulebook.daily.named_at_most
    return Handover(
        cases=len(found),
        promises=sum(one.promised for one in found),
        overdue=sum(one.overdue for one in found),
        stays={owner: sorted(numbers)[:named] for owner, numbers in sorted(stays.items())},
        handed=[
            Handed(sorted(numbers)[:named], roles, owner)
            for (owner, roles), numbers in sorted(handed.items(), key=lambda one: (one[0][0] or 0, one[0][1]))
        ],
    )


def _wanted(facts: CaseFacts, until: datetime) -> bool:
    running = (clock for clock in facts.clocks if clock.running and clock.name not in clocks.TIMERS)
    return facts.overdue or any(clock.due_at < until for clock in running)


def _promised(facts: CaseFacts, until: datetime) -> int:
    return sum(clock.due_at < until for clock in clocks.promised(facts.clocks))


def _roles(facts: CaseFacts, policy: Policy) -> tuple[str, ...]:
    return tuple(role.value for role in policy.rulebook.assignment.roles.get(facts.stage, ()))


def words_of_day(day: date, figures: Day, policy: Policy) -> tuple[Reason, Reason]:
    """Title and text of a day's notice."""
    labels = policy.rulebook.taxonomy.wording.labels
    names = {k.value: v for k, v in policy.rulebook.wording.clocks.items()}
    f = figures
    zh = [
        f"受理 {f.received.cases} 件({_listed(f.received.by_kind, labels)})",
        f"结案 {f.closed.cases} 件，日终在办 {f.open} 件，其中超时 {f.overdue} 件",
        f"投诉类别：{_listed(f.received.by_category, labels)}",
        f"当日超时 {f.breached.cases} 件({_listed(f.breaches, names)})",
        f"承诺到期 {f.promises.due} 项：按时 {f.promises.kept}，逾期 {f.promises.late}，未兑现 {f.promises.open}；"
        f"次日到期 {f.promises_next_day} 项",
        f"答复 {f.answered} 件，首次联系即解决 {f.first_contact} 件；升级 {f.escalated}，重新打开 {f.reopened}",
        f"重点工单：{_notable(f.notable, '、', ('(', ')'), WHY) or '无'}",
    ]
    en = [
        f"received {f.received.cases} ({_listed(f.received.by_kind)})",
        f"closed {f.closed.cases}; open at the end {f.open}, of them overdue {f.overdue}",
        f"complaints by category: {_listed(f.received.by_category)}",
        f"deadlines missed in {f.breached.cases} cases ({_listed(f.breaches)})",
        f"promises due {f.promises.due}: kept {f.promises.kept}, late {f.promises.late}, open {f.promises.open};"
        f" due the next day {f.promises_next_day}",
        f"answered {f.answered}, at first contact {f.first_contact}; escalated {f.escalated}, reopened {f.reopened}",
        f"notable cases: {_notable(f.notable, ', ', (' (', ')')) or 'none'}",
    ]
    return Reason(f"每日总结 {day}", f"daily summary {day}"), Reason("\n".join(zh), "\n".join(en))


def words_of_shift(
    shift: ShiftSpan, figures: Handover, names: Mapping[int, str], policy: Policy
) -> tuple[Reason, Reason]:
    """Title and text of a hand-over's notice; names of staff, so it is sealed."""
    f = figures
    zh = [f"本班须办 {f.cases} 件，承诺 {f.promises} 项，已超时 {f.overdue} 件"]
    en = [f"wanted in this shift: {f.cases} cases, {f.promises} promises, {f.overdue} overdue already"]
    for owner, numbers in f.stays.items():
        who = names.get(int(owner), owner)
        zh.append(f"{who} 继续：{_numbers(numbers, '、')}")
        en.append(f"stays with {who}: {_numbers(numbers, ', ')}")
    for one in f.handed:
        left = names.get(one.from_staff, str(one.from_staff)) if one.from_staff is not None else ""
        zh_roles, en_roles = "/".join(chinese(Role(role)) for role in one.to_roles), "/".join(one.to_roles)
        zh.append(f"{left or '无人经办'} → {zh_roles}：{_numbers(one.cases, '、')}")
        en.append(f"{left or 'nobody'} → {en_roles}: {_numbers(one.cases, ', ')}")
    zh_name = policy.rulebook.wording.shifts.get(shift.name, shift.name)
    title = Reason(f"交接班 {shift.day} {zh_name}", f"shift hand-over {shift.day} {shift.name}")
    return title, Reason("\n".join(zh), "\n".join(en))


def _notable(
    found: Iterable[Notable], comma: str, brackets: tuple[str, str], names: Mapping[str, str] | None = None
) -> str:
    opens, closes = brackets
    whys = ((one.number, comma.join((names or {}).get(why, why) for why in one.why)) for one in found)
    return comma.join(f"{number}{opens}{why}{closes}" for number, why in whys)


def _numbers(numbers: Sequence[int], comma: str) -> str:
    return comma.join(map(str, numbers))


def _listed(counts: By, names: Mapping[str, Any] | None = None) -> str:
    if not counts:
        return "无" if names is not None else "none"
    comma = "、" if names is not None else ", "
    return comma.join(f"{(names or {}).get(name, name)} {count}" for name, count in counts.items())
