"""Late shipments (承诺未达): customers whose shipment was not delivered by the promised day are told before they ask.

Each morning: one notice task a customer, for all of his shipments whose promised day passed and that no task, and no
complaint of his, is about yet. Nothing is claimed: it runs by its schedule, or by hand; twice is once.
"""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.incidents.late import Opened, open_some
from flows.room import Room, furnished

PROCEDURE = "late_shipments"


@task(name="open notices", description="承诺未达: one task a customer", cache_policy=NO_CACHE)
async def open_notices(room: Room) -> Opened:
    """Batch by batch, each in a transaction of its own: killed half-way, the next run goes on."""
    customers = shipments = 0
    while True:
        async with room.resources.engine.begin() as connection:
            policy = await room.policies.refresh(connection)
            now = await room.resources.clock.now(connection)
            opened = await open_some(connection, room.resources.seal, policy, now)
        if not opened.customers:
            return Opened(customers, shipments)
        customers, shipments = customers + opened.customers, shipments + opened.shipments


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def late_shipments() -> State[str]:
    """Open what is to be opened; the run's message says how much."""
    async with furnished() as room:
        opened = await open_notices(room)
    return Completed(message=f"{opened.customers} customers are to be told of {opened.shipments} shipments")
