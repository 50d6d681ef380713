"""Load on a server: as fast as so many clients can, or at a steady rate."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Call = Callable[[int], Awaitable[int]]
"""One request by number; answers its status."""


@dataclass(frozen=True)
class Load:
    """Requests a second, and seconds of waiting at the median and the 99th percentile; errors are not answers."""

    rate: float
    p50: float
    p99: float
    errors: int


async def flat_out(clients: list[Call], requests: int) -> Load:
    """Every client sends its next request as soon as the last one is answered."""
    numbers = iter(range(requests))
    waits: list[float] = []
    errors = 0

    async def client(call: Call) -> None:
        nonlocal errors
        for number in numbers:
            began = time.perf_counter()
            errors += await call(number) >= 400
            waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client(call) for call in clients))
    return _load(waits, time.perf_counter() - began, errors)


async def steady(clients: list[Call], requests: int, rate: float) -> Load:
    """Requests leave at a fixed rate; waiting counts from when each was due, so a stall is not hidden."""
    free: asyncio.Queue[Call] = asyncio.Queue()
    for call in clients:
        free.put_nowait(call)
    waits: list[float] = []
    errors = 0

    async def one(number: int, due: float) -> None:
        nonlocal errors
        call = await free.get()
        errors += await call(number) >= 400
        waits.append(time.perf_counter() - due)
        free.put_nowait(call)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(requests):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(number, due))
    return _load(waits, time.perf_counter() - began, errors)


def _load(waits: list[float], seconds: float, errors: int) -> Load:
    cuts = statistics.quantiles(waits, n=100)
    return Load(len(waits) / seconds, cuts[49], cuts[98], errors)
