"""The processes of compose.yaml by hand: its commands, environment, order, health checks; several of what may be.

It needs a Redis server and prefect-redis (`pip install '.[several]'`); without them nothing here is exercised.
"""

import asyncio
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deployments import ports
from tests.api.centre import DELAY
from tests.deployments.composed import SERVICES, filled_in
from tests.fixtures.database import KEY
from tests.fixtures.worker import until

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server on this machine"),
    pytest.mark.skipif(importlib.util.find_spec("prefect_redis") is None, reason="prefect-redis is not installed"),
]
AUTH = "ops:secret-of-this-test"
VALUES = {"POSTGRES_PASSWORD": "unused", "PREFECT_AUTH": AUTH, "REDRESS_SECRET_KEY": KEY}
BIN = Path(sys.executable).parent


@dataclass
class Machines:
    """Each process as its service says, but for where the others are: that is this machine."""

    folder: Path
    places: dict[str, str]
    prefect: str
    """The name of Prefect's database."""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, service: str) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("REDRESS_", "PREFECT_"))}
        given = SERVICES[service].get("environment", {}).items()
        told = {name: filled_in(value, VALUES) for name, value in given if value is not None}
        elsewhere = {name for name, value in told.items() if "://" in value}
        assert elsewhere <= self.places.keys(), "say in the test where that is here"
        told |= {name: self.places[name] for name in elsewhere}
        return bare | told | {"PREFECT_HOME": str(self.folder / "home")}

    def command(self, words: list[str], moved: dict[str, str]) -> list[str]:
        first = words[0] if words[0] == "redis-server" else str(BIN / words[0])
        rest = [moved.get(word, word) for word in words[1:]]
        for port, chosen in moved.items():
            rest = [word.replace(f"127.0.0.1:{port}/", f"127.0.0.1:{chosen}/") for word in rest]
        return [first, *rest]

    def once(self, service: str, moved: dict[str, str]) -> None:
        """A service that ends by itself."""
        subprocess.run(
            self.command(SERVICES[service]["command"], moved),
            env=self.environment(service),
            cwd=self.folder,
            check=True,
            timeout=300,
        )

    async def start(self, service: str, name: str, moved: dict[str, str], extra: tuple[str, ...] = ()) -> Any:
        """Until its own health check, where it has one, is content."""
        command, environment = [*self.command(SERVICES[service]["command"], moved), *extra], self.environment(service)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log)
        self.running.append(process)
        check = SERVICES[service].get("healthcheck")
        if check is None or service == "redis":
            return process
        port = int(command[command.index("--port") + 1])

        def listens() -> bool:
            assert process.poll() is None, self.log(name)
            with socket.socket() as line:
                return line.connect_ex(("127.0.0.1", port)) == 0

        await until(listens, within=240, what=f"{name} on its port")
        asked = await asyncio.create_subprocess_exec(*self.command(check["test"][1:], moved), cwd=self.folder)
        assert await asked.wait() == 0, f"the health check of {name}"
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]

    def end(self) -> None:
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def redress(self, *words: str) -> str:
        """The command line, as `docker compose run worker redress …` has it."""
        done = subprocess.run(
            [BIN / "redress", *words],
            env=self.environment("worker"),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout.strip()


@dataclass(frozen=True)
class Together:
    machines: Machines
    apis: list[str]
    prefects: list[str]
    workers: list[Any]


@pytest.fixture
async def together(postgres: Any, tmp_path: Path) -> AsyncIterator[Together]:
    """Two API servers of ours, two of Prefect, its services once, two workers."""
    mark = uuid4().hex[:8]
    redis, *free = (str(ports.choose("127.0.0.1", 0)) for _ in range(5))
    places = {
        "REDRESS_DATABASE_URL": postgres.url(f"redress_{mark}"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": postgres.url(f"prefect_{mark}"),
        "PREFECT_REDIS_MESSAGING_URL": f"redis://127.0.0.1:{redis}/0",
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": f"redis://127.0.0.1:{redis}/0",
        "PREFECT_SERVER_DOCKET_URL": f"redis://127.0.0.1:{redis}/1",
        "PREFECT_API_URL": f"http://127.0.0.1:{free[0]}/api",
    }
    machines = Machines(tmp_path, places, f"prefect_{mark}")
    try:
        await machines.start("redis", "redis", {}, ("--port", redis, "--bind", "127.0.0.1"))
        machines.once("migrate", {"prefect": machines.prefect})
        machines.once("prefect-migrate", {})
        await machines.start("prefect-services", "services", {})
        local = {"0.0.0.0": "127.0.0.1"}  # noqa: S104 - a container's
        for port in free[:2]:
            await machines.start("prefect-api", f"prefect-{port}", local | {"4200": port})
        for port in free[2:]:
            await machines.start("api", f"api-{port}", local | {"8000": port})
        workers = [await machines.start("worker", f"worker-{n}", {}) for n in (1, 2)]
        urls = [f"http://127.0.0.1:{port}" for port in free]
        yield Together(machines, urls[2:], urls[:2], workers)
    finally:
        machines.end()
        for log in sorted(tmp_path.glob("*.log")):
            print(f"{log.name}:\n{machines.log(log.stem)}")  # noqa: T201 - shown when the test failed


async def test_cases_are_carried_whichever_server_is_asked_and_whichever_worker_lives(together: Together) -> None:
    machines = together.machines
    machines.redress("staff", "add", "Web form", "--role", "channel")
    machines.redress("staff", "add", "Li Hua", "--role", "complaint_handler")
    tokens = [machines.redress("token", "create", name).split()[-1] for name in ("Web form", "Li Hua")]
    web, li = ({"Authorization": f"Bearer {token}"} for token in tokens)
    first, second = (f"{url}/api/v1" for url in together.apis)
    async with httpx.AsyncClient(timeout=30) as client:

        async def carried() -> None:
            said = {"text": DELAY, "reference": uuid4().hex}
            taken = await client.post(f"{first}/complaints", json=said, headers=web)
            assert taken.status_code == 202, taken.text
            case = taken.json()["id"]

            async def owned() -> bool:
                return (await client.get(f"{second}/cases/{case}", headers=li)).json()["owner"] is not None

            await until(owned, what="the owner of the case")

        await carried()
        names: set[str] = set()

        async def both_seen() -> bool:
            asked = f"{together.prefects[1]}/api/work_pools/redress/workers/filter"
            answer = await client.post(asked, json={}, auth=tuple(AUTH.split(":")))
            names.update(one["name"] for one in answer.json() if one["status"] == "ONLINE")
            return len(names) == 2

        await until(both_seen, what="two workers in the pool, as the other server of Prefect sees it")

        refused = await client.post(f"{together.prefects[0]}/api/flow_runs/filter", json={})
        assert refused.status_code == 401, "without the password nobody reads it"

        async def recorded() -> bool:
            """The events of tasks came by one process of Prefect and were recorded by another: through Redis."""
            asked = f"{together.prefects[1]}/api/task_runs/filter"
            answer = await client.post(asked, json={}, auth=tuple(AUTH.split(":")))
            return any(one["state_type"] == "COMPLETED" for one in answer.json())

        await until(recorded, what="the task runs that the services record")

        together.workers[0].kill()
        together.workers[0].wait()
        for _ in range(2):
            await carried()
    machines.once("migrate", {"prefect": machines.prefect})  # an upgrade that changes nothing
    lost = [log.name for log in machines.folder.glob("*.log") if "redis.exceptions" in log.read_text()]
    assert lost == [], "each part finds Redis where it is said to be"
