"""What the stack's tests share: homes of their own, and waiting for a condition."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.home import discard
from models.settings import Settings


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
def until() -> Callable:
    async def wait(condition: Callable[[], bool], within: float = 20.0) -> None:
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come about"
            await asyncio.sleep(0.02)

    return wait
