import os
import socket

import httpx
import pytest

from deployments.errors import HomeBusyError, HomeError, StackError
from deployments.home import Home, running_stack_env
from deployments.stack import Stack
from models.settings import Settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


async def test_a_second_start_in_the_same_home_is_refused(settings):
    async with Stack(settings, parts=set()):
        with pytest.raises(HomeBusyError, match=f"process {os.getpid()}"):
            async with Stack(settings, parts=set()):
                pass
        assert running_stack_env(settings.home)["REDRESS_HOME"] == str(settings.home)


async def test_a_taken_port_is_replaced_and_that_is_said(settings):
    said = []
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        async with Stack(settings.model_copy(update={"api_port": port}), parts=set(), say=said.append) as stack:
            assert stack.api_url != f"http://127.0.0.1:{port}"
            assert stack.env["REDRESS_API_PORT"] == stack.api_url.rpartition(":")[2]
    assert said[0].startswith(f"Port {port} is taken: api listens on ")


async def test_a_start_that_fails_stops_what_it_had_started(settings):
    broken = settings.model_copy(update={"postgres_bin": settings.home / "nowhere"})
    with pytest.raises(StackError, match="nowhere/postgres does not run"):
        async with Stack(broken, parts={"postgres"}):
            pass
    again = Home(settings.home)
    again.open()
    again.close()


async def test_secrets_stay_the_same_between_starts(settings):
    keys = set()
    for _ in range(2):
        async with Stack(settings, parts=set()) as stack:
            keys.add(stack.env["REDRESS_SECRET_KEY"])
    assert len(keys) == 1


async def test_a_key_that_is_not_the_homes_own_is_refused(settings):
    async with Stack(settings, parts=set()):
        pass
    stranger = Settings(**settings.model_dump() | {"secret_key": KEY})
    with pytest.raises(HomeError, match="unset the one that is wrong"):
        async with Stack(stranger, parts=set()):
            pass


async def test_data_without_its_key_is_not_given_a_new_one(settings):
    async with Stack(settings, parts={"postgres"}):
        pass
    (settings.home / "secrets.json").unlink()
    with pytest.raises(HomeError, match="holds data but not its secrets"):
        async with Stack(settings, parts={"postgres"}):
            pass


async def test_a_database_of_ones_own_is_used_and_needs_its_key(settings, postgres):
    external = settings.model_copy(update={"database_url": postgres.url("external")})
    async with Stack(external, parts={"postgres"}) as stack:
        assert stack.names == []
        assert stack.database_url == external.database_url
        with pytest.raises(HomeError, match="REDRESS_SECRET_KEY"):
            await stack.start("api")


async def test_a_database_that_does_not_answer_gets_a_sentence_without_the_password(settings):
    nowhere = settings.model_copy(update={"database_url": "postgresql+asyncpg://u:hush@127.0.0.1:1/x"})
    with pytest.raises(StackError, match="does not answer") as caught:
        async with Stack(nowhere, parts={"postgres"}):
            pass
    assert "hush" not in str(caught.value)


async def test_an_unknown_part_gets_a_sentence(settings, postgres):
    with pytest.raises(StackError, match="has not started nonsense"):
        postgres.stack.pid("nonsense")


async def test_prefect_runs_on_its_own_database_and_comes_back(postgres, prefect_server):
    async with httpx.AsyncClient(timeout=10) as client:
        assert (await client.get(f"{prefect_server}/health")).json() is True
        await postgres.stack.stop("prefect")
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{prefect_server}/health")
        await postgres.stack.start("prefect")
        assert (await client.get(f"{prefect_server}/health")).json() is True
        settings = (await client.get(f"{prefect_server}/admin/settings")).json()
    assert settings["server"]["analytics_enabled"] is False
    assert "flow_runs" in settings["server"]["services"]["db_vacuum"]["enabled"]


async def test_the_settings_of_prefect_are_the_ones_it_reads(postgres, prefect_server):
    """A name that Prefect does not know is silently ignored."""
    async with httpx.AsyncClient(timeout=10) as client:
        page = await client.get(prefect_server.removesuffix("/api"))
    assert page.status_code == httpx.codes.OK
    assert (postgres.stack.home.path / "prefect" / "ui").is_dir()
