"""What the stack's tests share: homes of their own, and waiting for a condition."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.home import discard
from models.settings import Settings
from tests.fixtures.database import Database

REDRESS = Path(sys.executable).with_name("redress")
Redress = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet; whatever a test leaves there goes."""
    path = tmp_path / "home"
    yield path
    discard(path)


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, database_url=None, prefect_api_url=None, secret_key=None, api_port=0, prefect_port=0)


@pytest.fixture
def redress(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Redress:
    """The command line as people use it, on the test's database; `says`: what is typed when it asks."""
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REDRESS_DATABASE_URL", database.url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", database.key)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*arguments: object, says: str = "") -> subprocess.CompletedProcess[str]:
        command = [REDRESS, *map(str, arguments)]
        return subprocess.run(command, input=says, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture
def until() -> Callable:
    async def wait(condition: Callable[[], bool], within: float = 20.0) -> None:
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come about"
            await asyncio.sleep(0.02)

    return wait
