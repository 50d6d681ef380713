"""The customer's record as whoever answers the phone needs it: class, orders, cases, promises, figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.perform import Desk
from flows.classing.intake import class_of
from flows.customers.family import family
from flows.customers.figures import DAY, figures_of
from flows.customers.identity import open_name, open_phone
from flows.rules.identity import Staleness, staleness
from flows.rules.indicators import Indicator, indicators
from models.case import cases, to_facts
from models.customer import customers, phones
from models.event import events
from models.shipment import shipments
from models.staff import staff
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts
from models.values.stage_terms import ClockName, EventKind
from models.values.vocabulary import CustomerClass
from models.wake import wakes


@dataclass(frozen=True)
class Promise:
    case: CaseFacts
    ref: int
    due_at: datetime
    what: str | None


@dataclass(frozen=True)
class Revisit:
    at: datetime
    case: CaseFacts


@dataclass(frozen=True)
class Profile:
    """Everything, unmasked: whoever shows it masks it by role. `cases` with whether each is quarantined."""

    id: int
    record: RowMapping
    codes: tuple[str, ...]
    name: str | None
    phones: tuple[str, ...]
    account_manager: str | None
    customer_class: CustomerClass | None
    staleness: Staleness
    orders: Sequence[RowMapping]
    orders_in_all: int
    cases: list[tuple[CaseFacts, bool]]
    promises: list[Promise]
    revisit: Revisit | None
    indicators: list[Indicator]


async def profile(connection: AsyncConnection, desk: Desk, customer_id: int, sees: ColumnElement[bool]) -> Profile:
    """`sees`: which cases whoever asks may know of. Raises NotFound."""
    policy = desk.policies.current
    section = policy.rulebook.customers
    ids = await family(connection, customer_id)
    query = select(customers, staff.c.name.label("manager")).outerjoin(
        staff, staff.c.id == customers.c.account_manager_id
    )
    rows = {row["id"]: row for row in (await connection.execute(query.where(customers.c.id.in_(ids)))).mappings()}
    record = rows[ids[0]]
    reached = select(phones.c.key, phones.c.number).where(phones.c.customer_id.in_(ids)).order_by(phones.c.created_at)
    numbers = (await connection.execute(reached)).all()
    his = his_cases(ids, [row.key for row in numbers])
    now = await desk.clock.now(connection)
    today = now.astimezone(SHANGHAI).date()
    orders = await _orders(connection, ids, section.orders_shown)
    found = await cases_where(connection, and_(his, sees), section.cases_shown)
    figures = await figures_of(connection, ids, his, today, section.indicator_days)
    classes = await class_of(connection, [ids[0]], today, policy.rulebook.classes.basis)
    verified = [row["verified_at"].astimezone(SHANGHAI).date() for row in rows.values() if row["verified_at"]]
    signs = [*verified, *(one["day"] for one in orders), *(one.recorded_at.date() for one, _ in found)]
    names = (open_name(desk.seal, rows[id_]["name"]) for id_ in ids)
    return Profile(
        id=ids[0],
        record=record,
        codes=tuple(rows[id_]["code"] for id_ in ids),
        name=next((name for name in names if name), None),
        phones=tuple(open_phone(desk.seal, row.number) for row in numbers),
        account_manager=record["manager"],
        customer_class=classes.get(ids[0]),
        staleness=staleness(record["created_at"].astimezone(SHANGHAI).date(), signs, today, section),
        orders=orders,
        orders_in_all=figures.orders_in_all,
        cases=found,
        promises=await _promises(connection, desk, [one for one, _ in found]),
        revisit=await _revisit(connection, [one for one, _ in found]),
        indicators=indicators(figures),
    )


def his_cases(ids: Sequence[int], keys: Sequence[str]) -> ColumnElement[bool]:
    """His, or called about from his phones before anybody knew whose they were."""
    unknown = and_(cases.c.customer_id.is_(None), cases.c.caller_key.in_(keys)) if keys else false()
    return or_(cases.c.customer_id.in_(ids), unknown)


async def cases_where(
    connection: AsyncConnection, wanted: ColumnElement[bool], at_most: int
) -> list[tuple[CaseFacts, bool]]:
    """Open ones first, then the newest; with whether each is quarantined."""
    query = (
        select(cases, wakes.c.quarantined_at)
        .join(wakes, wakes.c.case_id == cases.c.id)
        .where(wanted)
        .order_by(cases.c.closed_at.is_not(None), cases.c.id.desc())
        .limit(at_most)
    )
    rows = (await connection.execute(query)).mappings().all()
    return [(to_facts(row), row["quarantined_at"] is not None) for row in rows]


async def _orders(connection: AsyncConnection, ids: Sequence[int], at_most: int) -> Sequence[RowMapping]:
    query = (
        select(shipments, DAY.label("day"))
        .where(shipments.c.customer_id.in_(ids))
        .order_by(DAY.desc().nulls_last(), shipments.c.order_id.desc())
        .limit(at_most)
    )
    return (await connection.execute(query)).mappings().all()


async def _promises(connection: AsyncConnection, desk: Desk, found: Sequence[CaseFacts]) -> list[Promise]:
    """Promises still to keep, the first due first, in the words they were made in."""
    running = [
        (one, clock.ref, clock.due_at)
        for one in found
        for clock in one.clocks
        if clock.name is ClockName.PROMISE and clock.met_at is None and clock.ref is not None
    ]
    if not running:
        return []
    made = or_(*(and_(events.c.case_id == one.id, events.c.seq == ref) for one, ref, _ in running))
    rows = (await connection.execute(select(events.c.case_id, events.c.seq, events.c.sealed).where(made))).all()
    said: dict[Any, str | None] = {
        (row.case_id, row.seq): desk.seal.open(row.sealed).get("what") if row.sealed is not None else None
        for row in rows
    }
    promises = [Promise(one, ref, due_at, said.get((one.id, ref))) for one, ref, due_at in running]
    return sorted(promises, key=lambda promise: promise.due_at)


async def _revisit(connection: AsyncConnection, found: Sequence[CaseFacts]) -> Revisit | None:
    by_id = {one.id: one for one in found}
    surveyed = and_(events.c.case_id.in_(list(by_id)), events.c.kind == EventKind.SURVEYED)
    query = select(events.c.case_id, events.c.at).where(surveyed).order_by(events.c.at.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return Revisit(row.at, by_id[row.case_id]) if row is not None else None
