"""Starting a complaint."""

from fastapi import APIRouter, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.problems import answers
from api.schemas import Accepted
from api.views import links
from flows.acts.receive import Complaint, receive
from models.values.stage_terms import Stage

router = APIRouter(tags=["complaint 投诉"], route_class=StrictRoute)


@router.post("/complaints", status_code=202, responses=answers(repeatable=202))
async def start_complaint(
    said: Complaint, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> Accepted:
    """Accept a complaint (or whatever a caller wants): stored with its wake in one transaction, Prefect up or not."""
    received = await receive(connection, here.desk, actor, said, key)
    say_replayed(response, received.repeated)
    return Accepted(id=received.id, number=received.number, stage=Stage.RECEIVED, links=links(received.id))
