"""One real PostgreSQL and one real Prefect server for the whole run, started when first asked for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from deployments.databases import beside
from deployments.home import discard
from deployments.stack import Stack
from models.settings import Settings

pytest_plugins = (
    "tests.fixtures.database",
    "tests.fixtures.office",
    "tests.fixtures.receivers",
    "tests.fixtures.worker",
)


@dataclass(frozen=True)
class Server:
    """The stack of the test run: so far PostgreSQL; other parts are started by name."""

    stack: Stack

    def url(self, database: str) -> str:
        """The asyncpg URL of a database, which need not exist (`deployments.databases.ensure` makes it)."""
        return beside(self.stack.database_url, database)


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    home = tmp_path_factory.mktemp("stack")
    settings = Settings(home=home, database_url=None, prefect_api_url=None, api_port=0, prefect_port=0)
    async with Stack(settings, parts={"postgres"}) as stack:
        yield Server(stack)
    discard(home)


@pytest.fixture(scope="session")
async def prefect_server(postgres: Server) -> str:
    """The API address of a Prefect server on that PostgreSQL."""
    await postgres.stack.start("prefect")
    return postgres.stack.prefect_api_url
