"""Two records that are one customer: merged by a person, and undone as exactly.

Nothing is moved: phones, shipments and cases stay with their record, which points to the one it became. So an undo
gives back what each had, and what came in meanwhile stays where it was said to belong.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.perform import Desk
from flows.customers.family import by_code, family
from flows.customers.turns import Say, take_turn
from flows.rules import identity as rules
from models.customer import customers, merges, possible_duplicates
from models.values.case import Refusal, StaffFacts


async def merge(
    connection: AsyncConnection,
    desk: Desk,
    code: str,
    into: str,
    actor: StaffFacts,
    reason: str,
    say: Say = lambda line: None,
) -> None:
    """From now on `code` is `into`. Raises NotFound or Refusal; then nothing changed."""
    await take_turn(connection, "merge", say)
    from_id, into_id = await by_code(connection, code), await by_code(connection, into)
    ids = [*await family(connection, from_id, lock=True), *await family(connection, into_id, lock=True)]
    became = await _became(connection, ids)
    rules.refuse_merge(from_id, into_id, customer_became=became[from_id], into_became=became[into_id])
    values = {"customer_id": from_id, "into_id": into_id, "staff_id": actor.id, "reason": _sealed(desk, reason)}
    await connection.execute(insert(merges).values(**values, at=await desk.clock.now(connection)))
    await _settle(connection, ids)
    both = possible_duplicates.c
    await connection.execute(delete(possible_duplicates).where(both.customer_id.in_(ids), both.of_id.in_(ids)))


async def unmerge(
    connection: AsyncConnection, desk: Desk, code: str, actor: StaffFacts, reason: str, say: Say = lambda line: None
) -> None:
    """`code` stands for itself again, with everything it had. Raises NotFound or Refusal; then nothing changed."""
    await take_turn(connection, "unmerge", say)
    id_ = await by_code(connection, code)
    ids = await family(connection, id_, lock=True)
    values = {
        "undone_by": actor.id,
        "undone_reason": _sealed(desk, reason),
        "undone_at": await desk.clock.now(connection),
    }
    standing = update(merges).where(merges.c.customer_id == id_, merges.c.undone_at.is_(None))
    if (await connection.execute(standing.values(values).returning(merges.c.id))).first() is None:
        raise Refusal("该客户未被合并", "this customer is not merged into another one")
    await _settle(connection, ids)


async def duplicates(connection: AsyncConnection, at_most: int) -> Sequence[Any]:
    """Pairs an import found to share a phone, and that are still two: the newest first."""
    one, other = customers.alias("one"), customers.alias("other")
    query = (
        select(one.c.code.label("code"), other.c.code.label("of"), possible_duplicates.c.found_at)
        .select_from(possible_duplicates)
        .join(one, one.c.id == possible_duplicates.c.customer_id)
        .join(other, other.c.id == possible_duplicates.c.of_id)
        .where(func.coalesce(one.c.merged_into, one.c.id) != func.coalesce(other.c.merged_into, other.c.id))
        .order_by(possible_duplicates.c.found_at.desc(), one.c.code)
        .limit(at_most)
    )
    return (await connection.execute(query)).mappings().all()


async def history(connection: AsyncConnection, ids: Sequence[int]) -> list[tuple[int, int, datetime, datetime | None]]:
    """The merges these records took part in: from, into, when, undone when."""
    query = (
        select(merges.c.customer_id, merges.c.into_id, merges.c.at, merges.c.undone_at)
        .where(or_(merges.c.customer_id.in_(ids), merges.c.into_id.in_(ids)))
        .order_by(merges.c.id)
    )
    return [tuple(row) for row in (await connection.execute(query)).all()]


async def _became(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, int | None]:
    query = select(customers.c.id, customers.c.merged_into).where(customers.c.id.in_(ids))
    return {row.id: row.merged_into for row in (await connection.execute(query)).all()}


async def _settle(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Work out anew who each of these records is, from the merges that stand."""
    query = select(merges.c.customer_id, merges.c.into_id)
    query = query.where(merges.c.customer_id.in_(ids), merges.c.undone_at.is_(None))
    standing = [(row.customer_id, row.into_id) for row in (await connection.execute(query)).all()]
    for id_, root in rules.roots(standing, ids).items():
        became = None if root == id_ else root
        await connection.execute(update(customers).where(customers.c.id == id_).values(merged_into=became))


def _sealed(desk: Desk, reason: str) -> bytes:
    return desk.seal.close({"reason": reason})
