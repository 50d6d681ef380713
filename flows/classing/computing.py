"""Computing the classes: one ranking in SQL, stored as a snapshot in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast, get_args

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.errors import ClassesError
from flows.classing.reading import figures, snapshot_of, stored
from flows.classing.totals import BECAME, DAY, totals
from flows.rules import classes as rules
from models.bounds import take_at_most
from models.customer_class import class_snapshots
from models.values.class_policy import Basis, Classes
from models.values.classes import Period, Snapshot
from models.values.vocabulary import CustomerClass

COMPUTE_SECONDS = 600
"""The computation holds no case, so it may take longer than a lease's time-out allows."""
EARLIEST, LATEST = date(1900, 1, 1), date(2899, 12, 31)
"""So that every period has one before it."""


@dataclass(frozen=True)
class Wanted:
    """What to compute. `currency` None: the only one of the period."""

    period: Period
    basis: Basis
    currency: str | None = None


async def compute(connection: AsyncConnection, wanted: Wanted, policy: Classes) -> Snapshot:
    """Raises ClassesError; then nothing is stored. Same data, same snapshot: ties go by the customer's number (code).

    N are the customers with a transaction in the period. A holds ceil(1 % N) of them (or as the rulebook cuts), by
    amount falling, then by code rising as text (in the order of its characters' code points).
    """
    if wanted.period.first > wanted.period.last:
        raise ClassesError(f"the period ends before it begins: --from {wanted.period.first} --to {wanted.period.last}")
    if wanted.period.first < EARLIEST or wanted.period.last > LATEST:
        raise ClassesError(f"the period must lie between {EARLIEST} and {LATEST}")
    await take_at_most(connection, COMPUTE_SECONDS)
    currency, unmeasured = await _currency(connection, wanted)
    row = {
        "from_day": wanted.period.first,
        "to_day": wanted.period.last,
        "basis": wanted.basis,
        "currency": currency,
        "cut_points": {name: str(percent) for name, percent in policy.cut_points.items()},
        "n": 0,
        "shares": {},
    }
    query = insert(class_snapshots).values(row).returning(class_snapshots.c.id)
    id_: int = (await connection.execute(query)).scalar_one()
    await connection.execute(_ranking(wanted.basis), _bound(wanted.period, currency, policy.cut_points) | {"id": id_})
    classes = await figures(connection, id_)
    n = sum(held.customers for held in classes.values())
    _as_ruled(n, policy.cut_points, {name: held.customers for name, held in classes.items()})
    content = stored(classes, policy.expected, unmeasured)
    await connection.execute(update(class_snapshots).where(class_snapshots.c.id == id_).values(n=n, shares=content))
    return await snapshot_of(connection, id_)


def basis_named(name: str) -> Basis:
    """Raises ClassesError."""
    if name not in get_args(Basis):
        raise ClassesError(f"--basis is one of {', '.join(get_args(Basis))}")
    return cast(Basis, name)


async def _currency(connection: AsyncConnection, wanted: Wanted) -> tuple[str, int]:
    """The currency to compute in, and how many of its lines have no measure of the basis."""
    query = text(
        f"""SELECT currency, count(*) AS lines, count(*) FILTER (WHERE profit IS NULL) AS unknown FROM shipments
        WHERE {DAY} BETWEEN :first AND :last GROUP BY currency ORDER BY currency"""  # noqa: S608 - our own text
    )
    period = wanted.period
    rows = (await connection.execute(query, {"first": period.first, "last": period.last})).all()
    found = ", ".join(row.currency for row in rows)
    if not rows:
        raise ClassesError(f"there is no transaction from {period.first} to {period.last}; import shipments first")
    if wanted.currency is None and len(rows) > 1:
        raise ClassesError(f"the period has transactions in {found}: say which with --currency")
    row = next((row for row in rows if wanted.currency in (None, row.currency)), None)
    if row is None:
        raise ClassesError(
            f"there is no transaction in that currency from {period.first} to {period.last}; there are: {found}"
        )
    if wanted.basis != "profit":
        return row.currency, 0
    if row.unknown == row.lines:
        raise ClassesError("no transaction of the period has a profit; compute by --basis amount")
    return row.currency, row.unknown


def _ranking(basis: str) -> Any:
    return text(
        f"""INSERT INTO class_members (snapshot_id, customer_id, customer_class, amount, rank)
        WITH RECURSIVE {BECAME}, {totals(basis)}, ranked AS (
            SELECT customer_id, amount, count(*) OVER () AS n,
                row_number() OVER (ORDER BY amount DESC, customers.code COLLATE "C") AS rank
            FROM totals JOIN customers ON customers.id = totals.customer_id
        )
        SELECT :id, customer_id, CASE WHEN rank <= ceil(n * CAST(:a AS numeric) * 0.01) THEN 'A'
            WHEN rank <= ceil(n * CAST(:b AS numeric) * 0.01) THEN 'B'
            WHEN rank <= ceil(n * CAST(:c AS numeric) * 0.01) THEN 'C' ELSE 'D' END, amount, rank
        FROM ranked"""  # noqa: S608 - nothing of a user's is in it
    )


def _bound(period: Period, currency: str, cut_points: Mapping[CustomerClass, Decimal]) -> dict[str, Any]:
    cuts = {name.lower(): percent for name, percent in cut_points.items()}
    return {"first": period.first, "last": period.last, "currency": currency, **cuts}


def _as_ruled(n: int, cut_points: Mapping[CustomerClass, Decimal], counted: Mapping[CustomerClass, int]) -> None:
    """The ranking in SQL and the rule must agree, or nothing is stored."""
    begins = 0
    for name, end in rules.cut_counts(n, cut_points).items():
        if counted[name] != end - begins:
            raise ClassesError(f"class {name} came out with {counted[name]} customers instead of {end - begins}")
        begins = end
