"""The class a customer has on a day, and the class a case has at intake: the higher of payer and complainant."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules.classes import higher
from models.shipment import shipments
from models.values.case import CaseFacts
from models.values.class_policy import Basis
from models.values.vocabulary import CustomerClass

_STANDING = text(
    """WITH RECURSIVE up AS (
        SELECT id AS asked, id, merged_into FROM customers WHERE id = ANY(:ids)
        UNION
        SELECT up.asked, customers.id, customers.merged_into FROM up JOIN customers ON customers.id = up.merged_into
    ), family AS (
        SELECT asked, id FROM up WHERE merged_into IS NULL
        UNION
        SELECT family.asked, customers.id FROM family JOIN customers ON customers.merged_into = family.id
    ), newest AS (
        SELECT DISTINCT ON (currency) id FROM class_snapshots WHERE basis = :basis
        ORDER BY currency, to_day <= :day DESC, to_day DESC, id DESC
    ), given AS (
        SELECT DISTINCT ON (family.asked) family.asked, class_overrides.customer_class
        FROM family JOIN class_overrides ON class_overrides.customer_id = family.id
        WHERE class_overrides.until >= :day ORDER BY family.asked, class_overrides.id DESC
    )
    SELECT asked, customer_class FROM given
    UNION ALL
    SELECT family.asked, class_members.customer_class FROM family
    JOIN class_members ON class_members.customer_id = family.id
    WHERE class_members.snapshot_id IN (SELECT id FROM newest)
        AND NOT EXISTS (SELECT FROM given WHERE given.asked = family.asked)"""
)


async def class_of(
    connection: AsyncConnection, customer_ids: Collection[int], day: date, basis: Basis = "amount"
) -> dict[int, CustomerClass]:
    """The class of each customer on a day; customers without one (no transaction in the period) are left out.

    An override that has not ended goes first, the last given one before others. Otherwise the newest snapshot of each
    currency counts (the period that ended last by that day; computed again: the last), and of several the higher
    class. Merged customers have the class of the one they became.
    """
    if not customer_ids:
        return {}
    found: dict[int, list[CustomerClass]] = defaultdict(list)
    bound = {"ids": sorted(set(customer_ids)), "day": day, "basis": basis}
    for row in (await connection.execute(_STANDING, bound)).all():
        found[row.asked].append(CustomerClass(row.customer_class))
    return {id_: name for id_, names in found.items() if (name := higher(names)) is not None}


async def classes_at_intake(
    connection: AsyncConnection, facts: Sequence[CaseFacts], day: date, basis: Basis
) -> Mapping[UUID, CustomerClass]:
    """The class of each case whose customer is known: the complainant, and who pays for the shipment on the waybill."""
    parties: dict[UUID, set[int]] = defaultdict(set)
    by_waybill: dict[str, list[UUID]] = defaultdict(list)
    for one in facts:
        if one.customer_id is not None:
            parties[one.id].add(one.customer_id)
        if one.waybill is not None:
            by_waybill[one.waybill].append(one.id)
    if by_waybill:
        query = select(shipments.c.waybill_no, shipments.c.customer_id).distinct()
        query = query.where(shipments.c.waybill_no.in_(list(by_waybill)))
        for waybill, payer in (await connection.execute(query)).all():
            for id_ in by_waybill[waybill]:
                parties[id_].add(payer)
    known = await class_of(connection, {id_ for ids in parties.values() for id_ in ids}, day, basis)
    highest = {case: higher(known.get(id_) for id_ in ids) for case, ids in parties.items()}
    return {case: name for case, name in highest.items() if name is not None}
