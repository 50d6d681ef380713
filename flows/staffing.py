"""Staff and their tokens: who may call at all. A token is shown once; only its digest is stored."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.ledger import poke
from models.case import cases
from models.clock import simulated_clock
from models.staff import staff, tokens
from models.values.case import StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Role

TOKEN_BYTES = 32
PREFIX = "rdr_"
"""So that a leaked token can be found by scanners."""


class StaffError(Exception):
    """What cannot be done about staff or a token, in a sentence."""


@dataclass(frozen=True)
class NewStaff:
    name: str
    role: Role
    unit: str | None = None
    skills: tuple[str, ...] = ()
    capacity: int = 20


async def add_staff(connection: AsyncConnection, new: NewStaff) -> int:
    """The id of a new member of staff (or system); raises StaffError when the name is taken."""
    values: dict[str, Any] = {"name": new.name, "role": new.role, "unit": new.unit, "skills": list(new.skills)}
    values |= {"capacity": new.capacity, "present": True}
    try:
        query = insert(staff).values(values).returning(staff.c.id)
        id_: int = (await connection.execute(query)).scalar_one()
    except IntegrityError:
        raise StaffError(f"there is a {new.name!r} already") from None
    return id_


async def list_staff(connection: AsyncConnection) -> Sequence[Any]:
    return (await connection.execute(select(staff).order_by(staff.c.id))).mappings().all()


async def set_presence(connection: AsyncConnection, name: str, present: bool) -> None:
    """Absent staff get no new cases, and their cases do not wait for them for ever: each looks up now."""
    id_ = await _id_of(connection, name)
    simulated = select(simulated_clock.c.now).scalar_subquery()
    moment = (await connection.execute(select(func.coalesce(simulated, func.clock_timestamp())))).scalar_one()
    since = None if present else func.coalesce(staff.c.absent_since, moment)
    await connection.execute(update(staff).where(staff.c.id == id_).values(present=present, absent_since=since))
    owned = select(cases.c.id).where(cases.c.owner_id == id_, cases.c.closed_at.is_(None)).order_by(cases.c.id)
    if found := (await connection.execute(owned)).scalars().all():
        await poke(connection, found, moment)


async def create_token(connection: AsyncConnection, name: str, days: int | None = None) -> str:
    """A new token for a named member of staff; it ends after so many days, or never."""
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    values: dict[str, Any] = {"staff_id": await _id_of(connection, name), "digest": digest(token)}
    if days is not None:
        values["expires_at"] = func.now() + timedelta(days=days)
    await connection.execute(insert(tokens).values(values))
    return token


async def list_tokens(connection: AsyncConnection) -> Sequence[Any]:
    query = (
        select(tokens.c.id, staff.c.name, staff.c.role, tokens.c.created_at, tokens.c.expires_at, tokens.c.revoked_at)
        .join(staff, staff.c.id == tokens.c.staff_id)
        .order_by(tokens.c.id)
    )
    return (await connection.execute(query)).mappings().all()


async def revoke_token(connection: AsyncConnection, token_id: int) -> None:
    query = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    if (await connection.execute(query.values(revoked_at=func.now()).returning(tokens.c.id))).first() is None:
        raise StaffError(f"there is no valid token {token_id}")


def digest(token: str) -> str:
    """What is stored of a token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def staff_named(connection: AsyncConnection, name: str, policy: Policy) -> StaffFacts:
    """A member of staff as acts see him; raises StaffError."""
    await _id_of(connection, name)
    row = (await connection.execute(select(staff).where(staff.c.name == name))).mappings().one()
    return to_staff(row, policy)


def to_staff(row: RowMapping, policy: Policy, load: int = 0) -> StaffFacts:
    """A row of `staff` as rules see it."""
    role = Role(row["role"])
    return StaffFacts(
        id=row["id"],
        name=row["name"],
        role=role,
        level=policy.level_of(role),
        unit=row["unit"],
        skills=frozenset(row["skills"]),
        capacity=row["capacity"],
        load=load,
        present=row["present"],
        absent_since=row["absent_since"],
    )


async def _id_of(connection: AsyncConnection, name: str) -> int:
    id_: int | None = (await connection.execute(select(staff.c.id).where(staff.c.name == name))).scalar_one_or_none()
    if id_ is None:
        raise StaffError(f"there is no member of staff {name!r}; add one with `redress staff add`")
    return id_
