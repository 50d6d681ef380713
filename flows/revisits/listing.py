"""Whom a round is about, when they are listed and not drawn: complaints that ended, accounts, customers to win back."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.refusals import Implausible
from flows.sampling.frame import DAY
from models.case import cases
from models.customer import customers
from models.customer_class import class_members, class_overrides, class_snapshots
from models.shipment import shipments
from models.values.calendar import SHANGHAI
from models.values.classes import Period
from models.values.policy import Policy
from models.values.round_terms import RoundKind
from models.values.rounds import Member
from models.values.vocabulary import Kind, Outcome

REVISITED = (Outcome.SOLVED, Outcome.UNVERIFIED, Outcome.FINAL_POSITION)
"""How a complaint ended whose customer was, or should have been, asked."""


async def standing(connection: AsyncConnection, ids: Collection[int]) -> tuple[int, ...]:
    """The records that stand for these customers, each once. Raises Implausible when one is unknown or erased."""
    if not ids:
        return ()
    query = select(customers.c.id, customers.c.merged_into).where(customers.c.id.in_(ids))
    rows = (await connection.execute(query)).all()
    found = {row.merged_into or row.id for row in rows}
    gone = select(func.count()).where(customers.c.id.in_(found), customers.c.erased_at.is_not(None))
    if len(rows) < len(set(ids)) or (await connection.execute(gone)).scalar_one():
        raise Implausible("名单中有未知客户", "customers names somebody who is not a customer (any more)")
    return tuple(sorted(found))


async def anybody(
    connection: AsyncConnection,
    kind: RoundKind,
    period: Period,
    named: Sequence[int],
    policy: Policy,
    now: datetime,
) -> bool:
    """Whether there is anybody such a round could be about; asked before it is opened."""
    if kind is not RoundKind.DRAWN:
        return bool(await members(connection, kind, period, named, policy, now))
    between = literal_column(DAY).between(period.first, period.last)
    served = select(shipments.c.customer_id).where(between, shipments.c.amount >= 0)
    return bool((await connection.execute(select(exists(served)))).scalar_one())


async def members(
    connection: AsyncConnection,
    kind: RoundKind,
    period: Period,
    named: Sequence[int],
    policy: Policy,
    now: datetime,
) -> list[Member]:
    """Who is listed, each with the shipment or complaint an answer would be about."""
    if kind is RoundKind.CENSUS:
        rows = (await connection.execute(_ended(period))).all()
        return [Member(row.customer_id, complaint_id=row.id) for row in rows]
    ids = await _visited(connection, policy, now) if kind is RoundKind.ACCOUNT_VISIT else list(named)
    if kind is RoundKind.ACCOUNT_VISIT and named:
        ids = sorted(set(ids) & set(named))
    last = {row.customer_id: row for row in (await connection.execute(_LAST, {"ids": ids})).all()}
    return [
        Member(id_, last[id_].customer_id, last[id_].order_id) if id_ in last else Member(id_) for id_ in sorted(ids)
    ]


def _ended(period: Period) -> Select[Any]:
    """Complaints closed in the period whose customer was to be asked; by the centre's days."""
    first = datetime.combine(period.first, time(0), SHANGHAI)
    after = datetime.combine(period.last + timedelta(days=1), time(0), SHANGHAI)
    return (
        select(cases.c.id, cases.c.customer_id)
        .where(cases.c.closed_at >= first, cases.c.closed_at < after)
        .where(cases.c.kind == Kind.COMPLAINT, cases.c.outcome.in_(REVISITED))
        .order_by(cases.c.id)
    )


async def _visited(connection: AsyncConnection, policy: Policy, now: datetime) -> list[int]:
    """Everybody of the classes that are visited: by the newest classes, and by hand."""
    wanted = policy.rulebook.revisits.visit_classes
    basis = policy.rulebook.classes.basis
    newest = select(class_snapshots.c.id).where(class_snapshots.c.basis == basis)
    last = newest.order_by(class_snapshots.c.to_day.desc(), class_snapshots.c.id.desc()).limit(1).scalar_subquery()
    computed = select(class_members.c.customer_id).where(
        class_members.c.snapshot_id == last, class_members.c.customer_class.in_(wanted)
    )
    today = now.astimezone(SHANGHAI).date()
    given = select(class_overrides.c.customer_id).where(
        class_overrides.c.customer_class.in_(wanted), class_overrides.c.until >= today
    )
    standing_ = select(func.coalesce(customers.c.merged_into, customers.c.id)).where(
        customers.c.id.in_(computed.union(given)), customers.c.erased_at.is_(None)
    )
    return sorted(set((await connection.execute(standing_)).scalars()))


_LAST = text(
    """SELECT DISTINCT ON (customer_id) customer_id, order_id FROM shipments WHERE customer_id = ANY(:ids)
    ORDER BY customer_id, ordered_at DESC NULLS LAST, order_id"""
)
"""The last shipment of each: what an account visit or a retention call is about."""
