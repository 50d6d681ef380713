"""What has no cases to claim, on a real worker and a real Prefect server."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import StateType
from prefect.states import Scheduled
from sqlalchemy import insert

from models.customer import customers
from models.shipment import shipments
from models.values.calendar import SHANGHAI
from tests.fixtures.served import serve
from tests.fixtures.worker import until
from tests.flows.classing import brute
from tests.flows.classing.brute import Line


async def run(ops, deployment_id):
    """Prefect's Run button, and how it ended."""
    started = await ops.create_flow_run_from_deployment(deployment_id)
    seen = []

    async def ended():
        state = (await ops.read_flow_run(started.id)).state
        if state is not None and (not seen or seen[-1] != state.name):
            seen.append(state.name)
        return state is not None and state.is_final()

    try:
        await until(ended, what="the end of the run")
    except AssertionError as error:
        raise AssertionError(f"the run never ended; it went through {seen}") from error
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

    async def both_seen():
        ours = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
        tasks = await ops.read_task_runs(flow_run_filter=ours)
        return {task.name.rsplit("-", 1)[0] for task in tasks} == {"compute", "compare"}

    await until(both_seen, what="the task runs in Prefect")


async def test_late_shipments_are_told_of_each_morning_and_twice_is_once(database, workers, ops):
    yesterday = datetime.now(SHANGHAI).date() - timedelta(days=1)
    async with database.engine.begin() as connection:
        someone = (await connection.execute(insert(customers).values(code="C1").returning(customers.c.id))).scalar_one()
        late = {"customer_id": someone, "promised_at": yesterday, "amount": 1, "currency": "CNY"}
        await connection.execute(insert(shipments), [late | {"order_id": order} for order in ("A", "B")])
    await workers.start()
    deployment = await ops.read_deployment_by_name(f"late_shipments/{workers.pool}")
    assert [one.schedule.cron for one in deployment.schedules] == ["30 8 * * *"]
    assert (await run(ops, deployment.id)).message == "1 customers are to be told of 2 shipments"
    assert (await run(ops, deployment.id)).message == "0 customers are to be told of 0 shipments"
    assert await database.value("SELECT count(*) FROM cases WHERE stage = 'customer_notice'") == 1


async def test_a_schedule_that_ops_stopped_stays_stopped_when_a_worker_registers_again(database, workers, ops):
    await workers.start()
    deployment = await ops.read_deployment_by_name(f"classes/{workers.pool}")
    await ops.update_deployment_schedule(deployment.id, deployment.schedules[0].id, active=False)
    await workers.start()
    [schedule] = (await ops.read_deployment_by_name(f"classes/{workers.pool}")).schedules
    assert schedule.active is False


async def test_rounds_are_scheduled_weekly_and_open_once_after_the_stack_was_down_when_due(database, workers, ops):
    worker = await workers.start()
    deployment = await ops.read_deployment_by_name(f"rounds/{workers.pool}")
    [schedule] = deployment.schedules
    assert (schedule.schedule.cron, schedule.schedule.timezone, schedule.active) == ("0 6 * * 1", "Asia/Shanghai", True)
    worker.stop()

    today = datetime.now(SHANGHAI).date()
    sunday = today - timedelta(days=today.isoweekday())
    await serve(database, 6, sunday - timedelta(days=1))
    late = [datetime.now(UTC) - timedelta(days=days) for days in (8, 1)]
    due = [await ops.create_flow_run_from_deployment(deployment.id, state=Scheduled(scheduled_time=at)) for at in late]
    assert await database.value("SELECT count(*) FROM cases") == 0, "nobody is there"

    await workers.start()

    async def ended():
        states = [(await ops.read_flow_run(one.id)).state for one in due]
        return all(state is not None and state.is_final() for state in states)

    await until(ended, what="the end of both runs")
    states = [(await ops.read_flow_run(one.id)).state for one in due]
    assert [state.type for state in states] == [StateType.COMPLETED] * 2
    assert sum("opened before" in state.message for state in states) == 1
    assert all("census: there is nobody" in state.message for state in states)
    assert await database.value("SELECT count(*) FROM cases WHERE procedure = 'round'") == 1

    async def contacted():
        return await database.value("SELECT count(*) FROM cases WHERE procedure = 'revisit'") == 6

    await until(contacted, what="the contacts of the round")
    assert await database.value("SELECT from_day FROM rounds") == sunday - timedelta(days=6)
    assert await database.value("SELECT to_day FROM rounds") == sunday


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
