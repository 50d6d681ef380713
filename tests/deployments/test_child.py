import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deployments import leftovers
from deployments.child import Child, Recipe
from deployments.errors import ChildError

FOREVER = "import signal; print('up', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + FOREVER


def recipe(tmp_path: Path, script: str, **changes) -> Recipe:
    log = tmp_path / "child.log"

    async def ready() -> bool:
        return "up" in log.read_text()

    values = {
        "name": "child",
        "command": [sys.executable, "-c", script],
        "env": dict(os.environ),
        "log": log,
        "cwd": tmp_path,
        "ready": ready,
    }
    return Recipe(**values | changes)


@pytest.fixture
async def started():
    """Makes children, and stops them all at the end."""
    children = []

    def make(recipe: Recipe, said: list[str] | None = None) -> Child:
        children.append(Child(recipe, (said if said is not None else []).append, lambda: None))
        return children[-1]

    yield make
    for child in children:
        await child.stop()


async def test_a_child_that_dies_is_started_again(tmp_path, started, until):
    said = []
    child = started(recipe(tmp_path, FOREVER), said)
    await child.start()
    for _ in range(2):
        died = child.kill()
        await until(lambda died=died: child.pid not in (None, died))
    assert len(said) == 2
    assert "started again" in said[0]


async def test_a_child_that_ends_at_once_is_reported_with_the_end_of_its_log(tmp_path, started):
    child = started(recipe(tmp_path, "raise SystemExit('no such luck')"))
    with pytest.raises(ChildError, match=r"child ended at once(.|\n)*no such luck"):
        await child.start()


async def test_a_child_that_never_answers_is_reported_and_stopped(tmp_path, started):
    async def never() -> bool:
        return False

    child = started(recipe(tmp_path, FOREVER, ready=never, ready_within=0.2))
    with pytest.raises(ChildError, match="did not answer"):
        await child.start()
    assert child.pid is None


async def test_a_program_that_is_missing_is_reported(tmp_path, started):
    child = started(recipe(tmp_path, "", command=["/no/such/program"]))
    with pytest.raises(ChildError, match="cannot start /no/such/program"):
        await child.start()


async def test_a_stopped_child_stays_down_until_it_is_started(tmp_path, started):
    child = started(recipe(tmp_path, FOREVER))
    await child.start()
    first = psutil.Process(child.pid)
    await child.stop()
    assert not first.is_running()
    assert child.pid is None
    await child.start()
    assert child.pid is not None


async def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path, started):
    said = []
    child = started(recipe(tmp_path, STUBBORN, stop_within=0.2), said)
    await child.start()
    await child.stop()
    assert said == ["child does not end by itself and is killed"]


async def test_a_frozen_child_is_stopped_like_any_other(tmp_path, started):
    said = []
    child = started(recipe(tmp_path, FOREVER), said)
    await child.start()
    os.kill(child.pid, signal.SIGSTOP)
    await child.stop()
    assert said == []


async def test_the_log_is_closed_to_others(tmp_path, started):
    child = started(recipe(tmp_path, FOREVER))
    await child.start()
    assert (tmp_path / "child.log").stat().st_mode & 0o077 == 0


async def test_leftovers_are_ended_and_strangers_are_not(tmp_path, started):
    child = started(recipe(tmp_path, FOREVER))
    await child.start()
    [note] = leftovers.note([child])
    stranger = note | {"born": note["born"] - 60}
    assert await leftovers.end([stranger, {"pid": "nonsense"}]) == []
    child._watch.cancel()  # nobody starts it again, as after the death of a stack
    assert await leftovers.end([note]) == ["child"]
    assert child.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel offers it")
def test_children_end_with_a_stack_that_is_killed(tmp_path):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path), sys.executable, FOREVER],
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        child = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


OWNER = """
import asyncio, os, sys
from pathlib import Path
from deployments.child import Child, Recipe

async def main():
    folder, python, script = Path(sys.argv[1]), *sys.argv[2:]
    command = [python, "-c", script]
    recipe = Recipe(name="child", command=command, env=os.environ, log=folder / "log", cwd=folder)
    child = Child(recipe, print, lambda: None)
    await child.start()
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
