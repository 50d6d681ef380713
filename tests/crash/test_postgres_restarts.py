"""PostgreSQL restarted in the middle of a leg, cleanly and by SIGKILL, on a server of the test's own."""

import pytest

from deployments.databases import beside
from deployments.home import discard
from deployments.stack import Stack
from flows.legs.clock import RealClock
from flows.legs.leg import DATABASE_AWAY
from models.settings import Settings
from tests.crash.conftest import arrivals
from tests.fixtures.database import TEMPLATE, copied, make_template
from tests.fixtures.office import open_office
from tests.fixtures.soundness import assert_all_arrived
from tests.fixtures.worker import until, workers_of

CLASSIFIED = "SELECT count(*) FROM events WHERE kind = 'classified'"


@pytest.fixture
async def server(tmp_path):
    home = tmp_path / "own"
    settings = Settings(home=home, database_url=None, prefect_api_url=None, api_port=0, prefect_port=0)
    async with Stack(settings, parts={"postgres"}) as stack:
        await make_template(beside(stack.database_url, TEMPLATE))
        yield stack
    discard(home)


async def test_the_worker_survives_restarts_and_everything_arrives_once(server, prefect_server, tmp_path):
    async with copied(beside(server.database_url, "restarted")) as database:
        office = await open_office(database, RealClock())
        await office.complain(200)
        with workers_of(database, prefect_server, tmp_path) as workers:
            worker = await workers.start("slow", leg_cases=50)
            for kill, share in ((True, 20), (False, 110)):

                async def so_far(share=share):
                    return share < await database.value(CLASSIFIED)

                await until(so_far, what="a part of the surge")
                if kill:
                    server.kill("postgres")
                else:
                    await server.stop("postgres")
                    await server.start("postgres")
                await server.answering("postgres")
                await database.engine.dispose()
            await arrivals(database)(200)
            assert worker.alive
            # Which of its parts meets the outage is chance: the loop, the watch, or a leg in flight.
            told = [line for line in worker.lines() if line["event"] == "database away" or DATABASE_AWAY in str(line)]
            assert told, "nothing in its log says that the database was away"
        await assert_all_arrived(database, 200)
        assert await database.value("SELECT count(*) FROM events WHERE kind IN ('step_failed', 'quarantined')") == 0
