"""What has no cases to claim, on a real worker and a real Prefect server."""

from datetime import UTC, date, datetime
from decimal import Decimal

from prefect.client.schemas.objects import StateType

from tests.fixtures.worker import until
from tests.flows.classing import brute
from tests.flows.classing.brute import Line


async def run(ops, deployment_id):
    """Prefect's Run button, and how it ended."""
    started = await ops.create_flow_run_from_deployment(deployment_id)

    async def ended():
        state = (await ops.read_flow_run(started.id)).state
        return state is not None and state.is_final()

    await until(ended, what="the end of the run")
    return (await ops.read_flow_run(started.id)).state


async def test_classes_are_scheduled_monthly_and_run_by_hand(database, workers, ops):
    await workers.start()
    deployment = await ops.read_deployment_by_name(f"classes/{workers.pool}")
    [schedule] = deployment.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone, schedule.active) == ("0 3 1 * *", "Asia/Shanghai", True)

    state = await run(ops, deployment.id)
    assert state.type is StateType.FAILED
    assert "there is no transaction from" in state.message
    assert await database.value("SELECT count(*) FROM class_snapshots") == 0

    this = datetime.now(UTC).date().replace(day=1)
    inside, outside = date(this.year - (this.month == 1), (this.month - 2) % 12 + 1, 15), this
    lines = [Line(f"{number:03}", "1", inside, None, Decimal(1000 - number)) for number in range(100)]
    await brute.fill(database, [*lines, Line("late", "1", outside, None, Decimal(9))])
    state = await run(ops, deployment.id)
    assert state.type is StateType.COMPLETED
    assert "100 customers" in state.message
    assert "not as expected: A holds" in state.message
    assert await database.value("SELECT n FROM class_snapshots") == 100
    assert await database.value("SELECT (to_day + 1)::text FROM class_snapshots") == this.isoformat()
    tasks = await ops.read_task_runs()
    assert {"compute", "compare"} <= {task.name.rsplit("-", 1)[0] for task in tasks}


async def test_a_schedule_that_ops_stopped_stays_stopped_when_a_worker_registers_again(database, workers, ops):
    await workers.start()
    deployment = await ops.read_deployment_by_name(f"classes/{workers.pool}")
    await ops.update_deployment_schedule(deployment.id, deployment.schedules[0].id, active=False)
    await workers.start()
    [schedule] = (await ops.read_deployment_by_name(f"classes/{workers.pool}")).schedules
    assert schedule.active is False


async def test_the_daily_summary_is_scheduled_often_and_told_once(database, office, workers, ops):
    await office.complain(2)
    await database.rows("UPDATE cases SET recorded_at = recorded_at - interval '2 days'")
    await workers.start()
    deployment = await ops.read_deployment_by_name(f"daily_summary/{workers.pool}")
    [schedule] = deployment.schedules
    assert (schedule.schedule.cron, schedule.active) == ("5 */2 * * *", True)
    state = await run(ops, deployment.id)
    assert state.type is StateType.COMPLETED
    assert "summary of" in state.message
    assert await database.value("SELECT count(*) FROM daily_summaries") == 2
    again = await run(ops, deployment.id)
    assert again.type is StateType.COMPLETED
    assert "summary of" not in again.message
    assert await database.value("SELECT count(*) FROM daily_summaries") == 2
    assert await database.value("SELECT sum((figures #>> '{received,cases}')::int) FROM daily_summaries") == 2
