"""One case that cannot be carried must not fail or hold back the others."""

import asyncio

import pytest
from prefect.client.schemas.objects import StateType

from flows.legs.quarantine import release
from tests.crash.conftest import all_reported, runs_of
from tests.fixtures.hooked import MARKER
from tests.fixtures.office import SURE
from tests.fixtures.prefect_tables import assert_absent
from tests.fixtures.soundness import assert_all_arrived, assert_sound
from tests.fixtures.worker import until

IMPATIENT = "UPDATE wakes SET not_before = now() WHERE not_before > now() AND leg_id IS NULL"
SECRET = f"{MARKER}张三丰十三八"


def quarantined(database):
    """Waits for one case in quarantine, and does not wait for its back-off."""

    async def reached():
        await database.rows(IMPATIENT)
        return await database.value("SELECT count(*) FROM wakes WHERE quarantined_at IS NOT NULL") == 1

    return reached


async def release_it(database, office, case_id):
    supervisor = await database.value("SELECT id FROM staff WHERE name = '组长'")
    async with database.engine.begin() as connection:
        now = await office.desk.clock.now(connection)
        assert await release(connection, database.seal, case_id, supervisor, now)


async def test_one_poisonous_case_in_a_leg_of_fifty(postgres, database, office, workers, ops, arrived):
    await office.complain(25)
    (victim,) = await office.complain(text=SURE + SECRET)
    await office.complain(24)
    sick = await workers.start("raise", slots=1)
    await arrived(49)
    assert await database.value("SELECT cases FROM legs ORDER BY opened_at LIMIT 1") == 50
    await until(quarantined(database), what="the quarantine")
    await all_reported(database)

    (wake,) = await database.rows("SELECT * FROM wakes WHERE quarantined_at IS NOT NULL")
    assert wake.case_id == victim
    assert wake.attempts == 5
    assert wake.error.startswith("classify: ValueError at hooked:")
    runs = (await runs_of(database, ops)).values()
    assert len(runs) == 5
    assert {run.state.type for run in runs} == {StateType.FAILED}
    messages = sorted(run.state.message for run in runs)
    assert messages[-1] == "carried 49, deferred 1"
    assert messages[0] == "carried 0, deferred 1"
    assert "carried 0, quarantined 1" in messages
    told = wake.error + sick.log + "".join(run.model_dump_json() for run in runs)
    assert MARKER not in told
    assert len(sick.lines()) == len(sick.log.splitlines()), (
        f"every line is structured, of a run that failed too: {sick.log}"
    )
    await assert_absent(postgres, MARKER)
    await assert_sound(database)
    assert sick.stop() == 0

    await workers.start()
    await release_it(database, office, victim)
    await arrived(50)
    await assert_all_arrived(database, 50)


@pytest.mark.timeout(400)
async def test_a_case_that_kills_the_worker_ends_in_quarantine_alone(database, office, workers, arrived):
    await office.complain(6)
    (victim,) = await office.complain(text=SURE + SECRET)
    await office.complain(5)
    deaths = 0

    async def keep_one_running():
        nonlocal deaths
        while True:
            worker = workers.spawn("kill")
            await until(lambda worker=worker: not worker.alive, within=600)
            deaths += 1

    supervisor = asyncio.create_task(keep_one_running())
    try:
        await until(quarantined(database), within=300, what="the quarantine")
        await arrived(11)
    finally:
        supervisor.cancel()
    assert await database.value("SELECT case_id FROM wakes WHERE quarantined_at IS NOT NULL") == victim
    assert deaths >= 4  # once among others, three times alone
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'assigned'") == 11
    await assert_sound(database)

    for worker in workers.started:
        if worker.alive:
            worker.kill()
    await workers.start()
    await release_it(database, office, victim)
    await arrived(12)
    await assert_all_arrived(database, 12)
