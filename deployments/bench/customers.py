"""A million shipments and a hundred thousand customers imported by the command, and a caller looked up at that size."""

import asyncio
import csv
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from deployments.bench.bench import Bench
from deployments.bench.table import Row

CUSTOMERS = 100_000
SHIPMENTS = 1_000_000
LOOKUPS = 200
SEED = 7
FIRST_DAY = date(2024, 1, 1)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超"


async def measure(bench: Bench) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        people, shipped = Path(folder, "customers.csv"), Path(folder, "shipments.csv")
        _write(people, ("customer_id", "name", "phone", "line"), _people())
        head = ("customer_id", "order_id", "ordered_at", "amount", "promised_at", "delivered_at", "review_score")
        _write(shipped, (*head, "waybill_no"), _shipments())
        rows = [
            await _imported(bench, "customers", people, CUSTOMERS, ""),
            await _imported(bench, "shipments", shipped, SHIPMENTS, "≤ 120 s"),
            await _imported(bench, "shipments", shipped, SHIPMENTS, "", "the same file again, nothing changes"),
        ]
    rows.append(await _looked_up(bench, "by phone", lambda number: {"phone": _phone(number % CUSTOMERS)}))
    rows.append(await _looked_up(bench, "by waybill", lambda number: {"waybill": f"SF{number:09}"}))
    rows.append(await _looked_up(bench, "the largest customer", lambda number: {"phone": _phone(0)}, times=50))
    return rows


def _people() -> Iterator[tuple[Any, ...]]:
    drawn = random.Random(SEED)  # noqa: S311 - sample data, not secrets
    for number in range(CUSTOMERS):
        name = drawn.choice(SURNAMES) + "".join(drawn.choices(GIVEN, k=2))
        yield f"C{number:07}", name, _phone(number), "road"


def _shipments() -> Iterator[tuple[Any, ...]]:
    """A few customers ship most, as they do: the largest about two in a hundred lines."""
    drawn = random.Random(SEED)  # noqa: S311 - sample data, not secrets
    for number in range(SHIPMENTS):
        customer = int(CUSTOMERS * drawn.random() ** 3)
        day = FIRST_DAY + timedelta(days=drawn.randrange(700))
        amount = f"{drawn.randrange(500, 500_000) / 100:.2f}"
        late = day + timedelta(days=drawn.randrange(1, 6))
        yield (
            f"C{customer:07}",
            f"O{number}",
            day,
            amount,
            day + timedelta(days=3),
            late,
            number % 5 + 1,
            f"SF{number:09}",
        )


def _phone(number: int) -> str:
    return f"138{number:08}"


def _write(path: Path, header: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


async def _imported(bench: Bench, what: str, path: Path, rows: int, target: str, note: str = "") -> Row:
    """The command as people run it; its memory is looked at ten times a second."""
    redress = Path(sys.executable).with_name("redress")
    bench.say(f"importing {rows} {what} ...")
    began = time.perf_counter()
    quiet = asyncio.subprocess.DEVNULL
    env = {**os.environ, **bench.stack.env}
    process = await asyncio.create_subprocess_exec(redress, "import", what, path, env=env, stdout=quiet, stderr=quiet)
    done = asyncio.create_task(process.wait())
    watched, most = psutil.Process(process.pid), 0
    while not done.done():
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.Error:
            break
        await asyncio.wait({done}, timeout=0.1)
    if await done:
        raise RuntimeError(f"the import of {what} failed")
    seconds = time.perf_counter() - began
    beside = f"{rows / seconds:.0f} rows/s, at most {most / 2**20:.0f} MB"
    return Row(f"import of {rows:,} {what}".replace(",", " "), f"{seconds:.0f} s", target, note or beside)


async def _looked_up(bench: Bench, how: str, said: Callable[[int], dict[str, str]], times: int = LOOKUPS) -> Row:
    waits = []
    async with httpx.AsyncClient(base_url=f"{bench.stack.api_url}/api/v1") as client:
        client.headers["Authorization"] = f"Bearer {bench.supervisor}"
        for number in range(times):
            began = time.perf_counter()
            answer = await client.post("/customers/lookup", json=said(number * 4_999 % SHIPMENTS))
            waits.append(time.perf_counter() - began)
            if answer.json().get("customer") is None:
                raise RuntimeError(f"the look-up {how} found nobody")
    cuts = statistics.quantiles(waits, n=100)
    beside = f"p99 {cuts[98] * 1e3:.0f} ms, n {times}"
    return Row(f"… look-up over HTTP, {how}", f"p50 {cuts[49] * 1e3:.0f} ms", "≤ 50 ms", beside)
