"""Whether the centre itself is well: quarantine, no worker, an old due wake, missed deadlines.

What stands is a row of `alarms`: each occurrence is told once, however many processes look, and once when it is over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, Uuid, any_, cast, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.beside import save_rows
from flows.rules.alarms import Changed, Subject, tell
from models.case import cases
from models.leg import legs
from models.locks import Lock, free
from models.notice import alarms
from models.sealing import Seal
from models.values.notice_terms import AlarmName
from models.values.telling_policy import Notices
from models.wake import wakes


async def watch(connection: AsyncConnection, seal: Seal, policy: Notices, now: datetime) -> list[Changed]:
    """One look; what changed since the last is told in the same transaction."""
    if not await free(connection, Lock.ALARMS):
        return []
    seen = [
        await _of_cases(connection, AlarmName.QUARANTINE, _quarantined(), now),
        await _of_cases(connection, AlarmName.DEADLINE_MISSED, _overdue(), now),
        await _of_all(connection, AlarmName.NO_WORKER, await _no_worker(connection, policy, now), now),
        await _of_all(connection, AlarmName.OLDEST_DUE, await _old(connection, policy.oldest_due_minutes, now), now),
    ]
    changed = [one for one in seen if one.begun or one.over]
    await save_rows(connection, seal, [row for one in changed for row in tell(one, policy, now)])
    return changed


def _quarantined() -> ColumnElement[bool]:
    held = select(wakes.c.case_id).where(wakes.c.case_id == cases.c.id, wakes.c.quarantined_at.is_not(None))
    return held.correlate(cases).exists()


def _overdue() -> ColumnElement[bool]:
    return cases.c.overdue & cases.c.closed_at.is_(None)


async def _of_cases(connection: AsyncConnection, name: AlarmName, wrong: ColumnElement[bool], now: datetime) -> Changed:
    subject = cast(cases.c.id, String(40))
    stands = select(alarms.c.id).where(alarms.c.name == name, alarms.c.subject == subject, alarms.c.ended_at.is_(None))
    fresh = select(literal(name.value), subject, literal(now)).where(wrong, ~stands.correlate(cases).exists())
    begun = insert(alarms).from_select(["name", "subject", "raised_at"], fresh).returning(alarms.c.subject)
    still = select(cases.c.id).where(subject == alarms.c.subject, wrong).correlate(alarms).exists()
    ended = (
        update(alarms)
        .where(alarms.c.name == name, alarms.c.ended_at.is_(None), ~still)
        .values(ended_at=now)
        .returning(alarms.c.subject)
    )
    over = (await connection.execute(ended)).scalars().all()
    new = (await connection.execute(begun)).scalars().all()
    return Changed(name, await _subjects(connection, new), await _subjects(connection, over))


async def _of_all(connection: AsyncConnection, name: AlarmName, wrong: bool, now: datetime) -> Changed:
    stands = select(alarms.c.id).where(alarms.c.name == name, alarms.c.ended_at.is_(None))
    standing = (await connection.execute(stands)).scalar_one_or_none()
    if wrong and standing is None:
        await connection.execute(insert(alarms).values(name=name, subject="", raised_at=now))
        return Changed(name, begun=(Subject(0),))
    if not wrong and standing is not None:
        await connection.execute(update(alarms).where(alarms.c.id == standing).values(ended_at=now))
        return Changed(name, over=(Subject(0),))
    return Changed(name)


async def _subjects(connection: AsyncConnection, ids: Sequence[str]) -> list[Subject]:
    if not ids:
        return []
    # One parameter however many they are: PostgreSQL takes no more than 32 767.
    those = cases.c.id == any_(cast([UUID(id_) for id_ in ids], ARRAY(Uuid)))
    query = select(cases.c.number, cases.c.owner_id).where(those).order_by(cases.c.number)
    return [Subject(row.number, row.owner_id) for row in (await connection.execute(query)).all()]


async def _old(connection: AsyncConnection, minutes: float, now: datetime) -> bool:
    """Whether a case that nobody holds is due since so long, its back-off over."""
    since = timedelta(minutes=minutes)
    query = select(wakes.c.case_id).where(
        wakes.c.leg_id.is_(None),
        wakes.c.quarantined_at.is_(None),
        wakes.c.due_at <= now - since,
        wakes.c.not_before <= func.now(),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def _no_worker(connection: AsyncConnection, policy: Notices, now: datetime) -> bool:
    """Work is due since so long, and as long no leg was opened."""
    if not await _old(connection, policy.no_worker_minutes, now):
        return False
    lately = legs.c.opened_at > func.now() - timedelta(minutes=policy.no_worker_minutes)
    return (await connection.execute(select(legs.c.id).where(lately).limit(1))).first() is None
