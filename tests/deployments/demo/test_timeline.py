"""The discrete clock: it waits for the system, says when it is stuck, and never stops at a deadline's very moment."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.demo.timeline import GRAIN, StuckError, after, at_rest

DUE = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)


def test_the_clock_goes_to_the_minute_after_a_deadline() -> None:
    assert after(DUE) == DUE + GRAIN
    assert after(DUE + timedelta(seconds=59, microseconds=1)) == DUE + GRAIN


async def test_a_system_at_rest_is_not_waited_for() -> None:
    async def busy() -> bool:
        return False

    async def progress() -> object:
        raise AssertionError("nobody asks how far an idle system is")

    await at_rest(busy, progress)


async def test_a_busy_system_is_waited_for_as_long_as_it_moves() -> None:
    looks = 0

    async def busy() -> bool:
        nonlocal looks
        looks += 1
        return looks < 40

    async def progress() -> object:
        return looks

    await at_rest(busy, progress, poll_seconds=0.005, stuck_seconds=0.02)
    assert looks == 40


async def test_a_system_that_stands_still_with_work_due_is_stuck() -> None:
    async def busy() -> bool:
        return True

    async def progress() -> object:
        return "as before"

    with pytest.raises(StuckError, match="nothing was done"):
        await at_rest(busy, progress, poll_seconds=0.005, stuck_seconds=0.02)
