"""Prefect away: people work on, nothing is lost, nothing counts as an attempt."""

from prefect.client.schemas.objects import StateType

from flows.legs.leg import CHUNK
from tests.crash.conftest import all_reported, runs_of
from tests.fixtures.soundness import assert_sound
from tests.fixtures.worker import until

CLASSIFIED = "SELECT count(*) FROM events WHERE kind = 'classified'"


async def test_prefect_stopped_while_a_leg_runs_and_complaints_and_acts_come_in(
    postgres, database, office, workers, ops, arrived
):
    early = await office.complain(10)
    worker = await workers.start("gate")
    await arrived(10)
    workers.gate.touch()
    await office.complain(60)

    async def midway():
        return await database.value(CLASSIFIED) == 10 + CHUNK

    await until(midway, what="a leg half done")
    await postgres.stack.stop("prefect")
    try:
        await office.complain(5)  # the worker does not know yet: a leg may be claimed, and is given back
        workers.gate.unlink()
        await arrived(70)  # the leg in flight needs Prefect no more
        await until(lambda: worker.said("Prefect away"), what="noticing that Prefect is away")
        await office.complain(5)
        for id_ in early:
            await office.act(id_, "escalate", why="客户多次来电")
        assert await database.value("SELECT count(*) FROM events WHERE kind = 'received'") == 80
        assert await database.value("SELECT count(*) FROM events WHERE kind = 'escalated'") == 10
        assert await database.value(CLASSIFIED) == 70
    finally:
        await postgres.stack.start("prefect")

    async def carried_on():
        unowned = await database.value("SELECT count(*) FROM cases WHERE owner_id IS NULL")
        return unowned == 0 and await database.value("SELECT count(leg_id) FROM wakes") == 0

    await until(carried_on, what="everything carried on")
    await all_reported(database)
    assert worker.alive
    assert await database.value(CLASSIFIED) == 80
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'assigned'") == 90
    assert await database.value("SELECT count(*) FROM wakes WHERE attempts > 0 OR alone") == 0
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'step_failed'") == 0
    ends = {run.state.type for run in (await runs_of(database, ops)).values()}
    assert ends <= {StateType.COMPLETED, StateType.CRASHED}
    await assert_sound(database)
