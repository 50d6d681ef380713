"""PostgreSQL away: 503 and when to come back, and nothing is lost. Prefect away: nobody notices."""

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.app import POOL_SIZE
from deployments.home import discard
from deployments.stack import Stack
from models.settings import Settings
from tests.api.centre import DELAY, Centre, is_problem
from tests.api.conftest import opened
from tests.fixtures.database import Database, copied, make_template
from tests.fixtures.worker import until


@dataclass(frozen=True)
class Mortal:
    """A centre on a PostgreSQL of its own, which may be stopped."""

    centre: Centre
    stack: Stack


@pytest.fixture
async def mortal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mortal]:
    home = tmp_path_factory.mktemp("mortal")
    settings = Settings(home=home, database_url=None, prefect_api_url=None, api_port=0, prefect_port=0)
    async with Stack(settings, parts={"postgres"}) as stack:
        url = stack.database_url
        template = url.replace("/redress?", "/template_of_away?")
        await make_template(template)
        async with copied(url.replace("/redress?", "/away?"), "template_of_away") as database:
            async with opened(database) as centre:
                yield Mortal(centre, stack)
            await stack.start("postgres")
    discard(home)


async def test_while_postgresql_is_away_everything_says_so_and_afterwards_all_is_there(mortal: Mortal) -> None:
    centre = mortal.centre
    id_ = await centre.carried()
    version = (await centre.supervisor.read(id_))["version"]
    note = {"version": version, "text": "a"}
    await mortal.stack.stop("postgres")
    for _ in range(2):  # with the connections that broke, and with none
        answers = [
            await centre.handler.post("/complaints", {"text": DELAY}, key="k"),
            await centre.handler.post(f"/cases/{id_}/acts/note", note, key="n"),
            await centre.handler.post("/queue/take", key="t"),
            *[await centre.handler.get(path) for path in ("/cases", f"/cases/{id_}", "/queue", "/runs")],
            await centre.handler.get("http://redress/ready"),
            await centre.handler.get("http://redress/metrics"),
        ]
        for answer in answers:
            is_problem(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
        assert (await centre.handler.get("http://redress/health")).status_code == 200, "the process lives"
    await mortal.stack.start("postgres")

    async def ready() -> bool:
        return (await centre.handler.get("http://redress/ready")).status_code == 200

    await until(ready, what="the database")
    assert (await centre.counts())["cases"] == 1, "what was refused was not half done"
    again = await centre.handler.post("/complaints", {"text": DELAY}, key="k")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "false")
    assert (await centre.handler.post(f"/cases/{id_}/acts/note", note, key="n")).status_code == 200


async def test_while_postgresql_starts_or_stops_one_is_told_to_come_back(mortal: Mortal) -> None:
    """It then refuses new connections in words (57P03) instead of not answering."""
    centre = mortal.centre
    async with centre.engine.connect() as last_session:
        await last_session.execute(select(1))
        server = mortal.stack.pid("postgres")
        assert server is not None
        os.kill(server, signal.SIGTERM)  # "smart": waits for the last session to end
        await centre.engine.dispose()

        async def refused() -> bool:
            return (await centre.handler.get("/cases")).status_code != 200

        await until(refused, what="the end")
        answer = await centre.handler.post("/complaints", {"text": DELAY})
        is_problem(answer, 503)
        assert answer.headers["retry-after"]
    os.kill(server, signal.SIGINT)  # "fast": ends the sessions; the stack then starts it again
    await mortal.stack.answering("postgres")


async def test_without_prefect_people_go_on(centre: Centre) -> None:
    """The address of Prefect in this centre's settings answers nobody."""
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(f"{centre.office.prefect_ui}/api/health")
    id_ = await centre.start(by="web_form")
    await centre.supervisor.done(id_, "note", text="Prefect 不在也照常受理")
    for path in ("/cases", f"/cases/{id_}", f"/cases/{id_}/events", f"/cases/{id_}/runs", "/queue", "/runs"):
        assert (await centre.supervisor.get(path)).status_code == 200, path
    assert (await centre.supervisor.post("/queue/take")).status_code == 200


async def test_when_every_connection_is_taken_one_is_told_to_come_back(database: Database) -> None:
    async with opened(database) as centre:
        pool = centre.engine.pool
        pool._timeout = 0.2  # type: ignore[attr-defined] # thirty seconds are long for a test
        held = [await centre.engine.connect() for _ in range(2 * POOL_SIZE)]
        is_problem(await centre.handler.get("/cases"), 503)
        is_problem(await centre.handler.post("/complaints", {"text": DELAY}), 503)
        for connection in held:
            await connection.close()
        assert (await centre.handler.get("/cases")).status_code == 200


async def test_a_stream_that_takes_too_long_and_what_nobody_foresaw_are_problems_too(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading on in a stream raises the driver's own errors; any other error is a 500, in the form of all others."""
    id_ = await centre.carried()

    async def slowly(connection: AsyncConnection, *_: Any, **__: Any) -> None:
        await connection.execute(text("SET LOCAL statement_timeout = '200ms'"))
        async for _row in await connection.stream(text("SELECT pg_sleep(0.01) FROM generate_series(1, 500)")):
            pass

    async def wrongly(*_: Any, **__: Any) -> None:
        raise RuntimeError(DELAY)

    monkeypatch.setattr("flows.papers.compiling.verify", slowly)
    is_problem(await centre.supervisor.get(f"/cases/{id_}/dossier"), 503)
    monkeypatch.setattr("flows.papers.compiling.verify", wrongly)
    answer = await centre.supervisor.get(f"/cases/{id_}/dossier")
    assert DELAY not in str(is_problem(answer, 500))
