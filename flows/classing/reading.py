"""Reading snapshots: the newest, one by number, what its classes hold."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.errors import ClassesError
from flows.rules import classes as rules
from models.customer_class import class_members, class_snapshots
from models.values.classes import ClassFigures, Period, Snapshot
from models.values.vocabulary import CustomerClass


async def newest(connection: AsyncConnection) -> Snapshot | None:
    """The last one computed."""
    query = select(class_snapshots).order_by(class_snapshots.c.id.desc()).limit(1)
    row = (await connection.execute(query)).mappings().first()
    return _snapshot(row) if row is not None else None


async def snapshot_named(connection: AsyncConnection, id_: int) -> Snapshot | None:
    row = (await connection.execute(select(class_snapshots).where(class_snapshots.c.id == id_))).mappings().first()
    return _snapshot(row) if row is not None else None


async def snapshot_of(connection: AsyncConnection, id_: int | None) -> Snapshot:
    """The one of that number, or the last computed; raises ClassesError."""
    found = await (newest(connection) if id_ is None else snapshot_named(connection, id_))
    if found is None:
        missing = "no classes were computed yet" if id_ is None else f"there is no snapshot {id_}"
        raise ClassesError(f"{missing}: redress classes compute --from DATE --to DATE")
    return found


async def figures(connection: AsyncConnection, id_: int) -> dict[CustomerClass, ClassFigures]:
    """What the classes of a snapshot hold, summed from its members."""
    customers, amount = func.count().label("customers"), func.sum(class_members.c.amount).label("amount")
    query = (
        select(class_members.c.customer_class, customers, amount)
        .where(class_members.c.snapshot_id == id_)
        .group_by(class_members.c.customer_class)
    )
    rows = {row.customer_class: row for row in (await connection.execute(query)).all()}
    whole = sum((row.amount for row in rows.values()), Decimal(0))
    held = {}
    for name in CustomerClass:
        row = rows.get(name)
        customers_, amount_ = (row.customers, row.amount) if row is not None else (0, Decimal("0.00"))
        held[name] = ClassFigures(customers_, amount_, rules.share(amount_, whole))
    return held


def stored(
    classes: Mapping[CustomerClass, ClassFigures],
    expected: Mapping[CustomerClass, tuple[Decimal, Decimal]],
    unmeasured: int,
) -> dict[str, Any]:
    """The shares as the snapshot keeps them: amounts as text, so that no cent is lost, beside what was expected."""
    return {
        "classes": {
            name: {"customers": held.customers, "amount": str(held.amount), "share": held.share}
            for name, held in classes.items()
        },
        "expected": {name: [str(low), str(high)] for name, (low, high) in expected.items()},
        "unmeasured": unmeasured,
    }


def _snapshot(row: RowMapping) -> Snapshot:
    content = row["shares"]
    return Snapshot(
        id=row["id"],
        period=Period(row["from_day"], row["to_day"]),
        basis=row["basis"],
        currency=row["currency"],
        cut_points={CustomerClass(name): Decimal(percent) for name, percent in row["cut_points"].items()},
        n=row["n"],
        classes={
            CustomerClass(name): ClassFigures(held["customers"], Decimal(held["amount"]), held["share"])
            for name, held in content["classes"].items()
        },
        expected={
            CustomerClass(name): (Decimal(low), Decimal(high)) for name, (low, high) in content["expected"].items()
        },
        computed_at=row["computed_at"],
        unmeasured=content["unmeasured"],
    )
