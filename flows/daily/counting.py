"""The figures of a day, from the ledger: what happened then stays countable whenever the count is made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Select, and_, cast, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import cases
from models.event import events
from models.values.daily import Counted, Day, Notable, Promises
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Kind, Procedure, Severity

UNKNOWN = "unknown"
BREACHES = text(
    """SELECT clock, count(*) FROM events, json_array_elements_text(data -> 'clocks') AS clock
    WHERE kind = 'overdue' AND at >= :begins AND at < :ends GROUP BY 1 ORDER BY 2 DESC, 1"""
)
PROMISES = text(
    """SELECT count(*) AS due,
        count(*) FILTER (WHERE (kept.data ->> 'in_time')::bool) AS kept,
        count(*) FILTER (WHERE NOT (kept.data ->> 'in_time')::bool) AS late,
        count(*) FILTER (WHERE kept.case_id IS NULL) AS open
    FROM events AS made LEFT JOIN events AS kept
        ON kept.case_id = made.case_id AND kept.kind = 'promise_kept'
        AND (kept.data ->> 'promise')::int = made.seq AND kept.at < :until
    WHERE made.kind = 'promised' AND made.at < :ends
        AND (made.data ->> 'by')::timestamptz >= :begins AND (made.data ->> 'by')::timestamptz < :ends"""
)


BY_CUSTOMERS = cases.c.procedure.in_((Procedure.COMPLAINT, Procedure.REQUEST))
"""What customers brought in: rounds, their contacts and incidents have reports of their own; breaches count in all."""


async def count_day(
    connection: AsyncConnection, begins: datetime, ends: datetime, now: datetime, named_at_most: int
) -> Day:
    """The day from `begins` to `ends`; what is open and overdue stands as it is `now`."""
    span = {"begins": begins, "ends": ends}
    fresh = BY_CUSTOMERS & cases.c.recorded_at.between(begins, ends) & (cases.c.recorded_at < ends)
    happened = and_(events.c.at >= begins, events.c.at < ends)
    closed = select(events.c.case_id).where(
        events.c.case_id.in_(select(cases.c.id).where(BY_CUSTOMERS)),
        happened,
        events.c.stage == Stage.CLOSED,
        events.c.kind.in_((EventKind.SCORED, EventKind.MAIN_ENDED)),
    )
    breached = select(events.c.case_id).where(happened, events.c.kind == EventKind.OVERDUE)
    due = (await connection.execute(PROMISES, span | {"until": now})).one()
    next_day = (
        await connection.execute(PROMISES, {"begins": ends, "ends": ends + (ends - begins), "until": now})
    ).one()
    still = or_(cases.c.closed_at.is_(None), cases.c.closed_at >= ends)
    left = select(func.count(), func.count().filter(cases.c.overdue, cases.c.closed_at.is_(None)))
    open_, overdue = (await connection.execute(left.where(BY_CUSTOMERS, cases.c.recorded_at < ends, still))).one()
    kinds = await _kinds(connection, happened)
    return Day(
        received=await _counted(connection, select(cases.c.id).where(fresh)),
        closed=await _counted(connection, closed),
        breached=await _counted(connection, breached),
        breaches={row[0]: row[1] for row in (await connection.execute(BREACHES, span)).all()},
        promises=Promises(due.due, due.kept, due.late, due.open),
        promises_next_day=next_day.due,
        open=open_,
        overdue=overdue,
        answered=kinds.get(EventKind.ANSWERED, 0),
        first_contact=await _first_contact(connection, happened),
        escalated=kinds.get(EventKind.ESCALATED, 0),
        reopened=kinds.get(EventKind.REOPENED, 0),
        notable=await _notable(connection, fresh, happened, named_at_most),
    )


async def first_day(connection: AsyncConnection) -> Any:
    """The day the first case was recorded on, in Shanghai; None: there is none."""
    local = func.timezone("Asia/Shanghai", func.min(cases.c.recorded_at))
    return (await connection.execute(select(cast(local, Date)))).scalar_one()


async def _counted(connection: AsyncConnection, which: Select[Any]) -> Counted:
    """Cases by kind, category and unit, most first; category and unit of complaints alone."""
    query = select(cases.c.kind, cases.c.category, cases.c.unit, func.count())
    query = query.where(cases.c.id.in_(which))
    rows = (await connection.execute(query.group_by(cases.c.kind, cases.c.category, cases.c.unit))).all()
    complaints = [row for row in rows if row.kind == Kind.COMPLAINT]
    return Counted(
        sum(row[3] for row in rows),
        _summed([(row.kind, row[3]) for row in rows]),
        _summed([(row.category, row[3]) for row in complaints]),
        _summed([(row.unit, row[3]) for row in complaints]),
    )


def _summed(pairs: Sequence[tuple[str | None, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in pairs:
        sums[name or UNKNOWN] = sums.get(name or UNKNOWN, 0) + count
    return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))


async def _kinds(connection: AsyncConnection, happened: Any) -> dict[str, int]:
    query = select(events.c.kind, func.count()).where(happened).group_by(events.c.kind)
    return {row[0]: row[1] for row in (await connection.execute(query)).all()}


async def _first_contact(connection: AsyncConnection, happened: Any) -> int:
    said = events.c.data["first_contact"].as_boolean()
    query = select(func.count()).where(happened, events.c.kind == EventKind.ANSWERED, said)
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def _notable(connection: AsyncConnection, fresh: Any, happened: Any, at_most: int) -> list[Notable]:
    """Urgent or serious ones that came in, and what was quarantined or escalated."""
    grave = select(cases.c.number, cases.c.urgent, cases.c.severity).where(
        fresh, or_(func.cardinality(cases.c.urgent) > 0, cases.c.severity == Severity.SERIOUS)
    )
    why: dict[int, list[str]] = {}
    for row in (await connection.execute(grave.order_by(cases.c.number))).all():
        why[row.number] = [*row.urgent, *([row.severity] if row.severity == Severity.SERIOUS else [])]
    kinds = (EventKind.QUARANTINED, EventKind.ESCALATED)
    moved = select(cases.c.number, events.c.kind).join(events, events.c.case_id == cases.c.id)
    for number, kind in (await connection.execute(moved.where(happened, events.c.kind.in_(kinds)).distinct())).all():
        why.setdefault(number, []).append(kind)
    # Those with the most to say first.
    order = sorted(why.items(), key=lambda one: (-len(one[1]), one[0]))
    return [Notable(number, sorted(reasons)) for number, reasons in order[:at_most]]
