"""Durable intake over HTTP, beside a bare FastAPI with one INSERT and beside Prefect's own create-run."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx

from deployments.bench.bench import Bench
from deployments.bench.load import Call, Load, flat_out, steady
from deployments.bench.table import Row
from deployments.bench.wire import Wire
from deployments.ports import choose

CLIENTS = 8


async def measure(bench: Bench, requests: int) -> list[Row]:
    """Alternating rounds, so that a drift of the machine meets all alike; the better round counts."""
    ours_calls = [_ours(bench, bench.wire()) for _ in range(CLIENTS)]
    async with _bare(bench) as url:
        bare_calls = [_bare_call(bench, Wire(url)) for _ in range(CLIENTS)]
        await flat_out(ours_calls, CLIENTS * 5)
        ours, bare = [], []
        for _ in range(3):
            ours.append(await flat_out(ours_calls, requests))
            bare.append(await flat_out(bare_calls, requests))
    best, bare_best = (max(loads, key=lambda load: load.rate) for loads in (ours, bare))
    half = await steady(ours_calls, requests // 2, best.rate / 2)
    prefect = await _create_runs(bench, 60)
    errors = sum(load.errors for load in (*ours, *bare, half, prefect))
    return [
        Row(
            "intake over HTTP, 8 clients",
            f"{best.rate:.0f}/s",
            "≥ 300/s (design: 400/s)",
            f"p99 {best.p99 * 1e3:.0f} ms",
        ),
        Row("… at half the peak", f"p99 {half.p99 * 1e3:.0f} ms", "≤ 100 ms", f"p50 {half.p50 * 1e3:.1f} ms"),
        Row(
            "bare FastAPI + one INSERT",
            f"{bare_best.rate:.0f}/s",
            "within 3 ×",
            f"{bare_best.rate / best.rate:.1f} × ours",
        ),
        Row("Prefect's create-run", f"{prefect.rate:.0f}/s", "≥ 15 ×", f"ours is {best.rate / prefect.rate:.0f} ×"),
        Row("requests that failed", str(errors), "0", ""),
    ]


def _ours(bench: Bench, wire: Wire) -> Call:
    async def call(number: int) -> int:
        return (await wire.post("/complaints", bench.body(number), key=str(uuid4())))[0]

    return call


def _bare_call(bench: Bench, wire: Wire) -> Call:
    async def call(number: int) -> int:
        return (await wire.post("/complaints", bench.body(number)))[0]

    return call


async def _create_runs(bench: Bench, requests: int) -> Load:
    """Runs created from our own deployment, scheduled for a far day so that nothing runs them."""
    url = bench.stack.prefect_api_url
    async with httpx.AsyncClient(timeout=60) as client:
        found = (
            await client.post(f"{url}/deployments/filter", json={"flows": {"name": {"any_": ["complaint"]}}})
        ).json()
        path = f"/deployments/{found[0]['id']}/create_flow_run"
    later = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}
    wires = [Wire(url) for _ in range(CLIENTS)]

    def call_of(wire: Wire) -> Call:
        async def call(number: int) -> int:
            return (await wire.post(path, {"state": later, "idempotency_key": str(uuid4())}))[0]

        return call

    return await flat_out([call_of(wire) for wire in wires], requests)


@asynccontextmanager
async def _bare(bench: Bench) -> AsyncIterator[str]:
    port = choose("127.0.0.1", 0)
    command = [sys.executable, "-m", "uvicorn", "--factory", "deployments.bench.bare:app", "--port", str(port)]
    env = {**os.environ, **bench.stack.env}
    process = await asyncio.create_subprocess_exec(*command, "--log-level", "warning", env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(url)
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield url
    finally:
        process.terminate()
        await process.wait()
