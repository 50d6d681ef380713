"""Old notices: what nobody needs any more goes, some at a time.

A notice that nothing points to (an alarm, a test) goes whole. That of a day's summary or of a shift loses its text; its
figures are kept beside it. One about a case is proof of who was told what and when, and liability hangs on it: it stays
whole while the case or one linked with it is open, and long after; then it loses its text, and the row still says when
it went to whom, when it arrived and who acknowledged it. What waits, is on its way to anybody or still has to be
acknowledged stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.notices.reading import CONDITIONS, NoticeState
from models.case import cases
from models.daily import daily_summaries, shift_handovers
from models.notice import deliveries, notices, settled_at
from models.values.telling_policy import Notices

AT_ONCE = 200
"""Of each sort, in one transaction."""


async def let_go(connection: AsyncConnection, policy: Notices, now: datetime) -> int:
    """How many went or lost their text. Whoever else is at a notice, or at its case, keeps it until the next look."""
    since, of_cases_since = now - timedelta(days=policy.keep_days), now - timedelta(days=policy.keep_case_days)
    loose = await _ids(connection, _over(since).where(*_about_no_case(), not_(_pointed_to())))
    told = await _ids(connection, _over(since).where(*_about_no_case(), _pointed_to()))
    proof = await _ids(connection, _of_closed_cases(of_cases_since))
    if loose:
        await connection.execute(delete(deliveries).where(deliveries.c.notice_id.in_(loose)))
        await connection.execute(delete(notices).where(notices.c.id.in_(loose)))
    if silenced := [*told, *proof]:
        await connection.execute(update(notices).where(notices.c.id.in_(silenced)).values(payload=None))
    return len(loose) + len(silenced)


async def _ids(connection: AsyncConnection, query: Select[Any]) -> Sequence[UUID]:
    found: Sequence[UUID] = (await connection.execute(query)).scalars().all()
    return found


def _over(since: datetime) -> Select[Any]:
    """Those with a text that were settled before, to everybody; the oldest first, locked."""
    under_way = select(deliveries.c.id).where(
        deliveries.c.notice_id == notices.c.id, deliveries.c.delivered_at.is_(None), deliveries.c.failed_at.is_(None)
    )
    return (
        select(notices.c.id)
        .where(
            notices.c.payload.is_not(None),
            settled_at <= since,
            notices.c.resolved_at.is_not(None),
            not_(CONDITIONS[NoticeState.WAITING]),
            not_(under_way.exists()),
        )
        .order_by(settled_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=notices)
    )


def _about_no_case() -> tuple[ColumnElement[bool], ...]:
    heard = or_(not_(notices.c.must_acknowledge), notices.c.acknowledged_at.is_not(None))
    return notices.c.case_id.is_(None), heard


def _pointed_to() -> ColumnElement[bool]:
    records = (daily_summaries, shift_handovers)
    return or_(*(select(one.c.notice_id).where(one.c.notice_id == notices.c.id).exists() for one in records))


def _of_closed_cases(since: datetime) -> Select[Any]:
    """The case is locked as well: nobody reopens it meanwhile."""
    other = cases.alias()
    linked = or_(other.c.linked_to == cases.c.id, other.c.id == cases.c.linked_to)
    alive = select(other.c.id).where(linked, or_(other.c.closed_at.is_(None), other.c.closed_at > since))
    return (
        _over(since)
        .join(cases, cases.c.id == notices.c.case_id)
        .where(cases.c.closed_at <= since, not_(alive.exists()))
        .with_for_update(skip_locked=True, of=(notices, cases))
    )
