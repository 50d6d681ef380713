"""Overrides: a class given by a person, with a reason and an end; they are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.errors import ClassesError
from models.customer import customers
from models.customer_class import class_overrides
from models.staff import staff
from models.values.case import StaffFacts
from models.values.class_policy import Classes
from models.values.vocabulary import CustomerClass

REASON_AT_MOST = 200


@dataclass(frozen=True)
class Override:
    """`customer` is his number (code); `until` is the last day it holds."""

    customer: str
    customer_class: CustomerClass
    reason: str
    until: date


async def override(
    connection: AsyncConnection, given: Override, actor: StaffFacts, policy: Classes, today: date
) -> int:
    """The override's id. It holds from now on, for cases received while it lasts. Raises ClassesError."""
    if actor.role not in policy.override_roles:
        raise ClassesError(f"a class is overridden by {', '.join(policy.override_roles)}, not by {actor.role}")
    reason = given.reason.strip()
    if not reason or len(reason) > REASON_AT_MOST:
        raise ClassesError(f"an override needs a reason of 1 to {REASON_AT_MOST} characters")
    if given.until < today:
        raise ClassesError(f"the override ends on {given.until}, before today ({today}); give a later --until")
    values = {
        "customer_id": await customer_named(connection, given.customer),
        "customer_class": given.customer_class,
        "reason": reason,
        "until": given.until,
        "staff_id": actor.id,
    }
    query = insert(class_overrides).values(values).returning(class_overrides.c.id)
    id_: int = (await connection.execute(query)).scalar_one()
    return id_


async def overrides(connection: AsyncConnection, today: date) -> Sequence[Any]:
    """Those that have not ended, the last given first."""
    query = (
        select(class_overrides, customers.c.code, staff.c.name)
        .join(customers, customers.c.id == class_overrides.c.customer_id)
        .join(staff, staff.c.id == class_overrides.c.staff_id)
        .where(class_overrides.c.until >= today)
        .order_by(class_overrides.c.id.desc())
    )
    return (await connection.execute(query)).mappings().all()


async def customer_named(connection: AsyncConnection, code: str) -> int:
    """A customer by his number; raises ClassesError."""
    found: int | None = (
        await connection.execute(select(customers.c.id).where(customers.c.code == code))
    ).scalar_one_or_none()
    if found is None:
        raise ClassesError(f"there is no customer {code!r}")
    return found
