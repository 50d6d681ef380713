"""The benchmark: one embedded stack, everything measured beside its yardstick in the same run."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.bench.wire import Wire
from deployments.demo.generate import generate
from deployments.home import discard
from deployments.stack import Stack
from flows.staffing import NewStaff, add_staff, create_token
from models.database import create_engine
from models.settings import Settings
from models.values.people_terms import Role

HANDLERS = (
    Role.COMPLAINT_HANDLER,
    Role.COMPLAINT_HANDLER,
    Role.ACCEPTOR,
    Role.ENQUIRY_SPECIALIST,
    Role.REVISIT_AGENT,
    Role.SUPERVISOR,
)
PLENTY = 10_000
"""Nobody is ever full: assignment is measured, not a queue of unassigned cases."""


@dataclass
class Bench:
    """What the measurements share."""

    stack: Stack
    engine: AsyncEngine
    token: str
    supervisor: str
    texts: list[str]
    say: Callable[[str], None]

    def wire(self) -> Wire:
        return Wire(f"{self.stack.api_url}/api/v1", self.token)

    def body(self, number: int) -> dict[str, str]:
        return {"text": self.texts[number % len(self.texts)]}

    async def count(self, query: str) -> int:
        async with self.engine.connect() as connection:
            found: int = (await connection.execute(text(query))).scalar_one()
        return found

    async def column(self, query: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(query))).scalars())

    async def execute(self, query: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(query))

    async def until(self, query: str, wanted: int, seconds: float = 600) -> float:
        """Wait until a count is reached; the seconds it took."""
        began = time.perf_counter()
        while await self.count(query) < wanted:
            if time.perf_counter() - began > seconds:
                raise TimeoutError(f"{query} did not reach {wanted} in {seconds:g} s")
            await asyncio.sleep(0.02)
        return time.perf_counter() - began


@asynccontextmanager
async def opened(say: Callable[[str], None]) -> AsyncIterator[Bench]:
    """A stack of its own in a fresh home, with staff and a token; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="redress-bench-"))
    settings = Settings(home=home, database_url=None, prefect_api_url=None, api_port=0, prefect_port=0)
    try:
        async with Stack(settings, parts={"postgres", "prefect", "api"}, say=say) as stack:
            engine = create_engine(stack.database_url, pool_size=4)
            async with engine.begin() as connection:
                for number, role in enumerate(HANDLERS):
                    await add_staff(connection, NewStaff(f"{role} {number}", role, capacity=PLENTY))
                await add_staff(connection, NewStaff("web form", Role.CHANNEL, capacity=0))
                token = await create_token(connection, "web form")
                supervisor = await create_token(connection, f"{HANDLERS[-1]} {len(HANDLERS) - 1}")
            texts = [request.text for request in generate(500, seed=1)]
            yield Bench(stack, engine, token, supervisor, texts, say)
            await engine.dispose()
    finally:
        discard(home)
