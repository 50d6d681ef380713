"""No process holds rows for ever, wherever it froze; work that is known to take long is given its time."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from flows.legs.blame import Blame, blame
from models.bounds import WHOLE, idles_as_ever, may_idle, take_at_most
from models.database import create_engine
from tests.fixtures.database import Database
from tests.fixtures.worker import until

SECONDS = 0.3
LONGER = text(f"SELECT pg_sleep({SECONDS * WHOLE + 0.5})")
ALL = "SELECT setting FROM pg_settings WHERE name ~ '^(statement|idle_in_transaction_session|transaction)_timeout$'"


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.url, timeout_seconds=SECONDS)
    yield engine
    await engine.dispose()


async def set_on(connection: AsyncConnection) -> list[int]:
    """Milliseconds of idling, of a statement, of the whole."""
    return [int(bound) for bound in (await connection.execute(text(ALL + " ORDER BY name"))).scalars()]


async def test_a_process_frozen_before_it_runs_what_it_prepared_lets_go(
    database: Database, engine: AsyncEngine
) -> None:
    with suppress(InterfaceError):  # there is nothing left to roll back
        async with engine.begin() as frozen:
            await frozen.execute(text("SELECT pg_advisory_xact_lock(77)"))
            driver = (await frozen.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.prepare("SELECT 1")
            free = "SELECT pg_try_advisory_xact_lock(77)"
            assert await database.value(free) is False

            async def let_go() -> bool:
                return bool(await database.value(free))

            await until(let_go, what="the lock of a frozen session")


async def test_a_transaction_of_short_statements_that_takes_too_long_is_the_holders_doing(engine: AsyncEngine) -> None:
    async def in_many_statements() -> None:
        async with engine.begin() as connection:
            for _ in range(WHOLE * 4):
                await connection.execute(text(f"SELECT pg_sleep({SECONDS / 2})"))

    with pytest.raises(DBAPIError) as caught:
        await in_many_statements()
    assert blame(caught.value) is Blame.HOLDER
    async with engine.begin() as another:
        assert await set_on(another) == [300, 300, 300 * WHOLE]


async def test_work_known_to_take_long_has_bounds_of_its_own_in_its_own_transaction(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await take_at_most(connection, 60)
        await connection.execute(LONGER)
        assert await set_on(connection) == [60_000, 60_000, 60_000 * WHOLE]
    async with engine.begin() as connection:
        assert await set_on(connection) == [300, 300, 300 * WHOLE]


async def test_waiting_for_the_process_leaves_statements_bounded(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await may_idle(connection)
        assert await set_on(connection) == [0, 300, 0]
        await idles_as_ever(connection)
        assert await set_on(connection) == [300, 300, 0]
