"""Complaints about an incident, ended together with it."""

from uuid import UUID

from fastapi import APIRouter, Response

from api import reading
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.incident_schemas import EndComplaints, EndedComplaints
from api.incidents import find_incident
from api.problems import answers
from flows.acts.joined import end_joined

router = APIRouter(tags=["incident 商务事故"], route_class=StrictRoute)


@router.post("/incidents/{case_id}/end-complaints", responses=answers(404, repeatable=200))
async def end_complaints(
    case_id: UUID,
    said: EndComplaints,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> EndedComplaints:
    """End complaints linked under an incident with its finding: their owners tell the customers next."""
    await find_incident(connection, here, case_id, actor)
    visible = await reading.sight(connection, here.desk, actor)
    done = await end_joined(connection, here.desk, case_id, actor, said.finding, said.after, visible, key)
    say_replayed(response, done.repeated)
    return EndedComplaints.model_validate(done.answer)
