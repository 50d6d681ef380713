"""Shipments whose promised day passed and that were not delivered: one notice task a customer, each shipment once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.classing.intake import class_of
from flows.incidents.affected import COMPLAINT
from flows.incidents.some_customers import of_some_customers
from flows.legs import ledger
from flows.rules import customer_notices
from flows.rules.agenda import agenda
from flows.rules.customer_notices import PROMISE, Call, Told
from models.case import cases
from models.incident import shipment_notices
from models.locks import Lock, hold
from models.sealing import Seal
from models.shipment import shipments
from models.values.calendar import SHANGHAI
from models.values.policy import Policy

CUSTOMERS = 100
"""How many customers get their task in one transaction."""


@dataclass(frozen=True)
class Opened:
    customers: int
    shipments: int


async def open_some(connection: AsyncConnection, seal: Seal, policy: Policy, now: datetime) -> Opened:
    """Open the next batch of tasks; none: nothing is left. Commit is the caller's."""
    await hold(connection, Lock.LATE_SHIPMENTS)
    today = now.astimezone(SHANGHAI).date()
    calls = await _calls(connection, policy, today)
    openings = [customer_notices.opening(one, PROMISE, None, policy, now) for one in calls]
    if openings:
        await ledger.open_cases(connection, seal, openings, lambda facts: agenda(facts, policy, now), now)
    return Opened(len(calls), sum(len(one.shipments) for one in calls))


async def _calls(connection: AsyncConnection, policy: Policy, today: date) -> list[Call]:
    """Who complained about a shipment already knows, and asks no second time; nor does who is about to be called, or
    was called because its day had passed. That he was told of an incident before says nothing of the day."""
    complained = select(cases.c.id).where(cases.c.waybill == shipments.c.waybill_no, COMPLAINT)
    told = (
        select(shipment_notices.c.case_id)
        .join(cases, cases.c.id == shipment_notices.c.case_id)
        .where(
            shipment_notices.c.customer_id == shipments.c.customer_id,
            shipment_notices.c.order_id == shipments.c.order_id,
            or_(shipment_notices.c.cause == PROMISE, cases.c.closed_at.is_(None)),
        )
    )
    since = today - timedelta(days=policy.incidents.promise_days)
    wanted = (
        shipments.c.promised_at < today,
        shipments.c.promised_at >= since,
        shipments.c.delivered_at.is_(None),
        ~complained.exists(),
        ~told.exists(),
    )
    found = await of_some_customers(connection, wanted, CUSTOMERS)
    calls = {id_: [Told(row.customer_id, row.order_id, row.waybill_no) for row in rows] for id_, rows in found.items()}
    known = await class_of(connection, list(calls), today, policy.rulebook.classes.basis)
    return [Call(uuid7(), id_, known.get(id_), told) for id_, told in calls.items()]
