import os

import pytest

from deployments.connection import connected_settings
from deployments.errors import NotRunningError
from deployments.stack import Stack

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(autouse=True)
def environment(home, monkeypatch):
    """A command's environment, put back afterwards whatever the command writes into it."""
    before = dict(os.environ)
    for name in ("REDRESS_DATABASE_URL", "REDRESS_SECRET_KEY", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDRESS_HOME", str(home))
    yield
    os.environ.clear()
    os.environ.update(before)


async def test_a_command_speaks_to_the_stack_of_its_home(settings):
    async with Stack(settings, parts={"postgres"}) as stack:
        found = connected_settings()
        assert found.database_url == stack.database_url
        assert found.prefect_api_url == os.environ["PREFECT_API_URL"] == stack.prefect_api_url
        assert found.secret_key.get_secret_value() == stack.env["REDRESS_SECRET_KEY"]


def test_a_command_without_a_stack_gets_a_sentence():
    with pytest.raises(NotRunningError, match="make up"):
        connected_settings()


def test_a_named_database_goes_before_the_home(monkeypatch):
    monkeypatch.setenv("REDRESS_DATABASE_URL", "postgresql://host/redress")
    monkeypatch.setenv("REDRESS_SECRET_KEY", KEY)
    assert connected_settings().database_url == "postgresql+asyncpg://host/redress"
