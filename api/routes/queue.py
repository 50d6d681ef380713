"""My queue."""

from fastapi import APIRouter, Response

from api import reading
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.paging import AT_ONCE, Limit
from api.problems import answers
from api.queue_schemas import Queue, QueueItem, Taken
from api.views import reason, standard_wording, summary
from flows.acts import queue as queues

router = APIRouter(tags=["queue 队列"], route_class=StrictRoute)


@router.get("/queue", responses=answers())
async def my_queue(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    limit: Limit = AT_ONCE,
) -> Queue:
    """My work in order, with the reason for each place and what to say."""
    items = []
    found = await queues.queue(connection, here.desk, actor, limit)
    held = await reading.quarantined_among(connection, [one.facts.id for one in found])
    for place, one in enumerate(found, start=1):
        case = summary(one.facts, quarantined=one.facts.id in held)
        wording = standard_wording(one.facts, here.desk.policies.of(one.facts))
        why = reason(one.reason)
        items.append(QueueItem(place=place, reason=why, wording=wording, mine=one.mine, watched=one.watched, case=case))
    return Queue(items=items)


@router.post("/queue/take", responses=answers(409, repeatable=200))
async def take_next(here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response) -> Taken:
    """Take the next case that nobody owns and I may own."""
    done = await queues.take(connection, here.desk, actor, key)
    say_replayed(response, done.repeated)
    return Taken.model_validate(done.answer)
