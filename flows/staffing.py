"""Staff and their tokens: who may call at all. A token is shown once; only its digest is stored."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.ledger import poke
from models.case import cases
from models.clock import simulated_clock
from models.staff import absences, staff, tokens
from models.values.case import StaffFacts
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.shift import Shift

TOKEN_BYTES = 32
PREFIX = "rdr_"
"""So that a leaked token can be found by scanners."""
NAME_AT_MOST = 80


class StaffError(Exception):
    """What cannot be done about staff or a token, in a sentence."""


@dataclass(frozen=True)
class NewStaff:
    name: str
    role: Role
    unit: str | None = None
    skills: tuple[str, ...] = ()
    capacity: int = 20
    languages: tuple[str, ...] = ()
    shift: Shift | None = None


async def add_staff(connection: AsyncConnection, new: NewStaff) -> int:
    """The id of a new member of staff (or system); `flows.roster.check` knows the terms. Raises StaffError."""
    if not new.name.strip() or len(new.name) > NAME_AT_MOST or not new.name.isprintable():
        raise StaffError(f"a name has 1 to {NAME_AT_MOST} printable characters")
    values: dict[str, Any] = {"name": new.name, "role": new.role, "unit": new.unit, "skills": list(new.skills)}
    values |= {"capacity": new.capacity, "languages": list(new.languages)}
    values |= {"shift": new.shift.stored() if new.shift else None}
    try:
        query = insert(staff).values(values).returning(staff.c.id)
        id_: int = (await connection.execute(query)).scalar_one()
    except IntegrityError:
        raise StaffError(f"there is a {new.name!r} already") from None
    return id_


async def set_presence(connection: AsyncConnection, name: str, present: bool, now: datetime) -> None:
    """Away until further notice; or back, which ends every absence that has begun. Who is away gets no new cases, and
    what he has does not wait for him for ever."""
    id_ = await id_of(connection, name)
    if present:
        begun = func.coalesce(absences.c.begins <= now, True)
        query = update(absences).where(absences.c.staff_id == id_, absences.c.ended_at.is_(None), begun)
        await connection.execute(query.values(ended_at=now))
    else:
        await connection.execute(insert(absences).values(staff_id=id_, begins=now))
    await look_up(connection, id_)


async def look_up(connection: AsyncConnection, staff_id: int) -> None:
    """The open cases of somebody whose presence changes look up now: how long they wait for him hangs on it."""
    simulated = select(simulated_clock.c.now).scalar_subquery()
    moment = (await connection.execute(select(func.coalesce(simulated, func.clock_timestamp())))).scalar_one()
    owned = select(cases.c.id).where(cases.c.owner_id == staff_id, cases.c.closed_at.is_(None)).order_by(cases.c.id)
    if found := (await connection.execute(owned)).scalars().all():
        await poke(connection, found, moment)


async def create_token(connection: AsyncConnection, name: str, days: int | None = None) -> str:
    """A new token for a named member of staff; it ends after so many days, or never. Raises StaffError."""
    row = await _row(connection, name)
    if row["left_at"] is not None:
        raise StaffError(f"{name!r} does not work here any more")
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    values: dict[str, Any] = {"staff_id": row["id"], "digest": digest(token)}
    if days is not None:
        values["expires_at"] = func.now() + timedelta(days=days)
    await connection.execute(insert(tokens).values(values))
    return token


async def list_tokens(connection: AsyncConnection) -> Sequence[Any]:
    """`state`: valid, expired or revoked."""
    columns = (tokens.c.id, staff.c.name, staff.c.role, tokens.c.created_at, tokens.c.expires_at, tokens.c.revoked_at)
    expired = func.coalesce(tokens.c.expires_at <= func.now(), False).label("expired")
    query = select(*columns, expired).join(staff, staff.c.id == tokens.c.staff_id).order_by(tokens.c.id)
    rows = (await connection.execute(query)).mappings().all()
    return [dict(row) | {"state": _state(row)} for row in rows]


async def expire_token(connection: AsyncConnection, token_id: int, days: int) -> None:
    """Set the end of a token that still works. Raises StaffError."""
    await _of_valid(connection, token_id, expires_at=func.now() + timedelta(days=days))


async def revoke_token(connection: AsyncConnection, token_id: int) -> None:
    """Raises StaffError when there is no such token that still works."""
    await _of_valid(connection, token_id, revoked_at=func.now())


async def revoke_tokens_of(connection: AsyncConnection, name: str) -> int:
    """Revoke every token of somebody; how many there were."""
    query = update(tokens).where(tokens.c.staff_id == await id_of(connection, name), tokens.c.revoked_at.is_(None))
    return len((await connection.execute(query.values(revoked_at=func.now()).returning(tokens.c.id))).all())


async def _of_valid(connection: AsyncConnection, token_id: int, **values: Any) -> None:
    current = func.coalesce(tokens.c.expires_at > func.now(), True)
    query = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None), current)
    if (await connection.execute(query.values(values).returning(tokens.c.id))).first() is None:
        raise StaffError(f"there is no valid token {token_id}")


def _state(row: RowMapping) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    return "expired" if row["expired"] else "valid"


def digest(token: str) -> str:
    """What is stored of a token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def staff_named(connection: AsyncConnection, name: str, policy: Policy) -> StaffFacts:
    """A member of staff as acts see him; raises StaffError."""
    return to_staff(await _row(connection, name), policy)


def to_staff(
    row: RowMapping,
    policy: Policy,
    load: int = 0,
    *,
    present: bool = True,
    absent_since: datetime | None = None,
    deputises: Collection[int] = (),
) -> StaffFacts:
    """A row of `staff` as rules see it; who is present and who deputises for whom, `flows.roster` knows."""
    role = Role(row["role"])
    return StaffFacts(
        id=row["id"],
        name=row["name"],
        role=role,
        level=policy.level_of(role),
        unit=row["unit"],
        skills=frozenset(row["skills"]),
        languages=frozenset(row["languages"]),
        capacity=row["capacity"],
        load=load,
        present=present,
        absent_since=absent_since,
        deputises=frozenset(deputises),
    )


async def id_of(connection: AsyncConnection, name: str) -> int:
    """Raises StaffError."""
    id_: int = (await _row(connection, name))["id"]
    return id_


async def _row(connection: AsyncConnection, name: str) -> RowMapping:
    row = (await connection.execute(select(staff).where(staff.c.name == name))).mappings().first()
    if row is None:
        raise StaffError(f"there is no member of staff {name!r}; add one with `redress staff add`")
    return row
