"""The worker's life: settings, logs, room, Prefect client, loop, watch and postman; a clean end on a signal."""

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial

import httpx
import structlog
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_API_AUTH_STRING

from deployments.worker import logs
from deployments.worker.loop import Loop
from deployments.worker.runs import AWAY
from deployments.worker.watch import Watch
from flows.legs.blame import place
from flows.legs.resources import needed
from flows.notices.postman import Postman
from flows.room import Room, furnish
from models.settings import Settings

log = structlog.get_logger()
CLIENT_SECONDS = 2.0
"""How long the worker waits for any answer of Prefect."""
SIGNALS_SECONDS = 0.5
"""How long a signal may wait, where waiting itself does not let it through."""


class Stop:
    """Asked for in the main thread, done in the worker's; when that is not ready yet, as soon as it is."""

    def __init__(self) -> None:
        self._asked = False
        self._do: Callable[[], object] | None = None

    def ask(self, *_: object) -> None:
        self._asked = True
        if self._do is not None:
            self._do()

    def done_by(self, do: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._do = partial(loop.call_soon_threadsafe, do)
        if self._asked:
            do()


def main() -> None:
    """Work in a thread of its own: in the main thread Prefect's engine takes SIGTERM for itself and crashes its run."""
    logs.configure()
    settings, stop = Settings(), Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop.ask)
    with ThreadPoolExecutor(1, "worker") as threads:
        working = threads.submit(lambda: asyncio.run(work(settings, stop)))
        while not working.done():
            wait([working], timeout=SIGNALS_SECONDS)
    working.result()


async def work(settings: Settings, stop: Stop) -> None:
    """Carry legs until told to stop."""
    room = await Room.open(settings)
    furnish(room)
    url = needed(settings.prefect_api_url, "PREFECT_API_URL")
    timeout = httpx.Timeout(CLIENT_SECONDS)
    # The client does not read Prefect's password by itself; its other settings it does.
    shared = PREFECT_API_AUTH_STRING.value()
    async with PrefectClient(url, auth_string=shared, httpx_settings={"timeout": timeout}) as client:
        watch = Watch(room, client, settings.pool, lambda: None)
        loop = Loop(room, client, watch, settings.slots, needed(settings.database_url, "REDRESS_DATABASE_URL"))
        watch.wake = loop.wake
        stop.done_by(loop.stop)
        watching = asyncio.create_task(watch.serve())
        postman = asyncio.create_task(Postman(room.resources, room.policies, settings).serve())
        log.info("worker started", worker=settings.worker, pool=settings.pool)
        serving = asyncio.create_task(loop.serve())
        # Neither may go on without the other: a worker that claims but does not watch would be deaf.
        await asyncio.wait((watching, serving), return_when=asyncio.FIRST_COMPLETED)
        loop.stop()
        await serving
        if watching.done():
            log.error("watch broke, worker ends", error=place(watching.exception() or SystemError()))
        for task in (watching, postman):
            task.cancel()
        await asyncio.gather(watching, postman, return_exceptions=True)
        with suppress(*AWAY):
            await watch.given.give_back()
    await room.resources.close()
