"""Runs that Prefect gives a worker: none is lost between the watch that takes them and the loop that carries them."""

import asyncio
from uuid import uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.states import Cancelled

from deployments.worker.given import GivenRuns
from deployments.worker.registry import register


@pytest.fixture
def pool():
    return f"pool-{uuid4().hex[:8]}"


@pytest.fixture
async def start(ops, pool):
    """Prefect's Run button: the id of the new run."""
    deployments = await register(ops, pool)

    async def press():
        return (await ops.create_flow_run_from_deployment(deployments["late_shipments"])).id

    return press


async def state(ops, id_):
    return (await ops.read_flow_run(id_)).state.name


async def test_a_run_is_not_lost_when_the_loop_takes_while_the_watch_waits_for_prefect(prefect_server, pool, start):
    taken = []

    class Slow(PrefectClient):
        async def read_flow_run(self, flow_run_id):
            taken.extend(given.take())  # what the loop does at any moment
            return await super().read_flow_run(flow_run_id)

    async with Slow(prefect_server) as client:
        given = GivenRuns(client, pool)
        wanted = {await start() for _ in range(3)}
        assert await given.look(lambda _: True)
        assert {run.id for run in taken + given.take()} == wanted
        assert not await given.look(lambda _: True), "each is given once"


async def test_a_run_is_not_lost_when_the_worker_is_told_to_end_while_it_takes(prefect_server, ops, pool, start):
    class Stopped(PrefectClient):
        async def read_flow_run(self, flow_run_id):
            if not looking.done() and not ending:
                ending.append(flow_run_id)
                looking.cancel()
            return await super().read_flow_run(flow_run_id)

    async with Stopped(prefect_server) as client:
        given, ending, run = GivenRuns(client, pool), [], await start()
        looking = asyncio.create_task(given.look(lambda _: True))
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert (ending, await state(ops, run)) == ([run], "Pending")
        await given.give_back()
        assert await state(ops, run) == "Scheduled"


async def test_none_is_taken_beyond_those_that_wait(ops, pool, start):
    given = GivenRuns(ops, pool)
    first = await start()
    assert await given.look(lambda _: True)
    second = await start()
    assert await given.look(lambda _: True), "the first still waits"
    assert (await state(ops, first), await state(ops, second)) == ("Pending", "Scheduled")


async def test_what_is_not_wanted_waits_in_prefect(ops, pool, start):
    given, unwanted = GivenRuns(ops, pool), await start()
    assert not await given.look(lambda _: False)
    assert given.take() == []
    assert await state(ops, unwanted) == "Scheduled"


async def test_a_worker_that_ends_gives_back_what_it_has_not_ended(ops, pool, start):
    ending, other = GivenRuns(ops, pool), GivenRuns(ops, pool)
    ended, waiting = await start(), await start()
    assert await ending.look(lambda _: True)
    await ops.set_flow_run_state(ended, Cancelled(), force=True)
    await ending.give_back()
    assert ending.take() == []
    assert (await state(ops, ended), await state(ops, waiting)) == ("Cancelled", "Scheduled")
    assert await other.look(lambda _: True)
    assert [run.id for run in other.take()] == [waiting]


async def test_a_mislaid_run_is_found_at_the_next_look_and_a_deleted_one_forgotten(ops, pool, start):
    given, mislaid, deleted = GivenRuns(ops, pool), await start(), await start()
    await given.look(lambda _: True)
    for run in given.take():
        given.mislay(run.id)
    await ops.delete_flow_run(deleted)
    assert await given.look(lambda _: True)
    assert [run.id for run in given.take()] == [mislaid]
