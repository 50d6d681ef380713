"""The classes once more, in plain Python from plain rows: what the SQL must agree with."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.fixtures.database import Database

DATA = Path(__file__).parents[4] / "shared" / "data"


@dataclass(frozen=True)
class Line:
    customer: str
    order: str
    ordered: date | None
    delivered: date | None
    amount: Decimal
    currency: str = "CNY"
    profit: Decimal | None = None

    def measure(self, basis: str) -> Decimal:
        return self.amount if basis == "amount" else self.profit or Decimal(0)


def amounts(
    lines: Iterable[Line],
    first: date,
    last: date,
    currency: str,
    basis: str = "amount",
    became: Mapping[str, str] | None = None,
) -> dict[str, Decimal]:
    """Net by customer; a customer who was merged counts as the one at the end of the chain."""
    netted: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        day = line.ordered if line.ordered is not None else line.delivered
        if line.currency != currency or day is None or not first <= day <= last:
            continue
        customer = line.customer
        while became and customer in became:
            customer = became[customer]
        netted[customer] += line.measure(basis)
    return dict(netted)


def classes(netted: Mapping[str, Decimal]) -> dict[str, str]:
    """1 %, 5 % and 20 % of the customers, rounded up, in whole numbers only."""
    n = len(netted)
    a, b, c = (-(-n * percent // 100) for percent in (1, 5, 20))
    ranked = sorted(netted, key=lambda code: (-netted[code], code))
    return {
        code: "A" if rank <= a else "B" if rank <= b else "C" if rank <= c else "D"
        for rank, code in enumerate(ranked, start=1)
    }


def figures(netted: Mapping[str, Decimal]) -> dict[str, tuple[int, Decimal, float | None]]:
    """Customers, amount and share of each class."""
    given, whole = classes(netted), sum(netted.values(), Decimal(0))
    found = {}
    for name in "ABCD":
        held = [netted[code] for code in given if given[code] == name]
        amount = sum(held, Decimal(0))
        found[name] = (len(held), amount, float(Fraction(amount) / Fraction(whole)) if whole > 0 else None)
    return found


async def fill(database: Database, lines: Iterable[Line], became: Mapping[str, str] | None = None) -> dict[str, int]:
    """Put the lines into the tables with COPY; the ids by customer number."""
    lines = list(lines)
    codes = {line.customer for line in lines} | set(became or {}) | set((became or {}).values())
    backwards = sorted(codes, reverse=True)  # so that ids fall where numbers rise
    async with database.engine.begin() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.copy_records_to_table("customers", columns=["code"], records=[(code,) for code in backwards])
        ids = {row["code"]: row["id"] for row in await driver.fetch("SELECT id, code FROM customers")}
        columns = ["customer_id", "order_id", "ordered_at", "delivered_at", "amount", "currency", "profit"]
        records = [
            (ids[one.customer], one.order, one.ordered, one.delivered, one.amount, one.currency, one.profit)
            for one in lines
        ]
        await driver.copy_records_to_table("shipments", columns=columns, records=records)
        for merged, into in (became or {}).items():
            await driver.execute("UPDATE customers SET merged_into = $1 WHERE code = $2", ids[into], merged)
    return ids


def usaid() -> list[Line]:
    return [
        Line(
            row["customer_id"],
            row["order_id"],
            _day(row["ordered_at"]),
            _day(row["delivered_at"]),
            Decimal(row["amount"]),
            row["currency"],
        )
        for row in _rows("shipments.csv.gz")
    ]


def cdnow() -> list[Line]:
    return [
        Line(row["customer_id"], row["order_id"], _day(row["ordered_at"]), None, Decimal(row["amount"]), "USD")
        for row in _rows("transactions_cdnow.csv.gz")
    ]


def _rows(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(said: str) -> date | None:
    return date.fromisoformat(said) if said else None
