"""The first report of an incident at half the peak, and the affected of a place among a million shipments."""

import statistics
import time
from uuid import uuid4

import httpx

from deployments.bench.bench import Bench
from deployments.bench.intake import CLIENTS
from deployments.bench.load import Call, flat_out, steady
from deployments.bench.table import Row
from deployments.bench.wire import Wire
from flows.staffing import NewStaff, add_staff, create_token
from models.values.people_terms import Role

SHIPMENTS = 1_000_000
A_DAY = 20_000
"""For fifty days."""
PLACES = {"vehicle": 2_000, "batch": 5_000, "hub": 50}
"""How many there are of each; a vehicle carries ten shipments a day, a hub four hundred. Named in capitals, as vehicles
are stored."""
READS = 200
FILL = f"""
    WITH someone AS (
        INSERT INTO customers (code) SELECT 'BENCH-' || n FROM generate_series(1, 10000) AS n RETURNING id
    ),
    known AS (SELECT id, row_number() OVER () - 1 AS place FROM someone)
    INSERT INTO shipments (customer_id, order_id, waybill_no, ordered_at, promised_at, delivered_at, amount, currency,
        {", ".join(PLACES)})
    SELECT known.id, 'BENCH-' || n, 'BENCH' || n, current_date - n / {A_DAY}, current_date - n / {A_DAY} + 3,
        CASE WHEN n / {A_DAY} > 3 THEN current_date - n / {A_DAY} + 3 END, 100, 'CNY',
        {", ".join(f"'{place.upper()}' || n % {many}" for place, many in PLACES.items())}
    FROM generate_series(1, {SHIPMENTS}) AS n JOIN known ON known.place = n % 10000"""  # noqa: S608 - our own figures


async def measure(bench: Bench, requests: int) -> list[Row]:
    async with bench.engine.begin() as connection:
        await add_staff(connection, NewStaff("bench hub", Role.BUSINESS_UNIT, "sorting_centre"))
        token = await create_token(connection, "bench hub")
    calls = [_report(Wire(f"{bench.stack.api_url}/api/v1", token)) for _ in range(CLIENTS)]
    best = await flat_out(calls, requests)
    half = await steady(calls, requests // 2, best.rate / 2)
    bench.say(f"filling in {SHIPMENTS} shipments ...")
    await bench.execute(FILL)
    await bench.execute("ANALYZE shipments")
    bench.say("listing the affected ...")
    return [
        Row("first report of an incident, 8 clients", f"{best.rate:.0f}/s", "", f"p99 {best.p99 * 1e3:.0f} ms"),
        Row("… at half the peak", f"p99 {half.p99 * 1e3:.0f} ms", "≤ 100 ms", f"errors {best.errors + half.errors}"),
        *[await _affected(bench, token, place, many) for place, many in PLACES.items()],
    ]


def _report(wire: Wire) -> Call:
    async def call(number: int) -> int:
        said = {"kind": "damage", "what": "外箱破裂", "where": "三号月台", "discovered_at": "2026-01-05T10:00:00+08:00"}
        return (await wire.post("/incidents", said, key=str(uuid4())))[0]

    return call


async def _affected(bench: Bench, token: str, place: str, many: int) -> Row:
    """Over incidents at as many places of a kind; the target is that of vehicles."""
    now = (await bench.column("SELECT now()"))[0].isoformat()
    waits, found = [], 0
    async with httpx.AsyncClient(base_url=f"{bench.stack.api_url}/api/v1", timeout=60) as client:
        for number in range(READS):
            said = {
                "kind": "damage",
                "what": "x",
                "where": "y",
                "discovered_at": now,
                place: f"{place.upper()}{number * 7 % many}",
            }
            headers = {"Authorization": f"Bearer {token}"}
            id_ = (await client.post("/incidents", json=said, headers=headers)).json()["id"]
            began = time.perf_counter()
            headers = {"Authorization": f"Bearer {bench.supervisor}"}
            answer = (await client.get(f"/incidents/{id_}/affected", headers=headers)).json()
            waits.append(time.perf_counter() - began)
            found = max(found, answer["shipments"])
    if not found:
        raise RuntimeError(f"no shipment was found of any {place}")
    cuts = statistics.quantiles(waits, n=100)
    return Row(
        f"the affected of a {place}, 1 000 000 shipments",
        f"p99 {cuts[98] * 1e3:.0f} ms",
        "≤ 200 ms" if place == "vehicle" else "",
        f"p50 {cuts[49] * 1e3:.0f} ms, up to {found} shipments",
    )
