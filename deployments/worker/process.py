"""The worker's life: settings, logs, room, Prefect client, loop and watch; a clean end on a signal."""

import asyncio
import signal

import httpx
import structlog
from prefect.client.orchestration import PrefectClient

from deployments.worker.loop import Loop
from deployments.worker.watch import Watch
from flows.legs.blame import place
from flows.legs.resources import needed
from flows.room import Room, furnish
from models.settings import Settings

log = structlog.get_logger()
CLIENT_SECONDS = 2.0
"""How long the worker waits for any answer of Prefect."""


def main() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    asyncio.run(work(Settings()))


async def work(settings: Settings) -> None:
    """Carry legs until told to stop."""
    room = await Room.open(settings)
    furnish(room)
    url = needed(settings.prefect_api_url, "PREFECT_API_URL")
    timeout = httpx.Timeout(CLIENT_SECONDS)
    async with PrefectClient(url, httpx_settings={"timeout": timeout}) as client:
        watch = Watch(room, client, settings.pool, lambda: None)
        loop = Loop(room, client, watch, settings.slots, needed(settings.database_url, "REDRESS_DATABASE_URL"))
        watch.wake = loop.wake
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, loop.stop)
        watching = asyncio.create_task(watch.serve())
        log.info("worker started", worker=settings.worker, pool=settings.pool)
        serving = asyncio.create_task(loop.serve())
        # Neither may go on without the other: a worker that claims but does not watch would be deaf.
        await asyncio.wait((watching, serving), return_when=asyncio.FIRST_COMPLETED)
        loop.stop()
        if watching.done():
            log.error("watch broke, worker ends", error=place(watching.exception() or SystemError()))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await serving
    await room.resources.close()
