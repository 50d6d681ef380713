"""Customers of the demo whose goods were delivered in the week before the day played: whom its round is about."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from flows.classing.computing import Wanted, compute
from flows.customers import identity
from flows.rulebook.store import Policies
from models.customer import customers, phones
from models.sealing import Seal
from models.shipment import shipments
from models.values.classes import Period

CUSTOMERS = 400
FIRST_PHONE = 17_100_000_000
"""Numbers of a range that reaches nobody."""
LINES = ("express", "road", "air")
BRANCHES = ("上海", "成都", "广州")
LATE, SHORT, DAMAGED = 0.12, 0.02, 0.03
DO_NOT_CALL, NO_PHONE = 0.02, 0.03


def last_week(day: date) -> Period:
    """The last full week before a day."""
    last = day - timedelta(days=day.isoweekday())
    return Period(last - timedelta(days=6), last)


async def serve(engine: AsyncEngine, seal: Seal, day: date, seed: int) -> None:
    """Some hundred customers with their shipments of that week, and their classes; a few ask not to be called."""
    rng = Random(f"served:{seed}")  # noqa: S311 - a simulation, not a secret
    week = last_week(day)
    people, numbers, sent = [], [], []
    for number in range(1, CUSTOMERS + 1):
        phone = f"+86{FIRST_PHONE + number}"
        people.append(
            {
                "id": number,
                "code": f"D{number:05}",
                "line": rng.choice(LINES),
                "branch": rng.choice(BRANCHES),
                "do_not_call": rng.random() < DO_NOT_CALL,
            }
        )
        if rng.random() >= NO_PHONE:
            key = identity.phone_key(seal, phone)
            numbers.append({"key": key, "customer_id": number, "number": identity.seal_phone(seal, phone)})
        sent.append(_shipment(rng, number, week))
    async with engine.begin() as connection:
        await connection.execute(insert(customers), people)
        await connection.execute(insert(phones), numbers)
        await connection.execute(insert(shipments), sent)
        policy = await Policies().refresh(connection)
        await compute(connection, Wanted(week, "amount", "CNY"), policy.rulebook.classes)


def _shipment(rng: Random, customer: int, week: Period) -> dict[str, object]:
    delivered = week.first + timedelta(days=rng.randrange(7))
    late = rng.randint(1, 4) if rng.random() < LATE else 0
    pieces = rng.randint(1, 40)
    amount = Decimal(round(rng.paretovariate(1.2) * 4000)) / 100
    return {
        "customer_id": customer,
        "order_id": f"O{customer:05}",
        "ordered_at": delivered - timedelta(days=3 + late),
        "promised_at": delivered - timedelta(days=late),
        "delivered_at": delivered,
        "amount": amount,
        "currency": "CNY",
        "billed_amount": amount,
        "waybill_no": f"RV{customer:08}",
        "pieces_ordered": pieces,
        "pieces_delivered": pieces - (rng.random() < SHORT),
        "damaged": int(rng.random() < DAMAGED),
    }
