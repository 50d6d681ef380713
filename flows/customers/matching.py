"""Whose case is it? By the caller's phone; else by the waybill, if one customer alone shipped under it.

Names are not enough: many people share one. A person names those customers (the act `identify`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.customer import customers, phones
from models.shipment import shipments
from models.values.case import CaseFacts, Decision


@dataclass(frozen=True)
class Match:
    customer_id: int
    by: Literal["phone", "waybill"]


async def match(connection: AsyncConnection, facts: Sequence[CaseFacts]) -> Mapping[UUID, Match]:
    """The customers of cases that have none yet; two look-ups by key for a whole chunk."""
    unknown = [one for one in facts if one.customer_id is None]
    callers = await _by_phone(connection, {one.caller_key for one in unknown if one.caller_key})
    left = [one for one in unknown if one.caller_key not in callers]
    payers = await _by_waybill(connection, {one.waybill for one in left if one.waybill})
    found: dict[UUID, Match] = {}
    for one in unknown:
        if one.caller_key in callers:
            found[one.id] = Match(callers[one.caller_key], "phone")
        elif one.waybill in payers:
            found[one.id] = Match(payers[one.waybill], "waybill")
    return found


def identified(facts: CaseFacts, found: Match | None) -> CaseFacts:
    return facts if found is None else replace(facts, customer_id=found.customer_id)


def noted(decision: Decision, found: Match | None) -> Decision:
    """The decision, with who the customer is and how one knows."""
    if found is None:
        return decision
    changes = {**decision.changes, "customer_id": found.customer_id}
    data = {**decision.data, "customer": found.customer_id, "matched_by": found.by}
    return replace(decision, changes=changes, data=data)


async def _by_phone(connection: AsyncConnection, keys: set[str]) -> dict[str | None, int]:
    if not keys:
        return {}
    query = select(phones.c.key, phones.c.customer_id).where(phones.c.key.in_(sorted(keys)))
    return {row.key: row.customer_id for row in (await connection.execute(query)).all()}


async def _by_waybill(connection: AsyncConnection, waybills: set[str]) -> dict[str | None, int]:
    if not waybills:
        return {}
    root = func.coalesce(customers.c.merged_into, customers.c.id)
    query = (
        select(shipments.c.waybill_no, shipments.c.customer_id, root.label("root"))
        .join(customers, customers.c.id == shipments.c.customer_id)
        .where(shipments.c.waybill_no.in_(sorted(waybills)))
    )
    owners: dict[str, dict[int, int]] = defaultdict(dict)
    for row in (await connection.execute(query)).all():
        owners[row.waybill_no][row.root] = row.customer_id
    return {waybill: next(iter(ids.values())) for waybill, ids in owners.items() if len(ids) == 1}
