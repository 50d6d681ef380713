from datetime import UTC, datetime

import pytest

from flows.legs.clock import ClockError, RealClock, SimulatedClock, clock_of
from flows.legs.resources import Resources, SettingMissing
from models.settings import Settings

NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)


async def make_demo(database):
    await database.rows("INSERT INTO simulated_clock (id, now) VALUES (1, :now)", now=NOON)


async def test_a_real_database_has_the_real_time(database):
    async with database.engine.connect() as connection:
        clock = await clock_of(connection, "real")
        assert isinstance(clock, RealClock)
        assert abs(await clock.now(connection) - datetime.now(UTC)).total_seconds() < 60


async def test_a_demo_database_has_the_time_of_its_row(database):
    await make_demo(database)
    async with database.engine.connect() as connection:
        clock = await clock_of(connection, "simulated")
        assert isinstance(clock, SimulatedClock)
        assert await clock.now(connection) == NOON


async def test_the_simulated_clock_is_refused_on_a_real_database(database):
    async with database.engine.connect() as connection:
        with pytest.raises(ClockError, match="not a demo database"):
            await clock_of(connection, "simulated")
        with pytest.raises(ClockError, match="not a demo database"):
            await SimulatedClock().now(connection)


async def test_the_real_clock_is_refused_on_a_demo_database(database):
    await make_demo(database)
    async with database.engine.connect() as connection:
        with pytest.raises(ClockError, match="a demo database"):
            await clock_of(connection, "real")


@pytest.mark.parametrize(("demo", "clock"), [(False, "simulated"), (True, "real")])
async def test_no_process_opens_a_database_of_the_other_kind(demo, clock, database):
    if demo:
        await make_demo(database)
    settings = Settings(database_url=database.url, secret_key=database.key, clock=clock)
    with pytest.raises(ClockError):
        await Resources.open(settings)


async def test_a_process_without_its_secret_says_what_is_missing(database):
    with pytest.raises(SettingMissing, match="REDRESS_SECRET_KEY"):
        await Resources.open(Settings(database_url=database.url, secret_key=None))
