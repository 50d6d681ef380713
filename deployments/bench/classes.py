"""Classes over 100 000 customers and 1 000 000 generated shipments: computed, looked up, and who can grow."""

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import TypeVar

from deployments.bench.bench import Bench
from deployments.bench.table import Row
from flows.classing.computing import Wanted, compute
from flows.classing.growth import growth
from flows.classing.intake import class_of
from flows.rulebook.loading import load, read
from models.values.classes import Period

T = TypeVar("T")
CUSTOMERS = 100_000
SHIPMENTS = 1_000_000
PERIOD = Period(date(2025, 1, 1), date(2025, 12, 31))
LOOKUPS = 200
TARGET_SECONDS = 10

GENERATED = (
    # Amounts fall off steeply from customer to customer, as they do; one line in fifty is a refund.
    f"INSERT INTO customers (code) SELECT 'B' || lpad(n::text, 7, '0') FROM generate_series(1, {CUSTOMERS}) AS n",  # noqa: S608 - numbers of ours
    f"""INSERT INTO shipments (customer_id, order_id, ordered_at, delivered_at, amount, currency, profit)
    SELECT customer.id, 'O' || n, day, day + 3, amount, 'CNY', round(amount * 0.1, 2)
    FROM generate_series(1, {SHIPMENTS}) AS n
    JOIN customers AS customer ON customer.code = 'B' || lpad((1 + n * 7919::bigint % {CUSTOMERS})::text, 7, '0')
    CROSS JOIN LATERAL (SELECT date '2024-01-01' + (hashint8(n) & 1023) % 731 AS day,
        CASE WHEN n % 50 = 0 THEN -1 ELSE 1 END
            * round((100000000 / (1 + (hashint4(customer.id) & 65535)) + (hashint8(n) & 255))::numeric / 100, 2)
            AS amount) AS line""",  # noqa: S608 - numbers of ours
    "ANALYZE customers, shipments",
)


async def measure(bench: Bench) -> list[Row]:
    """On a schema of its own kind: the bench's database, filled here."""
    await bench.stack.migrate()
    for statement in GENERATED:
        await bench.execute(statement)
    policy = load(read()).rulebook.classes
    async with bench.engine.begin() as connection:
        first, snapshot = await _timed(lambda: compute(connection, Wanted(PERIOD, "amount"), policy))
    async with bench.engine.begin() as connection:
        again, _ = await _timed(lambda: compute(connection, Wanted(PERIOD, "amount"), policy))
    waits = []
    async with bench.engine.connect() as connection:
        for number in range(LOOKUPS):
            ids = [1 + (number * 499) % CUSTOMERS]
            waits.append((await _timed(partial(class_of, connection, ids, PERIOD.last)))[0])
        grew, _ = await _timed(lambda: growth(connection, snapshot, policy))
    size = f"{CUSTOMERS:,} customers, {SHIPMENTS:,} shipments".replace(",", " ")
    p99 = statistics.quantiles(waits, n=100)[98]
    return [
        Row(f"classes: {size}", f"{first:.1f} s", f"≤ {TARGET_SECONDS} s", f"again {again:.1f} s, N = {snapshot.n}"),
        Row(
            "… the class of one customer",
            f"p50 {statistics.median(waits) * 1e3:.1f} ms",
            "≤ 50 ms",
            f"p99 {p99 * 1e3:.1f} ms",
        ),
        Row("… growth candidates", f"{grew:.2f} s", "", ""),
    ]


async def _timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    began = time.perf_counter()
    answer = await work()
    return time.perf_counter() - began, answer
