"""What ops people can press in Prefect's UI: harmless, and every case arrives once."""

import asyncio
import os
import subprocess
import sys

from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.states import AwaitingRetry, Cancelling, Completed, Crashed, Scheduled

from flows.legs.leg import CHUNK
from tests.crash.conftest import all_reported, runs_of
from tests.fixtures.soundness import assert_all_arrived, assert_sound
from tests.fixtures.worker import ROOT, until

CLASSIFIED = "SELECT count(*) FROM events WHERE kind = 'classified'"


async def ended(ops, run_id, *types):
    async def reached():
        return (await ops.read_flow_run(run_id)).state.type in types

    await until(reached, what=f"the run's end {types}")
    return (await ops.read_flow_run(run_id)).state


async def test_running_runs_cancelled_deleted_or_forced_into_a_state(database, office, workers, ops, arrived):
    """Five legs at once, each with another button pressed on its run."""
    await office.complain(200)
    workers.gate.touch()
    worker = await workers.start("gate", slots=5, leg_cases=40)

    async def all_open():
        return await database.value(CLASSIFIED) == 5 * CHUNK

    await until(all_open, what="five legs in flight")
    cancelled, deleted, *forced = await database.rows("SELECT id, flow_run_id FROM legs ORDER BY opened_at DESC")
    await ops.set_flow_run_state(cancelled.flow_run_id, Cancelling(), force=True)
    await ops.delete_flow_run(deleted.flow_run_id)
    for leg, state in zip(forced, (Completed(), Crashed(), Scheduled()), strict=True):
        await ops.set_flow_run_state(leg.flow_run_id, state, force=True)

    state = await ended(ops, cancelled.flow_run_id, StateType.CANCELLED)
    assert state.message.startswith(f"cancelled: carried {CHUNK}, released 40")
    workers.gate.unlink()
    await arrived(200)
    await all_reported(database)
    await assert_all_arrived(database, 200)
    (row,) = await database.rows("SELECT state, carried FROM legs WHERE id = :id", id=cancelled.id)
    assert row == ("ended", CHUNK)
    assert await database.value("SELECT count(*) FROM wakes WHERE attempts > 0") == 0
    for leg in forced:
        await ended(ops, leg.flow_run_id, StateType.COMPLETED, StateType.CRASHED)
    assert worker.alive


async def test_retry_and_run_are_harmless(database, office, workers, ops, arrived):
    await office.complain(3)
    both = [workers.spawn() for _ in range(2)]
    for worker in both:
        await worker.in_sight()
    await arrived(3)
    await all_reported(database)
    before = await database.rows("SELECT * FROM events ORDER BY case_id, seq")
    ((leg, run),) = (await runs_of(database, ops)).items()

    await ops.set_flow_run_state(run.id, AwaitingRetry(), force=True)
    by_hand = [(await ops.create_flow_run_from_deployment(run.deployment_id)).id for _ in range(4)]
    for id_ in (run.id, *by_hand):
        state = await ended(ops, id_, StateType.COMPLETED, StateType.FAILED, StateType.CRASHED)
        assert (state.type, state.message) == (StateType.COMPLETED, "nothing was due")
    assert (await ops.read_flow_run(run.id)).run_count == 2
    assert await database.rows("SELECT * FROM events ORDER BY case_id, seq") == before
    assert await database.value("SELECT state FROM legs WHERE id = :id", id=leg) == "ended"
    assert all(worker.alive for worker in both), "two took one run, and that was too much for one"
    await assert_sound(database)


async def test_a_run_started_elsewhere_claims_for_itself(database, office, prefect_server, tmp_path):
    """What a stock Prefect worker does: the flow in a process of its own."""
    await office.complain(3)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("REDRESS_", "PREFECT_"))}
    env |= {"REDRESS_DATABASE_URL": database.url, "REDRESS_SECRET_KEY": database.key}
    env |= {"PREFECT_API_URL": prefect_server, "PREFECT_HOME": str(tmp_path), "PREFECT_LOGGING_TO_API_ENABLED": "false"}
    code = "import asyncio; from flows.complaint import complaint; asyncio.run(complaint())"
    run = [sys.executable, "-c", code]
    done = await asyncio.to_thread(subprocess.run, run, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    await assert_all_arrived(database, 3)
    assert await database.value("SELECT flow_run_id IS NOT NULL AND state = 'ended' FROM legs")


async def test_pausing_the_pool_or_the_deployment_holds_all_work(database, office, workers, ops, arrived):
    worker = await workers.start()
    deployment = await ops.read_deployment_by_name(f"complaint/{workers.pool}")
    buttons = {
        "pool": lambda paused: ops.update_work_pool(workers.pool, WorkPoolUpdate(is_paused=paused)),
        "deployment": lambda paused: ops.update_deployment(deployment.id, DeploymentUpdate(paused=paused)),
    }

    def times(event):
        return sum(line["event"] == event for line in worker.lines())

    for count, press in enumerate(buttons.values(), start=1):
        await press(True)
        await until(lambda count=count: times("paused by ops") == count, what="noticing the pause")
        await office.complain(2)
        await ops.create_flow_run_from_deployment(deployment.id)
        for _ in range(2):
            await looked_again(ops, workers.pool)
        assert await database.value("SELECT count(*) FROM wakes WHERE leg_id IS NOT NULL") == 0
        assert await database.value(CLASSIFIED) == 2 * (count - 1)
        await press(False)
        await arrived(2 * count)
    await assert_all_arrived(database, 4)


async def looked_again(ops, pool):
    """Until a worker has asked the pool's queue once more: what it was to take, it has taken then."""

    async def polled():
        return (await ops.read_work_queue_by_name("default", work_pool_name=pool)).last_polled

    before = await polled()

    async def later():
        return await polled() != before

    await until(later, what="another look at the queue")


async def test_forgotten_pool_and_deployment_are_registered_again(database, office, workers, ops, arrived):
    await workers.start()
    await office.complain(2)
    await arrived(2)
    deployment = await ops.read_deployment_by_name(f"complaint/{workers.pool}")
    await ops.delete_deployment(deployment.id)
    await office.complain(2)
    await arrived(4)
    await ops.delete_work_pool(workers.pool)
    await office.complain(2)
    await arrived(6)

    async def back():
        pools = [pool.name for pool in await ops.read_work_pools(limit=200)]
        return workers.pool in pools

    await until(back, what="the pool")
    again = await ops.read_deployment_by_name(f"complaint/{workers.pool}")
    assert again.id != deployment.id
    await assert_all_arrived(database, 6)
    assert await database.value("SELECT count(*) FROM wakes WHERE attempts > 0 OR alone") == 0
