"""kill -9 and SIGSTOP of a worker: its cases go on elsewhere, and each step still takes effect once."""

import pytest
from prefect.client.schemas.objects import StateType

from tests.crash.conftest import all_reported, runs_of
from tests.fixtures.soundness import assert_all_arrived, assert_sound
from tests.fixtures.worker import until

CLASSIFIED = "SELECT count(*) FROM events WHERE kind = 'classified'"


async def midway(database, count):
    async def reached():
        return 0 < await database.value(CLASSIFIED) < count

    await until(reached, what="a leg half done")


@pytest.mark.timeout(400)
async def test_a_worker_killed_in_the_middle_of_a_leg_of_a_hundred(database, office, workers, ops, arrived):
    await office.complain(100)
    first = await workers.start("slow", slots=1)
    await midway(database, 100)
    first.kill()
    assert await database.value("SELECT cases FROM legs") == 100
    assert 0 < await database.value(CLASSIFIED) < 100

    await workers.start()
    await arrived(100, within=300)  # what was left goes in legs of one, some a second; fewer on a busy machine
    await assert_all_arrived(database, 100)
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'step_failed'") == 0
    await all_reported(database)
    dead = await database.value("SELECT id FROM legs WHERE state = 'dead'")
    ends = {leg: run.state.type for leg, run in (await runs_of(database, ops)).items()}
    assert ends.pop(dead) is StateType.CRASHED
    assert set(ends.values()) == {StateType.COMPLETED}


async def test_a_worker_frozen_past_its_lease_and_thawed_changes_nothing(database, office, workers, ops, arrived):
    await office.complain(40)
    frozen = await workers.start("slow", slots=1)
    await midway(database, 40)
    frozen.freeze()
    lost = await database.value("SELECT id FROM legs")

    await workers.start()
    await arrived(40)
    await all_reported(database)
    assert (await runs_of(database, ops))[lost].state.type is StateType.CRASHED
    before = await database.rows("SELECT * FROM events ORDER BY case_id, seq")

    frozen.thaw()
    await until(lambda: any(line["event"] == "leg settled" and line["leg"] == str(lost) for line in frozen.lines()))
    (settled,) = [line for line in frozen.lines() if line["event"] == "leg settled" and line["leg"] == str(lost)]
    assert settled["lost"] is True
    await office.complain(10)  # both workers are well and carry what comes
    await arrived(50)
    after = await database.rows(
        "SELECT * FROM events WHERE case_id IN (SELECT case_id FROM wakes) ORDER BY case_id, seq"
    )
    assert [row for row in after if row in before] == before
    assert (await runs_of(database, ops))[lost].state.type is StateType.CRASHED
    assert await database.value("SELECT count(*) FROM events WHERE leg_id = :leg", leg=lost) == len(
        [event for event in before if event.leg_id == lost]
    )
    await assert_all_arrived(database, 50)


async def test_two_workers_share_a_surge(database, office, workers, arrived):
    await office.complain(300)
    for worker in [workers.spawn("slow", leg_cases=25) for _ in range(2)]:
        await worker.in_sight()
    await arrived(300)
    await assert_all_arrived(database, 300)
    carried = await database.rows("SELECT worker, sum(carried) AS cases FROM legs GROUP BY worker")
    assert len(carried) == 2
    assert sum(row.cases for row in carried) == 300


async def test_a_worker_asked_to_stop_ends_its_legs_and_exits_cleanly(database, office, workers):
    await office.complain(60)
    workers.gate.touch()
    worker = await workers.start("gate", slots=1, leg_cases=30)
    await midway(database, 60)
    worker.process.terminate()
    workers.gate.unlink()
    assert worker.stop() == 0
    assert await database.value(CLASSIFIED) == 30
    assert await database.value("SELECT count(*) FROM legs WHERE state <> 'ended'") == 0
    assert await database.value("SELECT count(leg_id) FROM wakes") == 0
    await assert_sound(database)
