"""One supervised process: started, watched until it answers, started again when it dies, stopped cleanly."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from deployments.errors import ChildError

BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0
"""A child that ran this long and dies is started again at once; the back-off is for those that cannot run."""
LOG_LIMIT = 20_000_000
POLL_SECONDS = 0.05


async def _nothing() -> None:
    return None


async def _alive() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to run a part. `before` runs ahead of every start, `ready` tells whether it answers."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    log: Path
    cwd: Path
    before: Callable[[], Awaitable[None]] = _nothing
    ready: Callable[[], Awaitable[bool]] = _alive
    ready_within: float = 90.0
    stop: signal.Signals = signal.SIGTERM
    stop_within: float = 15.0
    orphaned: signal.Signals = signal.SIGKILL
    """What ends it when the stack is killed: what it would say goodbye to is going down with it."""
    user: tuple[int, int] | None = None


class Child:
    """`changed` is called after every start, so that the stack can note who its children are."""

    def __init__(self, recipe: Recipe, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.recipe = recipe
        self._say = say
        self._changed = changed
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process while it lives; a child keeps its number for as long as we have not seen its end."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    async def start(self) -> None:
        """Start it and return when it answers; from then on it is kept running. Raises ChildError."""
        if self._watch is not None:
            return
        try:
            await self._spawn()
            await self.answering()
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep(), name=f"keep {self.recipe.name}")

    async def stop(self) -> None:
        """Ask it to end, insist after a while, and do not start it again."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        process = self._process
        if process is None:
            return
        self._signal(self.recipe.stop)
        self._signal(signal.SIGCONT)  # a frozen process hears nothing else
        if not await self._ended(self.recipe.stop_within):
            self._say(f"{self.recipe.name} does not end by itself and is killed")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with whatever it started
            process.wait()
        self._process = None

    def kill(self) -> int:
        """SIGKILL, as a crash would; it is started again like after any death. Returns the pid killed."""
        process = self._process
        if process is None or process.poll() is not None:
            raise ChildError(f"{self.recipe.name} does not run.")
        process.kill()
        process.wait()
        return process.pid

    async def answering(self) -> None:
        """Wait until it answers. Raises ChildError when it ends before or does not answer in time."""
        deadline = time.monotonic() + self.recipe.ready_within
        while self.pid is None or not await self.recipe.ready():
            process = self._process
            if self._watch is None and process is not None and process.poll() is not None:
                raise ChildError(f"{self.recipe.name} ended at once (code {process.returncode}). {self._tail()}")
            if time.monotonic() > deadline:
                within = f"within {self.recipe.ready_within:.0f} s"
                raise ChildError(f"{self.recipe.name} did not answer {within}. {self._tail()}")
            await asyncio.sleep(POLL_SECONDS)

    async def _keep(self) -> None:
        tries = 0
        while True:
            began = time.monotonic()
            while self.pid is not None:  # noqa: ASYNC110 - the kernel sends no event of it
                await asyncio.sleep(POLL_SECONDS)
            tries = 0 if time.monotonic() - began > STEADY_SECONDS else tries
            pause = BACK_OFF[min(tries, len(BACK_OFF) - 1)]
            tries += 1
            code = self._process.returncode if self._process else None
            self._say(f"{self.recipe.name} ended (code {code}) and is started again; its log: {self.recipe.log}")
            await asyncio.sleep(pause)
            try:
                await self._spawn()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may fare better
                self._say(f"{self.recipe.name} could not be started: {error}")

    async def _spawn(self) -> None:
        await self.recipe.before()
        uid, gid = self.recipe.user or ("-", "-")
        launch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
        with _log(self.recipe.log) as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220 - returns at once, and stays with this thread
                [
                    *launch,
                    str(os.getpid()),
                    str(int(self.recipe.orphaned)),
                    str(uid),
                    str(gid),
                    *self.recipe.command,
                ],
                cwd=self.recipe.cwd,
                env=dict(self.recipe.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches the stack, which stops them in order
            )
        self._changed()

    def _signal(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None:
            process.send_signal(number)  # does nothing once its end was seen

    async def _ended(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self.pid is not None and time.monotonic() < deadline:  # noqa: ASYNC110 - the same
            await asyncio.sleep(POLL_SECONDS)
        return self.pid is None

    def _tail(self, lines: int = 15) -> str:
        with contextlib.suppress(OSError), self.recipe.log.open("rb") as log:
            log.seek(self._log_start)
            last = log.read().decode(errors="replace").splitlines()[-lines:]
            return "\n".join([f"The end of {self.recipe.log}:", *("  " + line for line in last)])
        return f"See {self.recipe.log}."


def _log(file: Path) -> BinaryIO:
    """Append; a log grown large becomes the one previous log."""
    if file.exists() and file.stat().st_size > LOG_LIMIT:
        file.replace(file.with_suffix(".log.1"))
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")
