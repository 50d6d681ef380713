"""kill -9 of a worker: its cases go on elsewhere, each step still takes effect once."""

from tests.fixtures.soundness import assert_all_arrived
from tests.fixtures.worker import until

CLASSIFIED = "SELECT count(*) FROM events WHERE kind = 'classified'"
ASSIGNED = "SELECT count(*) FROM events WHERE kind = 'assigned'"


async def test_a_worker_killed_in_the_middle_of_a_leg_of_a_hundred_loses_and_doubles_nothing(database, office, workers):
    await office.complain(100)
    first = await workers.start("slow", slots=1)

    async def midway():
        return 0 < await database.value(CLASSIFIED) < 100

    await until(midway, what="a leg half done")
    first.kill()
    assert await database.value("SELECT cases FROM legs") == 100
    done = await database.value(CLASSIFIED)
    assert 0 < done < 100

    await workers.start()

    async def arrived():
        return await database.value(ASSIGNED) == 100 and await database.value("SELECT count(leg_id) FROM wakes") == 0

    await until(arrived, what="all assigned")
    await assert_all_arrived(database, 100)
    assert await database.value("SELECT count(*) FROM legs WHERE state = 'dead' AND cases = 100") == 1
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'step_failed'") == 0
