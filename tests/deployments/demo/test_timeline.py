"""The discrete clock: it waits for the system, says when it is stuck, and never stops at a deadline's very moment."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.demo.timeline import StuckError, after, at_rest

DUE = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "goes_to"), [(0, 15), (0.001, 15), (14.999, 15), (15, 30), (59, 60)])
def test_the_clock_goes_to_the_quarter_after_a_deadline(minutes: float, goes_to: int) -> None:
    assert after(DUE + timedelta(minutes=minutes)) == DUE + timedelta(minutes=goes_to)


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
