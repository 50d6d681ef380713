"""The report of a day and its shifts as an answer: JSON, and the same figures as CSV."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.reports import table
from models.daily import daily_summaries, shift_handovers


class CountedView(BaseModel):
    """A number of cases and how they are made up, most first; category and unit are those of complaints."""

    cases: int
    by_kind: dict[str, int]
    by_category: dict[str, int]
    by_unit: dict[str, int]


class PromisesView(BaseModel):
    """Promises due on the day: kept in time, kept late, still open when it was counted."""

    due: int
    kept: int
    late: int
    open: int


class NotableView(BaseModel):
    number: int
    why: list[str]


class HandedView(BaseModel):
    """Cases, by number, of somebody who was not there (None: of nobody), for those of these roles who were."""

    cases: list[int]
    to_roles: list[str]
    from_staff: int | None


class ShiftView(BaseModel):
    """What a shift took over: due or promised before it ends, or overdue already. `stays`: by staff id."""

    shift: str
    until: datetime
    cases: int
    promises: int
    overdue: int
    stays: dict[str, list[int]]
    handed: list[HandedView]
    notice_id: UUID


class DailyReport(BaseModel):
    """One day in the centre's own time zone; `until`: what is open or overdue stood so then."""

    day: date
    until: datetime
    received: CountedView
    closed: CountedView
    breached: CountedView
    breaches: dict[str, int]
    promises: PromisesView
    promises_next_day: int
    open: int
    overdue: int
    answered: int
    first_contact: int
    escalated: int
    reopened: int
    notable: list[NotableView]
    notice_id: UUID
    shifts: list[ShiftView]


async def daily_report(connection: AsyncConnection, day: date | None) -> DailyReport | None:
    """Of that day, or of the last one told; None: it was not told (yet)."""
    query = select(daily_summaries).order_by(daily_summaries.c.day.desc()).limit(1)
    query = query.where(daily_summaries.c.day == day) if day is not None else query
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    of_day = select(shift_handovers).where(shift_handovers.c.day == row["day"]).order_by(shift_handovers.c.until)
    shifts = [_shift(one) for one in (await connection.execute(of_day)).mappings().all()]
    known = {name: row[name] for name in ("day", "until", "notice_id")}
    return DailyReport.model_validate({**row["figures"], **known, "shifts": shifts})


def daily_csv(report: DailyReport) -> str:
    """A line for each figure: its group, its name, its value; shifts and notable cases follow."""
    lines: list[tuple[object, ...]] = []
    for name, value in report.model_dump().items():
        if isinstance(value, dict):
            lines += [(report.day, group, one, count) for group, one, count in _flat(name, value)]
        elif isinstance(value, int):
            lines.append((report.day, name, "", value))
    lines += [(report.day, "notable", ", ".join(one.why), one.number) for one in report.notable]
    for shift in report.shifts:
        where = f"shift {shift.shift}"
        lines += [(report.day, where, name, getattr(shift, name)) for name in ("cases", "promises", "overdue")]
        lines += [
            (report.day, where, f"stays with {who}", number) for who, some in shift.stays.items() for number in some
        ]
        lines += [
            (report.day, where, f"{one.from_staff or 'nobody'} to {'/'.join(one.to_roles)}", number)
            for one in shift.handed
            for number in one.cases
        ]
    return table(["day", "group", "name", "value"], lines)


def _flat(name: str, value: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    for key, inner in value.items():
        if isinstance(inner, dict):
            found += [(f"{name} {key}", one, count) for one, count in inner.items()]
        else:
            found.append((name, key, inner))
    return found


def _shift(row: Mapping[Any, Any]) -> ShiftView:
    return ShiftView.model_validate({**row["figures"], **{n: row[n] for n in ("shift", "until", "notice_id")}})
