"""What a new rulebook costs a running process: how long it is read, and how long anything else waits meanwhile."""

import asyncio
import json
import time

from deployments.bench.table import Row
from flows.rulebook.loading import load, read

TICK_SECONDS = 0.001


async def measure() -> list[Row]:
    """A rulebook nobody has read yet, read in a thread as `Policies` does, beside a task that looks at the clock."""
    content = json.dumps({**json.loads(read()), "name": f"bench {time.time_ns()}"})
    began = time.perf_counter()
    reading = asyncio.create_task(asyncio.to_thread(load, content))
    longest, last = 0.0, time.perf_counter()
    while not reading.done():
        await asyncio.sleep(TICK_SECONDS)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    whole = time.perf_counter() - began
    measured = f"{longest * 1000:.0f} ms longest pause"
    return [Row("rulebook: reload", measured, "nothing stops", f"read in {whole * 1000:.0f} ms beside everything else")]
