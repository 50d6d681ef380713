"""Prefect away: people work on, nothing is lost, nothing counts as an attempt."""

from prefect.client.schemas.objects import StateType

from tests.crash.conftest import all_reported, runs_of
from tests.fixtures.soundness import assert_all_arrived, assert_sound
from tests.fixtures.worker import until


async def test_what_comes_in_while_prefect_is_stopped_is_accepted_and_carried_on(
    postgres, database, office, workers, ops, arrived
):
    early = await office.complain(10)
    worker = await workers.start()
    await arrived(10)
    await postgres.stack.stop("prefect")
    try:
        late = await office.complain(5)  # the worker does not know yet: a leg is claimed, and given back
        await until(lambda: worker.said("Prefect away"), what="noticing that Prefect is away")
        late += await office.complain(5)
        for id_ in early:
            await office.act(id_, "escalate", why="客户多次来电")
        assert await database.value("SELECT count(*) FROM events WHERE kind = 'escalated'") == 10
        assert await database.value("SELECT count(*) FROM events WHERE kind = 'received'") == 20
        assert await database.value("SELECT count(*) FROM events WHERE kind = 'classified'") == 10
    finally:
        await postgres.stack.start("prefect")

    async def carried_on():
        classified = await database.value("SELECT count(*) FROM events WHERE kind = 'classified'")
        return classified == 20 and await database.value("SELECT count(*) FROM cases WHERE owner_id IS NULL") == 0

    await until(carried_on, what="everything carried on")
    await all_reported(database)
    assert await database.value("SELECT count(*) FROM wakes WHERE attempts > 0 OR alone") == 0
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'step_failed'") == 0
    assert worker.alive
    assert late
    ends = {run.state.type for run in (await runs_of(database, ops)).values()}
    assert ends <= {StateType.COMPLETED, StateType.CRASHED}
    await assert_sound(database)


async def test_prefect_stopped_in_the_middle_of_a_leg(postgres, database, office, workers, ops, arrived):
    await office.complain(150)
    worker = await workers.start("slow", slots=1, leg_cases=150)

    async def midway():
        return 0 < await database.value("SELECT count(*) FROM events WHERE kind = 'classified'") < 150

    await until(midway, what="a leg half done")
    await postgres.stack.stop("prefect")
    try:
        await arrived(150)  # the leg needs Prefect no more
        await assert_all_arrived(database, 150)
    finally:
        await postgres.stack.start("prefect")
    await all_reported(database)
    assert {run.state.type for run in (await runs_of(database, ops)).values()} == {StateType.COMPLETED}
    assert worker.alive
