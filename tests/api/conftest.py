"""The centre each test of the API works in: a database of its own, the real app, its staff signed in."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from models.settings import Settings
from models.values.people_terms import Role
from tests.api.centre import DELAY, UNCLEAR, Centre, Person, set_clock
from tests.api.standing import Standing
from tests.fixtures.database import KEY, Database, copied
from tests.fixtures.worker import ROOT, until


def settings(database_url: str, **more: Any) -> Settings:
    given = {"secret_key": KEY, "prefect_api_url": "http://127.0.0.1:9/api", "clock": "simulated"}
    given |= {"api_delivers": False}  # a test looks after notices itself
    given |= {
        "lease_seconds": 20
    }  # the bounds of transactions hang on it; fifty requests at once are slow elsewhere too
    return Settings(database_url=database_url, **{**given, **more})


@asynccontextmanager
async def opened(database: Database, **more: Any) -> AsyncIterator[Centre]:
    chosen = settings(database.url, **more)
    if chosen.clock == "simulated":
        async with database.engine.begin() as connection:
            await set_clock(connection)
    app = create_app(chosen)
    async with app.router.lifespan_context(app):
        centre = Centre(app, app.state.office)
        yield await centre.staff()
        await centre.close()


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[Centre]:
    """Business time is simulated and stands still."""
    async with opened(database) as found:
        yield found


@pytest.fixture
async def finance(centre: Centre) -> Person:
    return await centre.hire("finance", Role.FINANCE)


@pytest.fixture(scope="module")
async def module_centre(postgres: Any, template: str) -> AsyncIterator[Centre]:
    """One centre for all tests of a module: for those that change nothing, and prove it."""
    url = postgres.url(f"t_{uuid4().hex[:12]}")
    async with copied(url, template) as database, opened(database) as found:
        yield found


@asynccontextmanager
async def serving(database: Database, folder: Path, **more: str) -> AsyncIterator[str]:
    """The address of a real server process on the database of a centre; what it says is in `api.log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"database_url": database.url, "secret_key": KEY} | more
    env = os.environ | {f"REDRESS_{name.upper()}": value for name, value in given.items()}
    serve = [sys.executable, "-m", "uvicorn", "--factory", "deployments.serve:app", "--port", str(port)]
    with (folder / "api.log").open("wb") as log:
        process = subprocess.Popen(serve, cwd=ROOT, env=env, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"

        async def answers() -> bool:
            assert process.poll() is None, (folder / "api.log").read_text()
            async with httpx.AsyncClient() as client:
                try:
                    return (await client.get(f"{url}/ready")).status_code == 200
                except httpx.TransportError:
                    return False

        await until(answers, what="the API")
        yield url
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
async def served(postgres: Any, template: str, tmp_path_factory: Any) -> AsyncIterator[Centre]:
    """A centre whose people call a real server process over TCP; business time is real."""
    url, folder = postgres.url(f"t_{uuid4().hex[:12]}"), tmp_path_factory.mktemp("api")
    async with (
        copied(url, template) as database,
        opened(database, clock="real") as centre,
        serving(database, folder) as address,
    ):
        await centre.move_to(address)
        yield centre


@pytest.fixture(scope="module")
async def standing(module_centre: Centre) -> Standing:
    carry_out = await module_centre.carried(DELAY, waybill="SF100")
    triage = await module_centre.carried(UNCLEAR)
    return Standing(module_centre, carry_out, triage, await module_centre.start())


@pytest.fixture
async def hub(centre: Centre) -> Person:
    """The unit that reports; another one, and one that has nothing to do with it, are there too."""
    await centre.hire("line", Role.BUSINESS_UNIT, "linehaul")
    await centre.hire("last_mile", Role.BUSINESS_UNIT, "last_mile")
    await centre.hire("inspector", Role.QUALITY_INSPECTOR)
    return await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
