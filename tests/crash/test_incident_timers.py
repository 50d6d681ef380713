"""The timers of an incident while the worker is down when they are due: each fires, and fires once."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from flows.acts.report import FirstReport, report
from flows.legs.clock import SimulatedClock
from models.clock import simulated_clock
from models.customer import customers
from models.shipment import shipments
from models.values.case import StaffFacts
from models.values.people_terms import Role
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


ONCE = """SELECT case_id, clock, count(*) AS n FROM events, json_array_elements_text(data -> 'clocks') AS clock
    WHERE kind = 'overdue' GROUP BY 1, 2"""
DUE = "SELECT count(*) FROM wakes, simulated_clock WHERE due_at <= now OR leg_id IS NOT NULL"


@pytest.mark.timeout(300)
async def test_weeks_without_a_worker_presume_tell_and_miss_everything_once(database, workers):
    """The unit's silence, the authority's report, the customer's notice: all fell due while nobody carried anything."""
    async with database.engine.begin() as connection:
        await set_clock(connection)
        query = insert(customers).values(code="C1").returning(customers.c.id)
        someone = (await connection.execute(query)).scalar_one()
        shipment = {"customer_id": someone, "order_id": "O1", "vehicle": "V1", "amount": 1, "currency": "CNY"}
        await connection.execute(insert(shipments).values(shipment | {"ordered_at": MORNING.date()}))
    office = await open_office(database, SimulatedClock())
    hub = (await office.hire(["华东分拨"], Role.BUSINESS_UNIT))[0]
    actor = StaffFacts(hub, "华东分拨", Role.BUSINESS_UNIT, 0, "sorting_centre")
    said = {"kind": "damage", "what": "外箱破裂", "where": "月台", "discovered_at": MORNING}
    said |= {"casualties": 1, "vehicle": "V1"}
    async with database.engine.begin() as connection:
        id_ = (await report(connection, office.desk, actor, FirstReport.model_validate(said), None)).id

    async def quiet():
        return await database.value(DUE) == 0

    first = workers.spawn(clock="simulated")
    await until(quiet, what="an incident that waits for people")
    await office.act(id_, "contain", measures="隔离")
    await office.act(id_, "investigate", finding="装载超高", counterpart="linehaul")
    await office.act(id_, "deliver", by="组长", at=MORNING, how="email", receipt="回执")
    await until(quiet, what="the counterpart unit being waited for")
    first.kill()
    async with database.engine.begin() as connection:
        await connection.execute(update(simulated_clock).values(now=MORNING + timedelta(days=40)))

    async def presumed():
        return await database.value("SELECT count(*) FROM events WHERE kind = 'presumed'") == 1 and await quiet()

    workers.spawn(clock="simulated")
    await until(presumed, what="the presumption")
    workers.spawn(clock="simulated")
    await workers.started[-1].in_sight()
    await until(quiet, what="rest")
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'presumed'") == 1
    assert await database.value("SELECT count(*) FROM liability_findings WHERE round = 0") == 1
    missed = await database.rows(ONCE)
    assert {row.n for row in missed} == {1}, "each deadline is told once"
    assert {row.clock for row in missed if row.case_id == id_} >= {"authority", "form"}
    assert [row.clock for row in missed if row.case_id != id_] == ["customer_notice"]
