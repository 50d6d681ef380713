"""Whose doing an error of the database is, whether SQLAlchemy wraps it or the driver raises it in a stream."""

from contextlib import suppress
from typing import get_args

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError

from flows.legs.blame import DRIVERS, Blame, blame
from tests.fixtures.database import Database

SLOWLY = text("SELECT one, pg_sleep(0.01) FROM generate_series(1, 500) AS one")


async def test_a_stream_that_takes_too_long_is_the_holders_doing(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = '200ms'"))
        with pytest.raises(asyncpg.QueryCanceledError) as caught:
            async for _ in await connection.stream(SLOWLY):
                pass
    assert blame(caught.value) is Blame.HOLDER


async def test_a_stream_whose_session_is_ended_is_the_databases_doing(database: Database) -> None:
    with suppress(InterfaceError):  # there is nothing left to roll back
        async with database.engine.connect() as connection:
            pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            rows = await connection.stream(SLOWLY)
            await database.value(f"SELECT pg_terminate_backend({pid})")
            with pytest.raises((*get_args(DRIVERS), DBAPIError)) as caught:
                await rows.all()
    assert blame(caught.value) is Blame.DATABASE


def closed(why: Exception) -> Exception:
    """What the driver raises when the connection went under a statement."""
    error = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
    error.__cause__ = why
    return error


@pytest.mark.parametrize(
    ("error", "whose"),
    [
        (asyncpg.PostgresConnectionError(), Blame.DATABASE),
        (asyncpg.InterfaceError("connection is closed"), Blame.DATABASE),
        (asyncpg.InternalClientError("cannot switch to state 16"), Blame.DATABASE),
        (closed(ConnectionResetError()), Blame.DATABASE),
        (closed(asyncpg.AdminShutdownError()), Blame.DATABASE),
        (closed(asyncpg.TransactionTimeoutError()), Blame.HOLDER),
        (asyncpg.DeadlockDetectedError(), Blame.HOLDER),
        (asyncpg.UniqueViolationError(), Blame.CASE),
        (asyncpg.DataError(), Blame.CASE),
        (ValueError(), Blame.CASE),
    ],
)
def test_an_error_of_the_driver_is_judged_by_its_state(error: Exception, whose: Blame) -> None:
    assert blame(error) is whose
