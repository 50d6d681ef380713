"""Prefect tells ops which procedure, how many cases and which step, and nothing about anybody."""

import json

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, TaskRunFilter, TaskRunFilterFlowRunId
from prefect.states import Pending

from tests.fixtures.prefect_tables import assert_absent, stored
from tests.fixtures.worker import until

NAME, PHONE, ADDRESS = "欧阳百里奚", "13877665544", "望江路七百二十一号"
SAID = "那件瓷器茶壶晚到了五天,我要投诉延误,打给13877665544找欧阳百里奚"


async def test_runs_tell_procedure_cases_and_step_and_nothing_personal(postgres, database, office, workers, ops):
    await office.complain(3, text=SAID, caller={"name": NAME, "phone": PHONE, "address": ADDRESS}, reference=NAME)
    worker = await workers.start()

    async def assigned():
        return await database.value("SELECT count(*) FROM events WHERE kind = 'assigned'") == 3

    await until(assigned)
    (leg,) = await database.rows("SELECT * FROM legs")
    run = await ops.read_flow_run(leg.flow_run_id)
    assert run.name == f"complaint 投诉: 3 cases ({str(leg.id)[-4:]})"
    assert set(run.tags) >= {"complaint", "leg"}
    assert run.parameters == {"leg_id": str(leg.id)}
    assert run.work_pool_name == workers.pool

    async def recorded():
        wanted = TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[run.id]))
        tasks = await ops.read_task_runs(task_run_filter=wanted)
        return {task.name for task in tasks if task.state.is_completed()} == {
            "classify 分类: 3 cases",
            "assign 指派: 3 cases",
        }

    await until(recorded, what="the task runs in Prefect")

    async def all_told():
        tables = await stored(postgres.url("prefect"))
        return str(run.id) in tables["events"] and '"Completed"' in tables["events"]

    await until(all_told, what="Prefect's own story of the run, to be searched")
    words = (NAME, PHONE, ADDRESS, "瓷器茶壶")
    await assert_absent(postgres, *words)
    assert worker.stop() == 0
    assert not [word for word in words if word in worker.log]
    assert worker.said("leg settled")
    assert all(json.loads(line)["event"] for line in worker.log.splitlines()), "a line that is not structured"


async def test_the_worker_shows_up_in_the_pool(workers, ops):
    worker = await workers.start()
    found = await ops.read_workers_for_work_pool(workers.pool)
    assert [one.name for one in found] == [worker.name]
    deployment = await ops.read_deployment_by_name(f"complaint/{workers.pool}")
    assert set(deployment.tags) == {"redress", "complaint"}
    assert deployment.entrypoint == "flows/complaint.py:complaint"


async def test_a_run_whose_making_was_never_confirmed_does_not_stay_pending(database, workers, ops):
    """Prefect made it, the answer was lost: the leg was given back and knows of no run."""
    worker = await workers.start()
    deployment = await ops.read_deployment_by_name(f"complaint/{workers.pool}")
    leg_id = "01a20000-0000-7000-8000-000000000001"
    run = await ops.create_flow_run_from_deployment(
        deployment.id, parameters={"leg_id": leg_id}, state=Pending(), idempotency_key=leg_id
    )
    await database.rows(
        "INSERT INTO legs (id, procedure, worker, state, lease_until, ended_at, message, cases, carried, deferred,"
        " quarantined) VALUES (:id, 'complaint', 'x', 'given_back', now(), now() - interval '1 hour', 'x', 1, 0, 0, 0)",
        id=leg_id,
    )

    async def known():
        (found,) = await ops.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id])))
        return found.state.is_crashed()

    await until(known, what="the end of the unknown run")
    assert worker.alive
