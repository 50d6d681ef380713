"""A small firm to draw from: customers with lines and branches, shipments of a week, classes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flows.rulebook.loading import load, read
from models.values.classes import Period
from models.values.rounds import Cell, CellCount

POLICY = load(read())
SAMPLING = POLICY.rulebook.sampling
WEEK = Period(date(2026, 3, 9), date(2026, 3, 15))
NOW = datetime(2026, 3, 16, 2, tzinfo=UTC)
LINES = ("road", "express", "air")


def sampling(**changed):
    return SAMPLING.model_copy(update=changed)


def cells(*populations):
    """Cells A, B, C … of the line road, branch 1, of these sizes."""
    return [CellCount(Cell(chr(65 + number), "road", "1"), size) for number, size in enumerate(populations)]


@dataclass
class Firm:
    database: object

    async def serve(self, customers=300, each=2, day="2026-03-10", prefix="K"):
        """So many customers, `each` shipments a head delivered on a day, over three lines and four branches."""
        await self.database.rows(
            """INSERT INTO customers (code, line, branch)
            SELECT :prefix || lpad(n::text, 6, '0'), (ARRAY['road', 'express', 'air'])[1 + n % 3], 'branch ' || n % 4
            FROM generate_series(1, :customers) AS n""",
            customers=customers,
            prefix=prefix,
        )
        await self.database.rows(
            """INSERT INTO shipments (customer_id, order_id, delivered_at, amount, currency)
            SELECT customers.id, 'O' || customers.id || '-' || n, CAST(:day AS date), 10, 'CNY'
            FROM customers CROSS JOIN generate_series(1, :each) AS n WHERE code LIKE :prefix || '%'""",
            each=each,
            day=date.fromisoformat(day),
            prefix=prefix,
        )

    async def ship(self, code, order, *, delivered=None, promised=None, ordered=None, amount=10):
        await self.database.rows(
            """INSERT INTO shipments (customer_id, order_id, delivered_at, promised_at, ordered_at, amount, currency)
            SELECT id, :order, :delivered, :promised, :ordered, :amount, 'CNY' FROM customers WHERE code = :code""",
            code=code,
            order=order,
            delivered=delivered,
            promised=promised,
            ordered=ordered,
            amount=amount,
        )

    async def know(self, code, line=None, branch=None):
        await self.database.rows(
            "INSERT INTO customers (code, line, branch) VALUES (:code, :line, :branch)",
            code=code,
            line=line,
            branch=branch,
        )

    async def classify(self, **codes):
        """`A=["K1"]`: classes as a snapshot holds them."""
        id_ = await self.database.value(
            """INSERT INTO class_snapshots (from_day, to_day, basis, currency, cut_points, n, shares)
            VALUES ('2025-03-01', '2026-02-28', 'amount', 'CNY', '{}', 0, '{}') RETURNING id"""
        )
        for name, listed in codes.items():
            await self.database.rows(
                """INSERT INTO class_members (snapshot_id, customer_id, customer_class, amount, rank)
                SELECT :id, customers.id, :name, 0, 1 FROM customers WHERE code = ANY(:codes)""",
                id=id_,
                name=name,
                codes=listed,
            )

    async def id_of(self, code):
        return await self.database.value("SELECT id FROM customers WHERE code = :code", code=code)
