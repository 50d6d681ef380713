"""How a deadline came about, in words: its term, its calendar, and the days that did not count."""

from datetime import date, datetime, timedelta

from models.values.calendar import SHANGHAI, Gap, WorkingCalendar
from models.values.case import Reason
from models.values.section import Term

GAPS_TOLD = 6
"""So many runs of days off are listed; the rest are counted."""


def told(term: Term, begins: datetime, due: datetime, calendar: WorkingCalendar) -> Reason:
    """A term that ran from `begins` to `due`."""
    span_zh = f"{term.hours:g} 小时" if term.hours is not None else f"{term.days} 天"
    span_en = f"{term.hours:g} h" if term.hours is not None else f"{term.days} days"
    why = Reason(
        f"自 {local(begins)} 起 {span_zh}，按{calendar.called or f' {term.calendar} 日历'}，至 {local(due)}",
        f"{span_en} from {local(begins)} on calendar {term.calendar}, until {local(due)}",
    )
    return owned(skipping(why, calendar, begins, due), calendar.guessed(begins, due))


def skipping(why: Reason, calendar: WorkingCalendar, begins: datetime, due: datetime) -> Reason:
    """With the days between that did not count, and the make-up days that did."""
    if calendar.always:
        return why
    first, last = _day(begins), _day(due)
    gaps, made_up = calendar.gaps(first, last), calendar.made_up(first, last)
    if not gaps and not made_up:
        return why
    zh, en = [why.zh], [why.en]
    if gaps:
        zh.append("不计 " + "、".join(_gap(gap, ("节假日", "周末"), "至") for gap in gaps[:GAPS_TOLD]))
        en.append("not counted: " + ", ".join(_gap(gap, ("holiday", "weekend"), " to ") for gap in gaps[:GAPS_TOLD]))
        if (left := len(gaps) - GAPS_TOLD) > 0:
            zh.append(f"另有 {left} 段休息日")
            en.append(f"{left} more runs of days off")
    if made_up:
        days = [day.isoformat() for day in made_up[:GAPS_TOLD]]
        zh.append(f"调休上班 {'、'.join(days)}")
        en.append(f"made up by work on {', '.join(days)}")
    return Reason(";".join(zh), "; ".join(en))


def owned(why: Reason, guessed: tuple[int, ...]) -> Reason:
    """The derivation, with what it could not know."""
    if not guessed:
        return why
    years = [str(year) for year in guessed]
    return Reason(
        f"{why.zh}({'、'.join(years)} 年节假日安排未收录，仅按周末推算)",
        f"{why.en} (the public holidays of {', '.join(years)} are not known yet: weekends alone)",
    )


def paused(why: Reason, stood: timedelta) -> Reason:
    hours = f"{stood / timedelta(hours=1):.1f}"
    return Reason(f"{why.zh}；暂停 {hours} 小时后顺延", f"{why.en}; moved by a pause of {hours} h")


def local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _gap(gap: Gap, names: tuple[str, str], to: str) -> str:
    days = gap.first.isoformat() if gap.first == gap.last else f"{gap.first}{to}{gap.last}"
    name = names[0] if gap.holiday else names[1]
    return f"{days}({name})" if to == "至" else f"{days} ({name})"


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
