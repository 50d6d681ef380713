"""The whole centre: a real API process, a real worker on the real Prefect server, people calling over TCP.

Business time is simulated: it stands still while the worker has anything to do, and moves when a test moves it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flows.legs.claim import unsettled
from tests.api.centre import SHANGHAI, Centre
from tests.api.conftest import opened, serving
from tests.fixtures.database import Database, copied
from tests.fixtures.soundness import assert_sound
from tests.fixtures.worker import until, workers_of


@dataclass
class WholeCentre(Centre):
    """Nothing is carried here: the worker does it, and one waits for it."""

    async def carry(self) -> None:
        self.office.ringer.ring()

        async def settled() -> bool:
            async with self.engine.connect() as connection:
                return not await unsettled(connection, await self.office.desk.clock.now(connection))

        await until(settled, what="the worker")

    async def move(self, to: datetime | timedelta) -> None:
        await super().move(to)
        await self.carry()

    async def next_morning(self, at: time = time(10)) -> None:
        tomorrow = (await self.now()).astimezone(SHANGHAI).date() + timedelta(days=1)
        await self.move(datetime.combine(tomorrow, at, SHANGHAI))


@dataclass(frozen=True)
class Stack:
    database: Database
    centre: WholeCentre


@pytest.fixture(scope="package")
async def stack(
    postgres: Any, template: str, prefect_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("acceptance")
    url = postgres.url(f"t_{uuid4().hex[:12]}")
    async with (
        copied(url, template) as database,
        opened(database) as office,
        serving(database, folder, clock="simulated", prefect_api_url=prefect_server) as address,
    ):
        with workers_of(database, prefect_server, folder) as workers:
            await workers.start(clock="simulated")
            centre = WholeCentre(office.app, office.office, office.people)
            await centre.move_to(address)
            yield Stack(database, centre)


@pytest.fixture
async def centre(stack: Stack) -> AsyncIterator[WholeCentre]:
    """Another morning of the centre; at its end every ledger is whole and tells where its case stands."""
    await stack.centre.next_morning()
    yield stack.centre
    await stack.centre.carry()
    await assert_sound(stack.database)
