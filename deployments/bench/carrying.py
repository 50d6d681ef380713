"""How fast cases are carried: a surge, legs of one case, the same legs on a stock Prefect worker; quiet times; acts.

Times come from the ledger itself (database time), not from a poll.
"""

import asyncio
import os
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from deployments.bench.bench import Bench
from deployments.bench.load import Call, flat_out
from deployments.bench.table import Row
from deployments.bench.wire import Wire
from flows.rulebook.loading import load, read
from flows.rules.classification import classify
from models.values.vocabulary import Kind

PLACED = "SELECT count(*) FROM cases WHERE stage <> 'received' AND (owner_id IS NOT NULL OR stage = 'linked')"
"""Classified and assigned: to a handler, to whoever triages, or linked to the case that has an owner."""
WORKER = ("-m", "deployments.worker")
STOCK = ("-m", "prefect", "worker", "start", "--pool", "redress", "--type", "process", "--limit", "4")


async def surge(bench: Bench, size: int) -> list[Row]:
    """So many complaints are accepted while nothing carries them; then a worker starts."""
    rate, legs = await _drain(bench, size, WORKER, leg_cases=100)
    alone, _ = await _drain(bench, 60, WORKER, leg_cases=1)
    stock, _ = await _drain(bench, 6, STOCK, leg_cases=1)
    return [
        Row(f"surge of {size}, classified and assigned", f"{rate:.0f} cases/s", "≥ 100/s (150/s)", f"in {legs} legs"),
        Row("… in legs of one case", f"{alone:.1f} cases/s", "", f"the surge is {rate / alone:.0f} ×"),
        Row(
            "… on a stock process worker",
            f"{stock:.2f} cases/s",
            "≥ 500 × slower",
            f"the surge is {rate / stock:.0f} ×",
        ),
    ]


async def quiet(bench: Bench, times: int) -> list[Row]:
    """One complaint at a time, from accepted to assigned; then an act and the step it causes."""
    async with _process(bench, WORKER, 100):
        wire = bench.wire()
        for number in range(times + 3):
            placed = await bench.count(PLACED)
            await wire.post("/complaints", bench.body(number))
            await bench.until(PLACED, placed + 1)
        first = await _waits(bench, times, "received", "assigned")
        await _escalate(bench, times)
        second = await _waits(bench, times, "escalated", "assigned")
    return [_wait_row("quiet time: accepted to assigned", first), _wait_row("an act to the step it causes", second)]


async def _drain(bench: Bench, size: int, command: tuple[str, ...], *, leg_cases: int) -> tuple[float, int]:
    """Cases a second between the first leg's opening and the last case's placing; and the number of legs."""
    placed = await bench.count(PLACED)
    await bench.execute("CREATE TABLE IF NOT EXISTS bench_mark AS SELECT now() AS at")
    await bench.execute("UPDATE bench_mark SET at = now()")
    wires = [bench.wire() for _ in range(8)]
    texts = _sure_complaints(bench) if command is STOCK else bench.texts
    await flat_out([_call(wire, texts) for wire in wires], size)
    async with _process(bench, command, leg_cases):
        if command is STOCK:
            await _start_runs(bench, size)
        await bench.until(PLACED, placed + size)
        seconds = await bench.count(
            "SELECT extract(epoch FROM max(e.recorded_at) - min(l.opened_at)) FROM events e"
            " JOIN legs l ON l.id = e.leg_id JOIN bench_mark ON l.opened_at > bench_mark.at"
        )
        legs = await bench.count("SELECT count(*) FROM legs JOIN bench_mark ON opened_at > bench_mark.at")
    return size / float(seconds), legs


async def _start_runs(bench: Bench, size: int) -> None:
    """As many runs of the deployment as there are cases; each claims one for itself."""
    async with httpx.AsyncClient(timeout=30, base_url=bench.stack.prefect_api_url) as client:
        found = (await client.post("/deployments/filter", json={"flows": {"name": {"any_": ["complaint"]}}})).json()
        for _ in range(size):
            answer = await client.post(
                f"/deployments/{found[0]['id']}/create_flow_run", json={"state": {"type": "SCHEDULED"}}
            )
            answer.raise_for_status()


async def _escalate(bench: Bench, times: int) -> None:
    async with httpx.AsyncClient(base_url=f"{bench.stack.api_url}/api/v1") as client:
        client.headers["Authorization"] = f"Bearer {bench.supervisor}"
        page = (await client.get("/cases", params={"stage": "carry_out", "limit": 200})).json()
        for case in [one for one in page["items"] if one["owner"]][:times]:
            done = await bench.count("SELECT count(*) FROM events WHERE kind = 'assigned'")
            said = {"version": case["version"], "why": "基准测试"}
            (await client.post(f"/cases/{case['id']}/acts/escalate", json=said)).raise_for_status()
            await bench.until("SELECT count(*) FROM events WHERE kind = 'assigned'", done + 1)


async def _waits(bench: Bench, times: int, first: str, then: str) -> list[float]:
    """Seconds from the last `first` of a case to the `then` that follows it, for the newest so many."""
    query = f"""SELECT extract(epoch FROM b.recorded_at - a.recorded_at) FROM events a
        JOIN LATERAL (SELECT recorded_at FROM events WHERE case_id = a.case_id AND kind = '{then}' AND seq > a.seq
                      ORDER BY seq LIMIT 1) b ON true
        WHERE a.kind = '{first}' ORDER BY a.recorded_at DESC LIMIT {times}"""  # noqa: S608 - our own words
    return [float(one) for one in await bench.column(query)]


def _wait_row(what: str, waits: list[float]) -> Row:
    cuts = statistics.quantiles(waits, n=100)
    return Row(what, f"p50 {cuts[49]:.2f} s", "≤ 0.7 s (0.5 s; p99 1.5 s)", f"p99 {cuts[98]:.2f} s, n {len(waits)}")


def _sure_complaints(bench: Bench) -> list[str]:
    """A stock worker starts no run for what goes on in another procedure, so nothing may."""
    policy = load(read())
    taxonomy = policy.rulebook.taxonomy
    return [one for one in bench.texts if classify(one, taxonomy, None, policy.learned).kind is Kind.COMPLAINT]


def _call(wire: Wire, texts: list[str]) -> Call:
    async def call(number: int) -> int:
        return (await wire.post("/complaints", {"text": texts[number % len(texts)]}))[0]

    return call


@asynccontextmanager
async def _process(bench: Bench, command: tuple[str, ...], leg_cases: int) -> AsyncIterator[None]:
    """A worker process of the measurement's own, beside the stack's other parts."""
    env = {**os.environ, **bench.stack.env, "REDRESS_LEG_CASES": str(leg_cases)}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env=env, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
