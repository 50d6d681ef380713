"""The whole of Redress on one machine: PostgreSQL, Prefect, workers, API, started in order, kept running.

    async with Stack(Settings(home=folder)) as stack:
        await client.get(f"{stack.api_url}/health")

What the settings name (a database, a Prefect server) is used instead of an embedded one.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from deployments import databases, leftovers, parts, ports, postgres, postgres_site
from deployments.child import Child, Recipe
from deployments.errors import HomeError, StackError
from deployments.home import Home
from deployments.prefect_server import CLIENT
from models.settings import Settings

PARTS = ("postgres", "prefect", "worker", "api")


class Stack:
    """Parts not asked for may be started by name later. Workers are named worker, worker-2, worker-3 ...

    Children belong to the thread that starts them: on Linux they end with it, so run it in the main thread.
    """

    def __init__(
        self, settings: Settings, parts: Iterable[str] = PARTS, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.database_url = settings.database_url or ""
        self.prefect_api_url = settings.prefect_api_url or ""
        self.api_url = ""
        wanted = set(parts)
        self._wanted = [name for part in PARTS if part in wanted for name in self._names(part)]
        self._say = say
        self._children: dict[str, Child] = {}
        self._secret_key: str | None = None
        self._ports: dict[str, int] = {}
        self._migrated = False

    async def __aenter__(self) -> Self:
        self.home.open()
        try:
            for name in await leftovers.end(self.home.read("children.json")):
                self._say(f"Ended {name}, left over from a killed start")
            self._secret_key = self._secret()
            self._choose_ports()
            for name in self._wanted:
                await self.start(name)
            self.home.write("stack.json", {"pid": os.getpid(), "api_url": self.api_url, "env": self._own_env()})
        except BaseException:
            await self._down()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._down()

    @property
    def env(self) -> dict[str, str]:
        """The environment of the children; a user's own Prefect settings go before our defaults."""
        return {**CLIENT, **os.environ, **self._own_env()}

    @property
    def names(self) -> list[str]:
        """The children started so far."""
        return list(self._children)

    async def start(self, name: str) -> None:
        """Start a part and return when it answers; nothing happens when it runs. Raises StackError."""
        if name not in self._children:
            recipe = await self._recipe(name)
            if recipe is None:
                return
            self._children[name] = Child(recipe, self._say, self._note)
        self._say(f"Starting {name}")
        await self._children[name].start()
        if name == "postgres":
            for database in ("redress", "prefect"):
                await databases.ensure(databases.beside(self.database_url, database))

    async def stop(self, name: str) -> None:
        """Stop a part cleanly; it stays down until it is started."""
        await self._child(name).stop()
        self._note()

    def kill(self, name: str) -> int:
        """SIGKILL, as a crash would; the part is started again by itself. Returns the pid that died."""
        return self._child(name).kill()

    def pid(self, name: str) -> int | None:
        return self._child(name).pid

    async def answering(self, name: str) -> None:
        """Wait until a part answers, for example after `kill`."""
        await self._child(name).answering()

    async def migrate(self) -> None:
        """Bring the case database to the newest schema, once."""
        if not self._migrated:
            self._say("Bringing the database to the newest schema")
            await databases.migrate(self.database_url)
            self._migrated = True

    def _names(self, part: str) -> list[str]:
        if part != "worker":
            return [part]
        return ["worker", *(f"worker-{n}" for n in range(2, self.settings.workers + 1))][: self.settings.workers]

    async def _recipe(self, name: str) -> Recipe | None:
        """How to run it; None when the settings name one that runs elsewhere."""
        if name == "postgres":
            if self.settings.database_url:
                await databases.ensure(self.settings.database_url)
                return None
            self._say("Preparing the database")
            site = await asyncio.to_thread(postgres_site.find, self.home, self.settings.postgres_bin)
            await asyncio.to_thread(postgres.ensure_data, site)
            self.database_url = postgres.url(site, "redress")
            return parts.database(self.home, site)
        if name == "prefect":
            if self.settings.prefect_api_url:
                return None
            database_url = databases.beside(self.database_url, "prefect")
            await databases.ensure(database_url)
            return parts.prefect(self.home, self._ports["prefect"], database_url, self.env)
        if not self._secret_key:
            raise HomeError(
                "With a database of your own give the key of its sealed data in REDRESS_SECRET_KEY: "
                "32 random bytes in url-safe base64, and always the same ones."
            )
        await self.migrate()
        if name == "api":
            return parts.api(self.home, self.settings.api_host, self._ports["api"], self.env)
        if name.startswith("worker"):
            number = name.partition("-")[2] or "1"
            as_whom = f"{socket.gethostname()}-{os.getpid()}-{number}"
            return parts.worker(self.home, name, self.env | {"REDRESS_WORKER": as_whom})
        raise StackError(f"The stack has no part named {name}: there are {', '.join(PARTS)} and worker-2 and so on.")

    def _secret(self) -> str | None:
        given = self.settings.secret_key.get_secret_value() if self.settings.secret_key else None
        embedded = not self.settings.database_url
        file = self.home.path / "secrets.json"
        if embedded and not given and self.home.has_identity and not file.exists():
            raise HomeError(
                f"{self.home.path} holds data but not its {file.name}, without which sealed data cannot be "
                "read: put it back, or give its key in REDRESS_SECRET_KEY."
            )
        kept = self.home.secret_key(generate=embedded and not given)
        if embedded and given and kept and given != kept:
            raise HomeError(f"REDRESS_SECRET_KEY is not the key in {file}: unset the one that is wrong.")
        return given or kept

    def _choose_ports(self) -> None:
        wished = {"prefect": ("127.0.0.1", self.settings.prefect_port)} if not self.prefect_api_url else {}
        wished["api"] = (self.settings.api_host, self.settings.api_port)
        for name, (host, port) in wished.items():
            self._ports[name] = ports.choose(host, 0 if port in self._ports.values() else port)
            if port not in (0, self._ports[name]):
                self._say(f"Port {port} is taken: {name} listens on {self._ports[name]}")
        self.api_url = parts.base_url(self.settings.api_host, self._ports["api"])
        if not self.prefect_api_url:
            self.prefect_api_url = f"http://127.0.0.1:{self._ports['prefect']}/api"

    def _own_env(self) -> dict[str, str]:
        settings = self.settings.model_dump(
            mode="json",
            include={
                "pool",
                "slots",
                "lease_seconds",
                "leg_cases",
                "clock",
                "api_host",
                "api_delivers",
                "webhook_allow",
            },
        )
        return {
            **{f"REDRESS_{name.upper()}": str(value) for name, value in settings.items()},
            "REDRESS_HOME": str(self.home.path),
            "REDRESS_DATABASE_URL": self.database_url,
            "REDRESS_SECRET_KEY": self._secret_key or "",
            "REDRESS_API_PORT": str(self._ports["api"]),
            "PREFECT_API_URL": self.prefect_api_url,
            "PREFECT_HOME": str(self.home.path / "prefect"),
            "PYTHONSAFEPATH": "1",  # a file in the working folder is not one of our modules
            "PYTHONUNBUFFERED": "1",
        }

    def _child(self, name: str) -> Child:
        try:
            return self._children[name]
        except KeyError:
            raise StackError(f"The stack has not started {name}; it has {', '.join(self._children)}.") from None

    def _note(self) -> None:
        self.home.write("children.json", leftovers.note(self._children.values()))

    async def _down(self) -> None:
        for name, child in reversed(self._children.items()):
            if child.pid is not None:
                self._say(f"Stopping {name}")
            await child.stop()
        self.home.close()
