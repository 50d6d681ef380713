"""What the crash tests wait for and ask of Prefect."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun

from tests.fixtures.database import Database
from tests.fixtures.worker import until

Arrivals = Callable[..., Awaitable[None]]
ARRIVED = """
SELECT count(*) FROM cases WHERE id IN (SELECT case_id FROM events WHERE kind = 'assigned')
AND id IN (SELECT case_id FROM wakes WHERE leg_id IS NULL)
"""


@pytest.fixture
def arrived(database: Database) -> Arrivals:
    """Wait until so many cases are assigned and held by no leg."""
    return arrivals(database)


def arrivals(database: Database) -> Arrivals:
    async def wait(count: int, within: float = 90.0) -> None:
        async def there() -> bool:
            return await database.value(ARRIVED) == count

        await until(there, within, what=f"the arrival of {count} cases")

    return wait


async def runs_of(database: Database, ops: PrefectClient) -> dict[UUID, FlowRun]:
    """Prefect's runs of the legs there are, by leg."""
    legs = await database.rows("SELECT id, flow_run_id FROM legs WHERE flow_run_id IS NOT NULL")
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=[leg.flow_run_id for leg in legs]))
    runs = {run.id: run for run in await ops.read_flow_runs(flow_run_filter=wanted)}
    return {leg.id: runs[leg.flow_run_id] for leg in legs if leg.flow_run_id in runs}


async def all_reported(database: Database) -> None:
    """Wait until Prefect has heard the end of every leg that had a run."""

    async def told() -> bool:
        query = "SELECT count(*) FROM legs WHERE reported_at IS NULL AND flow_run_id IS NOT NULL"
        return bool(await database.value(query) == 0)

    await until(told, what="Prefect hearing of every end")
