"""Opening the rounds of the last full week (每周回访): by the weekly schedule, or by Prefect's Run button.

1 sample 抽样回访      a round of drawn customers served in the week
2 census 投诉回访普查   a round of all complaints closed in the week, never pooled with the sample

The same week twice is one round, so a run too many does no harm, and a run that was late opens the week it finds.
"""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.acts.perform import Desk
from flows.revisits.opening import RoundWanted, open_round
from flows.room import Room, furnished
from models.values.case import Refusal
from models.values.round_terms import RoundKind

PROCEDURE = "rounds"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def rounds() -> State[str]:
    """Open both; the run's message says what came of it."""
    async with furnished() as room:
        said = [await open_one(room, kind) for kind in (RoundKind.DRAWN, RoundKind.CENSUS)]
    return Completed(message="; ".join(said))


@task(name="open", description="发起: a round of the last full week, unless there is one", cache_policy=NO_CACHE)
async def open_one(room: Room, kind: RoundKind) -> str:
    """What became of the round, in a sentence."""
    resources = room.resources
    async with resources.engine.begin() as connection:
        await room.policies.refresh(connection)
        desk = Desk(resources.seal, room.policies, resources.clock)
        try:
            opened = await open_round(connection, desk, None, RoundWanted(kind=kind))
        except Refusal as refusal:
            return f"{kind}: {refusal.reason.en}"
    period = f"{opened.details.first} to {opened.details.last}"
    return f"{kind}: case {opened.number}, {period}" + (", opened before" if opened.repeated else "")
