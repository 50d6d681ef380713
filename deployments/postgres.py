"""The embedded PostgreSQL server: its data folder, its command line, and what a killed start left."""

import asyncio
import contextlib
import re
import shutil
import signal
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import URL

from deployments.errors import PostgresError
from deployments.postgres_site import Site

SETTINGS = {
    "listen_addresses": "",  # the socket's folder is the only door, and only its owner may open it
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_buffers": "16MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",  # what the API has accepted is on disk
    "jit": "off",  # the plans are short; compiling them costs more than it saves
    "max_parallel_workers_per_gather": "0",  # two cores, and /dev/shm is tiny in containers
    "autovacuum_naptime": "20s",  # wakes are rewritten all the time
    "log_error_verbosity": "terse",  # a DETAIL line quotes rows, and with them personal data
    "log_min_error_statement": "panic",  # the same for the text of statements
    "log_line_prefix": "%m [%p] %q%d %a ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def command(site: Site) -> list[str]:
    arguments = [str(site.binaries / "postgres"), "-D", str(site.data), "-k", str(site.sockets)]
    return arguments + [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]


def url(site: Site, database: str) -> str:
    """The asyncpg URL of one database, by way of the socket."""
    return URL.create(
        "postgresql+asyncpg", username="postgres", database=database, query={"host": str(site.sockets)}
    ).render_as_string(hide_password=False)


def ensure_data(site: Site) -> None:
    """Make the data folder; a start killed in the middle of that leaves nothing that counts."""
    if site.data.exists():
        return _same_version(site)
    fresh = site.data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    locale = ["--locale=C.UTF-8"]
    if _major(site.run("postgres", "--version").stdout) >= 17:
        locale.append("--locale-provider=builtin")
    done = site.run(
        "initdb",
        *("-D", str(fresh), "--username=postgres", "--encoding=UTF8", *locale),
        *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
    )
    if done.returncode != 0:
        raise PostgresError(f"The database could not be made in {site.data}: {done.stderr.strip()}")
    fresh.rename(site.data)
    return None


async def clear(site: Site, *, stop_within: float = 15) -> None:
    """End what is left of an earlier server on this very data, then remove its stale notes.

    A server is known by its working folder, the data folder, and by nothing else: a pid file may name a
    stranger who got the number since. PostgreSQL would take it for a running server and refuse to start.
    """
    for stop in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        left = servers(site.data)
        if not left:
            break
        for process in _leaders(left) if stop is not signal.SIGKILL else left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(stop)
        await asyncio.to_thread(psutil.wait_procs, left, stop_within)
    (site.data / "postmaster.pid").unlink(missing_ok=True)
    for note in site.sockets.glob(".s.PGSQL.*"):
        note.unlink(missing_ok=True)


def servers(data: Path) -> list[psutil.Process]:
    """Every process of a PostgreSQL server that works in this data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and process.cwd() == str(data.resolve()):
                found.append(process)
        except psutil.Error:
            continue  # it ended, or it is somebody else's
    return found


async def answers(site: Site) -> bool:
    """Whether the server takes connections; it does not while it recovers after a crash."""
    try:
        connection = await asyncpg.connect(user="postgres", database="postgres", host=str(site.sockets), timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


def _leaders(processes: list[psutil.Process]) -> list[psutil.Process]:
    """The servers proper; when a server was killed its orphans stand for themselves."""
    pids = {process.pid for process in processes}
    leaders = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.ppid() not in pids:
                leaders.append(process)
    return leaders


def _same_version(site: Site) -> None:
    here = _major((site.data / "PG_VERSION").read_text())
    ours = _major(site.run("postgres", "--version").stdout)
    if here != ours:
        raise PostgresError(
            f"The data in {site.data} was made by PostgreSQL {here} and this is {ours}: dump it with the old "
            "version and load it into a new home."
        )


def _major(version: str) -> int:
    found = re.search(r"\d+", version)
    return int(found.group()) if found else 0
