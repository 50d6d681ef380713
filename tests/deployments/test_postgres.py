import os
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest
from sqlalchemy.engine import make_url

from deployments import databases, postgres, postgres_site
from deployments.errors import PostgresError
from deployments.home import Home, discard
from deployments.stack import Stack


async def connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


async def value(url: str, query: str):
    connection = await connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def start_and_say(stack: Stack) -> None:
    async with stack:
        pass


def modes_above(path: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in path.parents}


OWNER = """
import asyncio, sys
from pathlib import Path
from deployments.stack import Stack
from models.settings import Settings
import asyncpg

async def main():
    settings = Settings(home=Path(sys.argv[1]), database_url=None, prefect_api_url=None)
    async with Stack(settings, parts={"postgres"}) as stack:
        c = await asyncpg.connect(stack.database_url.replace("+asyncpg", ""))
        await c.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        print(stack.pid("postgres"), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_the_server_has_what_prefect_and_we_need(postgres):
    url = postgres.url("postgres")
    assert await value(url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'") == 1
    assert await value(url, "SHOW server_encoding") == "UTF8"
    assert await value(url, "SHOW fsync") == "on"
    assert await value(url, "SHOW synchronous_commit") == "on"


async def test_the_only_door_is_a_socket_nobody_else_can_reach(postgres):
    url = postgres.url("postgres")
    assert await value(url, "SHOW listen_addresses") == ""
    sockets = Path(make_url(url).query["host"])
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert (
        await value(url, "SELECT count(*) FROM pg_hba_file_rules WHERE type <> 'local' AND auth_method <> 'reject'")
        == 0
    )


async def test_a_database_is_made_once(postgres):
    url = postgres.url("made once; 'quoted\"")
    await databases.ensure(url)
    await databases.ensure(url)
    assert await value(url, "SELECT current_database()") == "made once; 'quoted\""


async def test_data_survives_the_killing_of_whoever_started_it(settings):
    with subprocess.Popen([sys.executable, "-c", OWNER, settings.home], stdout=subprocess.PIPE, text=True) as owner:
        server = int(owner.stdout.readline())
        owner.kill()
    async with Stack(settings, parts={"postgres"}) as stack:
        assert stack.pid("postgres") != server
        assert await value(stack.database_url, "SELECT answer FROM kept") == 42


async def test_a_server_left_running_is_ended_before_the_next_start(settings, until):
    await start_and_say(Stack(settings, parts={"postgres"}))
    site = postgres_site.find(Home(settings.home), None)
    uid, gid = site.user or (None, None)
    left = subprocess.Popen(
        postgres.command(site),
        cwd="/",
        env={},
        user=uid,
        group=gid,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    await until(lambda: (site.data / "postmaster.pid").exists() and list(site.sockets.glob("*.lock")))
    async with Stack(settings, parts={"postgres"}) as stack:
        assert left.wait(timeout=1) == 0
        assert await value(stack.database_url, "SELECT 1") == 1


async def test_a_stale_pid_file_naming_a_stranger_is_tolerated(settings):
    await start_and_say(Stack(settings, parts={"postgres"}))
    site = postgres_site.find(Home(settings.home), None)
    uid, gid = site.user or (None, None)
    with subprocess.Popen(["/bin/sleep", "60"], user=uid, group=gid, cwd="/") as stranger:
        for note in (site.data / "postmaster.pid", site.sockets / ".s.PGSQL.5432.lock"):
            note.write_text(f"{stranger.pid}\n{site.data}\n1\n5432\n{site.sockets}\n\n\n")
            os.chown(note, *(site.user or (-1, -1)))
        async with Stack(settings, parts={"postgres"}) as stack:
            assert await value(stack.database_url, "SELECT 1") == 1
        assert stranger.poll() is None, "a stranger was ended"
        stranger.terminate()


async def test_a_server_killed_at_work_comes_back(settings):
    async with Stack(settings, parts={"postgres"}) as stack:
        connection = await connect(stack.database_url)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        killed = stack.kill("postgres")
        await stack.answering("postgres")
        assert stack.pid("postgres") != killed
        assert await value(stack.database_url, "SELECT answer FROM kept") == 42
        connection.terminate()


async def test_a_start_killed_while_making_the_data_begins_anew(settings):
    home = Home(settings.home)
    home.open()
    home.secret_key(generate=True)
    site = postgres_site.find(home, None)
    home.close()
    (site.data.with_name("data.new")).mkdir()
    (site.data.with_name("data.new") / "half").write_text("")
    async with Stack(settings, parts={"postgres"}) as stack:
        assert await value(stack.database_url, "SELECT 1") == 1


async def test_no_folder_of_others_changes_its_permissions(settings):
    wheel = postgres_site.find_wheel()
    places = (settings.home, wheel / "bin" / "postgres", postgres_site.ROOT_DATA)
    before = [modes_above(place) for place in places]
    await start_and_say(Stack(settings, parts={"postgres"}))
    assert [modes_above(place) for place in places] == before


async def test_data_of_another_version_gets_a_sentence(settings):
    await start_and_say(Stack(settings, parts={"postgres"}))
    site = postgres_site.find(Home(settings.home), None)
    (site.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 9"):
        await start_and_say(Stack(settings, parts={"postgres"}))


async def test_stopping_leaves_no_process(settings):
    async with Stack(settings, parts={"postgres"}) as stack:
        server = psutil.Process(stack.pid("postgres"))
        family = [server, *server.children(recursive=True)]
    assert not any(process.is_running() for process in family)


def test_a_home_deep_in_the_tree_has_its_socket_where_paths_are_short(home):
    opened = Home(home)
    opened.open()
    sockets = postgres_site.sockets_for(home / ("深" * 40), opened, None)
    opened.close()
    assert len(os.fsencode(sockets)) < 80
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    discard(home)
    assert not sockets.exists()


def test_a_socket_folder_that_others_may_enter_is_not_used(home):
    opened = Home(home)
    opened.open()
    planted = Path("/tmp") / f"redress-{opened.identity}"  # noqa: S108 - that is the case
    planted.mkdir()
    planted.chmod(0o777)
    with pytest.raises(PostgresError, match="nobody else may enter"):
        postgres_site.sockets_for(home / ("x" * 100), opened, None)
    opened.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps data outside the home")
async def test_a_copied_home_does_not_share_the_database(settings, tmp_path):
    await start_and_say(Stack(settings, parts={"postgres"}))
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "identity").write_text((settings.home / "identity").read_text())
    (copy / "secrets.json").write_text((settings.home / "secrets.json").read_text())
    with pytest.raises(PostgresError, match="is a copy of"):
        await start_and_say(Stack(settings.model_copy(update={"home": copy}), parts={"postgres"}))


async def test_a_moved_home_keeps_its_data(settings):
    async with Stack(settings, parts={"postgres"}) as stack:
        assert await value(stack.database_url, "CREATE TABLE kept ()") is None
    there = settings.home.rename(settings.home.with_name("elsewhere"))
    async with Stack(settings.model_copy(update={"home": there}), parts={"postgres"}) as stack:
        assert await value(stack.database_url, "SELECT count(*) FROM kept") == 0
    discard(there)
