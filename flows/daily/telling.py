"""Summaries and hand-overs stored and told: each in one transaction, each once, whoever asks how often."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.daily.counting import count_day, first_day
from flows.legs.beside import save_rows
from flows.roster import members
from flows.rules import daily as rules
from flows.rules import lifecycle
from flows.rules.daily import ShiftSpan
from models.case import cases, to_facts
from models.daily import daily_summaries, shift_handovers
from models.locks import Lock, hold
from models.sealing import Seal
from models.values.daily import Handover
from models.values.notice_terms import NoticeKind
from models.values.notices import Addressee, notice
from models.values.policy import Policy
from models.wake import wakes

AT_ONCE = 500
"""Cases read at once for a hand-over."""


@dataclass(frozen=True)
class Told:
    """What one run told."""

    days: Sequence[date]
    shift: ShiftSpan | None
    """None: it was told already."""


async def tell(connection: AsyncConnection, seal: Seal, policy: Policy, now: datetime) -> Told:
    """Every day that is over and was not told yet, and the shift that is on. Commit is the caller's."""
    await hold(connection, Lock.SUMMARIES)
    last = (await connection.execute(select(func.max(daily_summaries.c.day)))).scalar_one()
    days = rules.missing(last, await first_day(connection), now, policy.rulebook.daily)
    for day in days:
        await _tell_day(connection, seal, policy, day, now)
    shift = rules.shift_at(now, policy.rulebook.daily)
    return Told(days, shift if await _tell_shift(connection, seal, policy, shift, now) else None)


async def _tell_day(connection: AsyncConnection, seal: Seal, policy: Policy, day: date, now: datetime) -> None:
    begins, ends = rules.bounds(day)
    figures = await count_day(connection, begins, ends, now, policy.rulebook.daily.named_at_most)
    title, said = rules.words_of_day(day, figures, policy)
    id_ = uuid7()
    await save_rows(connection, seal, [notice(NoticeKind.DAILY_SUMMARY, Addressee(), title, said, now, id_=id_)])
    values = {"day": day, "until": now, "figures": figures.as_json(), "notice_id": id_}
    await connection.execute(insert(daily_summaries).values(values))


async def _tell_shift(connection: AsyncConnection, seal: Seal, policy: Policy, shift: ShiftSpan, now: datetime) -> bool:
    told = select(shift_handovers.c.day).where(
        shift_handovers.c.day == shift.day, shift_handovers.c.shift == shift.name
    )
    if (await connection.execute(told)).first() is not None:
        return False
    figures, names = await _take_stock(connection, policy, shift, now)
    title, said = rules.words_of_shift(shift, figures, names, policy)
    id_ = uuid7()
    await save_rows(connection, seal, [notice(NoticeKind.SHIFT_HANDOVER, Addressee(), title, said, now, id_=id_)])
    values = {"day": shift.day, "shift": shift.name, "until": now, "figures": figures.as_json(), "notice_id": id_}
    await connection.execute(insert(shift_handovers).values(values))
    return True


async def _take_stock(
    connection: AsyncConnection, policy: Policy, shift: ShiftSpan, now: datetime
) -> tuple[Handover, dict[int, str]]:
    team = {one.id: one for one in await members(connection, policy, now)}
    found = rules.hand_over([one async for one in _at_hand(connection, shift.ends, policy)], team, policy)
    return found, {one.id: one.name for one in team.values()}


async def _at_hand(connection: AsyncConnection, until: datetime, policy: Policy) -> AsyncIterator[rules.AtHand]:
    """Cases that wait for a person and want something before then, or want it since long; read some at a time, so
    that the worker's other legs go on between."""
    query = (
        select(cases)
        .join(wakes, wakes.c.case_id == cases.c.id)
        .where(
            cases.c.closed_at.is_(None),
            cases.c.stage.in_(lifecycle.PERSONS),
            (wakes.c.due_at < until) | cases.c.overdue,
        )
        .order_by(cases.c.id)
        .limit(AT_ONCE)
    )
    rows = (await connection.execute(query)).mappings().all()
    while rows:
        for row in rows:
            if (one := rules.at_hand(to_facts(row), until, policy)) is not None:
                yield one
        rows = (await connection.execute(query.where(cases.c.id > rows[-1]["id"]))).mappings().all()
