"""The two databases on one server, ours and Prefect's, and their schemas."""

import asyncio

import asyncpg
from sqlalchemy.engine import URL, make_url

from deployments.errors import PostgresError


def beside(database_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return make_url(database_url).set(database=name).render_as_string(hide_password=False)


async def ensure(database_url: str) -> None:
    """Make the database of this URL when the server has none of that name."""
    url = make_url(database_url)
    try:
        connection = await _connect(url.set(database="postgres"))
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return await _must_answer(url)  # a hosted server need not have a database "postgres"
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", url.database):
            return None
        quoted = str(url.database).replace('"', '""')
        await connection.execute(f'CREATE DATABASE "{quoted}"')
    except asyncpg.DuplicateDatabaseError:
        return None
    except asyncpg.PostgresError as error:
        raise PostgresError(f"The database {url.database} is missing and cannot be created: {error}.") from None
    finally:
        await connection.close()
    return None


async def migrate(database_url: str) -> None:
    """Bring the case database to the newest schema; Prefect's server does the same for its own."""
    from models.database import migrate as upgrade  # Alembic is slow to import and only wanted here

    await asyncio.to_thread(upgrade, database_url)


async def _must_answer(url: URL) -> None:
    try:
        connection = await _connect(url)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        where = url.render_as_string(hide_password=True)
        raise PostgresError(
            f"The database {where} does not answer: {error or 'no reply'}. Check REDRESS_DATABASE_URL."
        ) from None
    await connection.close()


async def _connect(url: URL) -> asyncpg.Connection:
    return await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), timeout=10)
