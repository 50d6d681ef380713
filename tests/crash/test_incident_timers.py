"""The timers of an incident while the worker is down when they are due: each fires, and fires once."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from flows.acts.report import FirstReport, report
from flows.legs.clock import SimulatedClock
from models.clock import simulated_clock
from models.values.case import StaffFacts
from models.values.vocabulary import Role
from tests.api.centre import MORNING, set_clock
from tests.fixtures.office import open_office
from tests.fixtures.worker import until

KINDS = "SELECT kind FROM events WHERE kind IN ('graded', 'climbed', 'overdue', 'reminded') ORDER BY seq"


@pytest.mark.timeout(300)
async def test_silence_that_fell_due_while_the_worker_was_dead_climbs_once(database, workers):
    async with database.engine.begin() as connection:
        await set_clock(connection)
    office = await open_office(database, SimulatedClock())
    hub = (await office.hire(["华东分拨"], Role.BUSINESS_UNIT))[0]
    actor = StaffFacts(hub, "华东分拨", Role.BUSINESS_UNIT, 0, "sorting_centre")
    said = {"kind": "damage", "what": "外箱破裂", "where": "月台", "discovered_at": MORNING, "value": "500"}
    said |= {"casualties": 0, "dangerous_goods": False}
    async with database.engine.begin() as connection:
        await report(connection, office.desk, actor, FirstReport.model_validate(said), None)

    async def kinds():
        return [row.kind for row in await database.rows(KINDS)]

    async def happened(wanted):
        async def there():
            return await kinds() == wanted and not await database.value("SELECT count(leg_id) FROM wakes")

        await until(there, what=f"{wanted}")

    first = workers.spawn(clock="simulated")
    await happened(["graded"])
    first.kill()
    async with database.engine.begin() as connection:
        await connection.execute(update(simulated_clock).values(now=MORNING + timedelta(hours=30)))

    workers.spawn(clock="simulated")
    await happened(["graded", "climbed", "overdue"])
    workers.spawn(clock="simulated")
    await workers.started[-1].in_sight()
    assert await kinds() == ["graded", "climbed", "overdue"], (
        "the form and the containment were missed, and are told once"
    )
    told = "SELECT to_role FROM notices WHERE kind = 'incident_graded' ORDER BY created_at"
    assert [row.to_role for row in await database.rows(told)] == ["supervisor", "manager"]
