"""Ends the children of a stack that was killed: known by their number and their time of birth."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable, Mapping
from typing import Any

import psutil

from deployments.child import Child

CLOCK_SLACK_SECONDS = 2.0
"""The time of birth is counted from the time of boot, which the system corrects by a second now and then."""


def note(children: Iterable[Child]) -> list[dict[str, Any]]:
    """What the next start must know about these children; those first started come first."""
    found = []
    for child in children:
        pid = child.pid
        with contextlib.suppress(psutil.NoSuchProcess):
            if pid is not None:
                born = psutil.Process(pid).create_time()
                found.append({"name": child.recipe.name, "pid": pid, "born": born, "stop": int(child.recipe.stop)})
    return found


async def end(notes: Any, *, within: float = 10.0) -> list[str]:
    """End what still runs of these notes, last started first; returns the names. Strangers are left alone."""
    ended = []
    for record in reversed(notes if isinstance(notes, list) else []):
        process = _same(record)
        if process is None:
            continue
        ended.append(str(record["name"]))
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.Signals(record["stop"]))
            process.send_signal(signal.SIGCONT)
        _, left = await asyncio.to_thread(psutil.wait_procs, [process], within)
        for stubborn in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                stubborn.kill()
        await asyncio.to_thread(psutil.wait_procs, left, within)
    return ended


def _same(record: Mapping[str, Any]) -> psutil.Process | None:
    try:
        process = psutil.Process(int(record["pid"]))
        same = abs(process.create_time() - float(record["born"])) <= CLOCK_SLACK_SECONDS
        ended = process.status() == psutil.STATUS_ZOMBIE
    except (psutil.Error, KeyError, TypeError, ValueError):
        return None
    return process if same and not ended and process.pid != os.getpid() else None
