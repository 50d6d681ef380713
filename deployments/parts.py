"""The parts of the stack as recipes: what to run, when it answers, how it is asked to end."""

import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import httpx

from deployments import postgres, prefect_server
from deployments.child import Recipe
from deployments.home import Home
from deployments.ports import reachable
from deployments.postgres_site import Site, bare_environment


def database(home: Home, site: Site) -> Recipe:
    return Recipe(
        name="postgres",
        command=postgres.command(site),
        env=bare_environment(),
        log=home.logs / "postgres.log",
        cwd=Path("/"),
        before=partial(postgres.clear, site),
        ready=partial(postgres.answers, site),
        stop=signal.SIGINT,  # "fast": ends sessions and writes its checkpoint; SIGTERM would wait for clients
        stop_within=30,
        orphaned=signal.SIGINT,
        user=site.user,
    )


def prefect(home: Home, port: int, database_url: str, env: Mapping[str, str]) -> Recipe:
    own = prefect_server.environment(database_url, home.path / "prefect")
    return Recipe(
        name="prefect",
        command=prefect_server.command(port),
        env={**prefect_server.SERVER, **env, **own},
        log=home.logs / "prefect.log",
        cwd=home.path,
        ready=_answers(f"http://127.0.0.1:{port}/api/health"),
        ready_within=180,  # its first start migrates an empty database
        stop_within=5,  # after a break of the database it hangs; killing it loses nothing
    )


def worker(home: Home, name: str, env: Mapping[str, str]) -> Recipe:
    return Recipe(
        name=name,
        command=[sys.executable, "-m", "deployments.worker"],
        env=env,
        log=home.logs / f"{name}.log",
        cwd=home.path,
    )


def api(home: Home, host: str, port: int, env: Mapping[str, str]) -> Recipe:
    serve = ["--factory", "deployments.serve:app", "--host", host, "--port", str(port)]
    return Recipe(
        name="api",
        # No access log: a query may name a waybill. A request gets five seconds to end.
        command=[
            sys.executable,
            "-m",
            "uvicorn",
            *serve,
            "--no-access-log",
            "--timeout-graceful-shutdown",
            "5",
        ],
        env=env,
        log=home.logs / "api.log",
        cwd=home.path,
        ready=_answers(f"{base_url(host, port)}/ready"),
    )


def base_url(host: str, port: int) -> str:
    """Where to reach what listens on this host and port from this machine."""
    name = reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # spares reading the system's certificates for plain HTTP

    async def answers() -> bool:
        async with httpx.AsyncClient(verify=context, trust_env=False, timeout=5) as client:
            try:
                return (await client.get(url)).status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

    return answers
