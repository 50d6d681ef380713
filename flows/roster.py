"""The roster: terms staff are described by, changes, absences with their deputies, and who is there at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules import presence
from flows.staffing import StaffError, id_of, look_up, revoke_tokens_of, to_staff
from models.case import cases
from models.notice import subscriptions
from models.staff import absences, staff
from models.values.case import StaffFacts
from models.values.people_terms import AbsenceReason, Role
from models.values.policy import Policy
from models.values.shift import Absence, stored_shift
from models.values.vocabulary import BusinessLine, Category

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""The beginning of an absence of which none is known."""
SKILLS = (*Category, *(line for line in BusinessLine if line is not BusinessLine.UNKNOWN))


@dataclass(frozen=True)
class Terms:
    """What may be said of somebody, beside his name; None is not said."""

    unit: str | None = None
    skills: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    calendar: str | None = None


def check(terms: Terms, policy: Policy) -> None:
    """Units, skills, languages and calendars by the terms of vocabulary and rulebook. Raises StaffError."""
    rulebook = policy.rulebook
    _known("unit", [terms.unit] if terms.unit else [], sorted(policy.units()))
    preferred = {skill for skills in rulebook.assignment.class_skills.values() for skill in skills}
    _known("skill", terms.skills or (), [*(one.value for one in SKILLS), *sorted(preferred)])
    _known("language", terms.languages or (), rulebook.assignment.languages)
    _known("calendar", [terms.calendar] if terms.calendar else [], sorted(rulebook.calendars))


def _known(what: str, said: Iterable[str], terms: Sequence[str]) -> None:
    if unknown := [one for one in said if one not in terms]:
        raise StaffError(f"{unknown[0]!r} is no {what} known here; the {what}s are {', '.join(terms)}")


async def list_staff(connection: AsyncConnection, policy: Policy, now: datetime) -> list[dict[str, Any]]:
    """Everybody with what is known of him, whether he is there now, and how many open cases he has."""
    rows = (await connection.execute(_with_load().order_by(staff.c.id))).mappings().all()
    away = await _away(connection, now)
    return [dict(row) | {"present": _present(row, away, policy, now)} for row in rows]


async def change(connection: AsyncConnection, name: str, values: Mapping[str, Any]) -> None:
    """Change what is known of somebody; `values` by column, checked already. Raises StaffError."""
    id_ = await id_of(connection, name)
    await connection.execute(update(staff).where(staff.c.id == id_).values(values))


async def leave(connection: AsyncConnection, name: str, now: datetime) -> int:
    """Somebody leaves the centre: no new cases, tokens revoked (how many), told nothing any more. What he did stays on
    his name."""
    await change(connection, name, {"left_at": now})
    id_ = await id_of(connection, name)
    await look_up(connection, id_)
    his = update(subscriptions).where(subscriptions.c.staff_id == id_, subscriptions.c.ended_at.is_(None))
    await connection.execute(his.values(ended_at=now))
    return await revoke_tokens_of(connection, name)


async def add_absence(
    connection: AsyncConnection, name: str, span: Absence, reason: AbsenceReason | None, deputy: str | None
) -> int:
    """The id of a planned absence. Raises StaffError when it ends before it begins, or overlaps another one."""
    if span.begins is not None and span.until is not None and span.begins >= span.until:
        raise StaffError("an absence ends after it begins")
    id_ = await id_of(connection, name)
    values: dict[str, Any] = {"staff_id": id_, "begins": span.begins, "until": span.until, "reason": reason}
    if deputy is not None:
        values["deputy_id"] = await id_of(connection, deputy)
        if values["deputy_id"] == id_:
            raise StaffError("nobody is his own deputy")
    await connection.execute(select(staff.c.id).where(staff.c.id == id_).with_for_update())
    overlaps = [absences.c.staff_id == id_, absences.c.ended_at.is_(None)]
    if span.until is not None:
        overlaps.append(func.coalesce(absences.c.begins < span.until, True))
    if span.begins is not None:
        overlaps.append(func.coalesce(absences.c.until > span.begins, True))
    if (other := (await connection.execute(select(absences.c.id).where(*overlaps))).scalars().first()) is not None:
        raise StaffError(f"absence {other} of {name!r} falls into that time; end it first: redress staff back {other}")
    added: int = (await connection.execute(insert(absences).values(values).returning(absences.c.id))).scalar_one()
    await look_up(connection, id_)
    return added


async def end_absence(connection: AsyncConnection, absence_id: int, now: datetime) -> None:
    """Call an absence off, or end it early. Raises StaffError."""
    query = update(absences).where(absences.c.id == absence_id, absences.c.ended_at.is_(None))
    whose = (await connection.execute(query.values(ended_at=now).returning(absences.c.staff_id))).scalar_one_or_none()
    if whose is None:
        raise StaffError(f"there is no absence {absence_id} that stands")
    await look_up(connection, whose)


async def list_absences(connection: AsyncConnection, now: datetime) -> Sequence[Any]:
    """Those that stand and are not over, the next first."""
    deputy = staff.alias()
    query = (
        select(absences, staff.c.name, deputy.c.name.label("deputy"))
        .join(staff, staff.c.id == absences.c.staff_id)
        .outerjoin(deputy, deputy.c.id == absences.c.deputy_id)
        .where(absences.c.ended_at.is_(None), func.coalesce(absences.c.until > now, True))
        .order_by(absences.c.begins.nulls_first(), absences.c.id)
    )
    return (await connection.execute(query)).mappings().all()


async def members(connection: AsyncConnection, policy: Policy, now: datetime) -> list[StaffFacts]:
    """Everybody who can own a case, with the open cases each has, and whether he is there now."""
    query = _with_load().where(staff.c.role != Role.CHANNEL, staff.c.left_at.is_(None)).order_by(staff.c.id)
    rows = (await connection.execute(query)).mappings().all()
    away = await _away(connection, now)
    return [to_staff(row, policy, row["load"], present=_present(row, away, policy, now)) for row in rows]


async def everybody(connection: AsyncConnection, policy: Policy) -> list[StaffFacts]:
    """Who works here, whatever he has to do and wherever he is."""
    query = select(staff).where(staff.c.role != Role.CHANNEL, staff.c.left_at.is_(None)).order_by(staff.c.id)
    return [to_staff(row, policy) for row in (await connection.execute(query)).mappings()]


async def owners(
    connection: AsyncConnection, ids: Iterable[int], policy: Policy, now: datetime
) -> dict[int, StaffFacts]:
    """Those who own cases, each with since (or from) when he is away without a deputy who has his cases."""
    rows = (await connection.execute(select(staff).where(staff.c.id.in_(set(ids))))).mappings().all()
    standing = and_(absences.c.ended_at.is_(None), func.coalesce(absences.c.until > now, True))
    query = select(absences.c.staff_id, func.min(func.coalesce(absences.c.begins, LONG_AGO))).where(
        absences.c.staff_id.in_(set(ids)), absences.c.deputy_id.is_(None), standing
    )
    since = {row[0]: row[1] for row in (await connection.execute(query.group_by(absences.c.staff_id))).all()}
    gone = {row["id"]: row["left_at"] or since.get(row["id"]) for row in rows}
    away = await _away(connection, now)
    return {
        row["id"]: to_staff(row, policy, present=_present(row, away, policy, now), absent_since=gone[row["id"]])
        for row in rows
    }


async def deputises(connection: AsyncConnection, staff_id: int, now: datetime) -> frozenset[int]:
    """For whom somebody deputises at a moment."""
    query = select(absences.c.staff_id).where(absences.c.deputy_id == staff_id, _covers(now))
    return frozenset((await connection.execute(query)).scalars())


def _with_load() -> Any:
    load = (
        select(cases.c.owner_id, func.count().label("load"))
        .where(cases.c.owner_id.is_not(None), cases.c.closed_at.is_(None))
        .group_by(cases.c.owner_id)
        .subquery()
    )
    columns = (staff, func.coalesce(load.c.load, 0).label("load"))
    return select(*columns).outerjoin(load, load.c.owner_id == staff.c.id)


async def _away(connection: AsyncConnection, now: datetime) -> frozenset[int]:
    return frozenset((await connection.execute(select(absences.c.staff_id).where(_covers(now)))).scalars())


def _covers(now: datetime) -> Any:
    """`Absence.covers` in SQL, for those that nobody ended."""
    begun = or_(absences.c.begins.is_(None), absences.c.begins <= now)
    return and_(absences.c.ended_at.is_(None), begun, or_(absences.c.until.is_(None), absences.c.until > now))


def _present(row: Any, away: frozenset[int], policy: Policy, now: datetime) -> bool:
    absent = [Absence()] if row["id"] in away or row["left_at"] is not None else []
    return presence.present(stored_shift(row["shift"]), absent, policy, now)
