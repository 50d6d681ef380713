"""The rulebook in force, in the real database."""

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook import store
from flows.rulebook.loading import RulebookError, content_hash, load, read
from flows.rulebook.store import Policies, adopt, content_in_force, in_force
from tests.fixtures.database import Database
from tests.flows.rules.making import case

NEWER = json.dumps({**json.loads(read()), "name": "Newer"})


async def test_a_database_without_a_rulebook_adopts_the_shipped_one(database: Database) -> None:
    policies = Policies()
    with pytest.raises(LookupError, match="refresh first"):
        _ = policies.current
    async with database.engine.begin() as connection:
        assert (await policies.refresh(connection)).hash == content_hash(read())
        assert await content_in_force(connection) == read()
        assert (await policies.refresh(connection)) is policies.current


async def test_a_case_is_judged_by_the_rulebook_it_was_classified_by(database: Database) -> None:
    policies = Policies()
    async with database.engine.begin() as connection:
        first = await policies.refresh(connection)
        await adopt(connection, NEWER)
        second = await policies.refresh(connection)
    assert policies.of(case(rulebook=first.hash)) is first
    assert policies.of(replace(case(), rulebook=None)) is second
    assert second.rulebook.name == "Newer"


async def test_an_older_rulebook_comes_into_force_again(database: Database) -> None:
    policies = Policies()
    async with database.engine.begin() as connection:
        old = await policies.refresh(connection)
        await adopt(connection, NEWER)
        assert await adopt(connection, read()) == old.hash
        assert await policies.refresh(connection) is old
    assert await database.value("SELECT count(*) FROM rulebooks") == 2


async def test_a_rulebook_that_does_not_load_changes_nothing(database: Database) -> None:
    broken = json.dumps({**json.loads(NEWER), "default_class": "E"})
    async with database.engine.begin() as connection:
        await Policies().refresh(connection)
        with pytest.raises(RulebookError, match="default_class: 'E' is not known here; write 'A', 'B', 'C' or 'D'"):
            await adopt(connection, broken)
        assert load(await content_in_force(connection)).hash == content_hash(read())


async def test_a_slow_look_never_puts_an_older_rulebook_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies, read_old, go_on = Policies(), asyncio.Event(), asyncio.Event()

    async def slow(connection: AsyncConnection) -> str | None:
        found = await in_force(connection)
        if not read_old.is_set():
            read_old.set()
            await go_on.wait()
        return found

    async def look() -> None:
        async with database.engine.begin() as connection:
            await policies.refresh(connection)

    await look()
    monkeypatch.setattr(store, "in_force", slow)
    first = asyncio.create_task(look())
    await read_old.wait()
    async with database.engine.begin() as connection:
        await adopt(connection, NEWER)
    await look()
    go_on.set()
    await first
    assert policies.current.rulebook.name == "Newer"
