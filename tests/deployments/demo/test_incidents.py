"""The demo's incidents, played through the real app: all end closed, the silent unit is presumed upon."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from deployments.demo import centre as demo
from deployments.demo.calls import Calls
from deployments.demo.generate import A_DAY
from deployments.demo.incident_scripts import SCRIPTS
from deployments.demo.incidents import Incidents, stock
from deployments.demo.record import contradictions, read
from deployments.demo.roster import midnight
from deployments.demo.rounds import next_round
from models.staff import staff
from models.values.incident import Incident
from models.values.incident_terms import IncidentGrade
from models.values.stage_terms import Stage
from models.values.vocabulary import Procedure
from tests.api.centre import Centre
from tests.api.conftest import opened
from tests.fixtures.database import Database

WEEKS = timedelta(weeks=6)


@pytest.mark.timeout(400)
async def test_every_script_ends_closed_and_the_silent_unit_is_presumed_upon(database: Database) -> None:
    async with opened(database) as app:
        await _play(app, database)
    record = await read(database.engine)
    assert contradictions(record) == []
    assert [one.stage for one in record.incidents] == [Stage.CLOSED] * len(SCRIPTS)
    assert {Incident.of(one.details).grade for one in record.incidents} == set(IncidentGrade)
    assert [one.liable for one in record.incidents if Incident.of(one.details).presumed] == ["last_mile"]
    assert all(one.score is not None for one in record.incidents)
    assert [one.stage for one in record.customer_notices] == [Stage.CLOSED] * 3


async def _play(app: Centre, database: Database) -> None:
    begins = midnight(A_DAY)
    await app.move(begins)
    async with database.engine.begin() as connection:
        await connection.execute(update(staff).values(left_at=begins))  # the test's own people: the demo has its own
    calls = Calls("http://redress")
    await calls.close()
    transport = httpx.ASGITransport(app.app)
    calls._client = httpx.AsyncClient(transport=transport, base_url="http://redress/api/v1")
    centre = demo.Centre(database.engine, calls, await demo.hire(database.engine), A_DAY)
    await stock(database.engine, A_DAY)
    incidents = Incidents(centre, calls, begins)
    centre.conducts[Procedure.INCIDENT] = incidents.acts
    now = begins
    while incidents.left and now < begins + WEEKS:
        coming = incidents.next_at
        now = coming if coming is not None and coming <= next_round(now) else next_round(now, idle=coming is None)
        await app.move(now)
        await app.carry()
        if now == coming:
            await incidents.report(now)
        else:
            await centre.note_absences(now)
            await centre.work(now)
            await incidents.round(now)
        await app.carry()
    await calls.close()
    assert calls.troubles.sentences == []
