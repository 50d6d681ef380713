"""Notices as people see them: what was told, how far it came, and whom it concerns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, literal_column, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.notices import targets
from flows.seeing import not_named
from models.case import cases
from models.notice import deliveries, notices, settled_at, subscriptions
from models.sealing import Seal
from models.values.case import StaffFacts
from models.values.notice_terms import NOBODY, NoticeChannel
from models.values.people_terms import Role

SEE_ALL = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class NoticeState(StrEnum):
    WAITING = "waiting"
    """Not yet taken by anybody: still to be sent, or tried again later."""
    DELIVERED = "delivered"
    """Taken by a mail server or a receiver, at least one."""
    FAILED = "failed"
    """Nobody took it, or whom it is addressed to is not subscribed to anything."""
    UNHEARD = "unheard"
    """It was for whoever asks for its kind, and nobody does."""


@dataclass(frozen=True)
class Way:
    """One delivery; `to` shows enough of the address to know which."""

    channel: NoticeChannel
    to: str
    state: NoticeState
    attempts: int
    not_before: datetime
    delivered_at: datetime | None
    error: str | None


@dataclass(frozen=True)
class Seen:
    """A notice; `payload` None: its text was erased."""

    row: Mapping[str, Any]
    state: NoticeState
    payload: Mapping[str, Any] | None
    ways: Sequence[Way] = field(default_factory=tuple)


_NOBODY: ColumnElement[str] = literal_column(f"'{NOBODY}'")
CONDITIONS: dict[NoticeState, ColumnElement[bool]] = {
    NoticeState.WAITING: and_(
        notices.c.delivered_at.is_(None), notices.c.failed_at.is_(None), notices.c.error.is_distinct_from(_NOBODY)
    ),
    NoticeState.UNHEARD: and_(
        notices.c.delivered_at.is_(None), notices.c.failed_at.is_(None), notices.c.error == _NOBODY
    ),
    NoticeState.DELIVERED: notices.c.delivered_at.is_not(None),
    NoticeState.FAILED: and_(notices.c.delivered_at.is_(None), notices.c.failed_at.is_not(None)),
}


def visible(actor: StaffFacts | None) -> ColumnElement[bool]:
    """Those addressed to him, to his role or unit; those above see all. Never of a case that names him or his unit.

    None: the command line.
    """
    if actor is None:
        return literal(True)
    if actor.role is Role.CHANNEL:
        return literal(False)
    named = select(cases.c.id).where(cases.c.id == notices.c.case_id, not_(not_named(actor)))
    unnamed = not_(named.correlate(notices).exists())
    if actor.level > 0 or actor.role in SEE_ALL:
        return unnamed
    his = [notices.c.to_staff == actor.id, notices.c.to_role == actor.role]
    if actor.unit is not None:
        his.append(notices.c.to_unit == actor.unit)
    return and_(unnamed, or_(*his))


async def list_notices(
    connection: AsyncConnection,
    seal: Seal,
    conditions: Sequence[ColumnElement[bool]],
    before: UUID | None,
    limit: int,
) -> list[Seen]:
    """Newest first (ids are made in order of time)."""
    query = (
        select(notices, cases.c.number)
        .outerjoin(cases, cases.c.id == notices.c.case_id)
        .where(*conditions)
        .order_by(notices.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(notices.c.id < before)
    rows = (await connection.execute(query)).mappings().all()
    ways = await _ways(connection, seal, [row["id"] for row in rows])
    return [_seen({**row}, ways[row["id"]], seal) for row in rows]


async def find_notice(
    connection: AsyncConnection, seal: Seal, id_: UUID, actor: StaffFacts | None = None
) -> Seen | None:
    """None: there is none, or this person may not know of it."""
    found = await list_notices(connection, seal, [notices.c.id == id_, visible(actor)], None, 1)
    return found[0] if found else None


def counted(since: datetime | None = None) -> Select[Any]:
    """The number of notices by state: of all that wait, and of the others of those settled since (None: of all)."""
    waiting = select(func.count()).select_from(notices).where(CONDITIONS[NoticeState.WAITING]).scalar_subquery()
    others = [state for state in NoticeState if state is not NoticeState.WAITING]
    settled = (func.count().filter(CONDITIONS[state]).label(state.value) for state in others)
    query = select(waiting.label(NoticeState.WAITING.value), *settled).select_from(notices)
    return query if since is None else query.where(settled_at > since)


async def _ways(connection: AsyncConnection, seal: Seal, ids: Sequence[UUID]) -> Mapping[UUID, list[Way]]:
    query = (
        select(deliveries, subscriptions.c.channel, subscriptions.c.target)
        .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
        .where(deliveries.c.notice_id.in_(ids))
        .order_by(deliveries.c.id)
    )
    found: dict[UUID, list[Way]] = defaultdict(list)
    for row in (await connection.execute(query)).all():
        state = _state(row.delivered_at, row.failed_at)
        to = targets.shown(seal.open(row.target)["to"])
        way = Way(NoticeChannel(row.channel), to, state, row.attempts, row.not_before, row.delivered_at, row.error)
        found[row.notice_id].append(way)
    return found


def _seen(row: Mapping[str, Any], ways: Sequence[Way], seal: Seal) -> Seen:
    payload = seal.open(row["payload"]) if row["payload"] is not None else None
    return Seen(row, _state(row["delivered_at"], row["failed_at"], row["error"]), payload, ways)


def _state(delivered_at: datetime | None, failed_at: datetime | None, error: str | None = None) -> NoticeState:
    if delivered_at is not None:
        return NoticeState.DELIVERED
    if failed_at is None and error == NOBODY:
        return NoticeState.UNHEARD
    return NoticeState.FAILED if failed_at is not None else NoticeState.WAITING
