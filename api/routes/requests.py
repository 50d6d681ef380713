"""The other doors: enquiries, consultations, suggestions, manual services. What it is, is known from the door."""

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import StrictRoute
from api.desk import Actor, Connection, Office, OfficeDep, OnceKey, say_replayed
from api.problems import answers
from api.schemas import Accepted
from api.views import links
from flows.acts.doors import Consultation, Enquiry, Service, Suggestion
from flows.acts.once import Key
from flows.acts.receive import receive
from models.values.case import StaffFacts
from models.values.stage_terms import Stage

router = APIRouter(tags=["request 其他受理"], route_class=StrictRoute)


@router.post("/enquiries", status_code=202, responses=answers(repeatable=202))
async def start_enquiry(
    said: Enquiry, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> Accepted:
    """Accept an enquiry 查询; text that surely says something else goes to a person."""
    return await _accept(said, here, connection, actor, key, response)


@router.post("/consultations", status_code=202, responses=answers(repeatable=202))
async def start_consultation(
    said: Consultation, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> Accepted:
    """Accept a consultation 咨询."""
    return await _accept(said, here, connection, actor, key, response)


@router.post("/suggestions", status_code=202, responses=answers(repeatable=202))
async def start_suggestion(
    said: Suggestion, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> Accepted:
    """Accept a suggestion 建议: it gets an owner and an answer that says what becomes of it."""
    return await _accept(said, here, connection, actor, key, response)


@router.post("/manual-services", status_code=202, responses=answers(repeatable=202))
async def start_manual_service(
    said: Service, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> Accepted:
    """Accept a manual service 人工受理: shipping, transfer, pick-up and delivery, city or long-haul dispatch."""
    return await _accept(said, here, connection, actor, key, response)


async def _accept(
    said: Enquiry, here: Office, connection: AsyncConnection, actor: StaffFacts, key: Key | None, response: Response
) -> Accepted:
    received = await receive(connection, here.desk, actor, said, key, said.door)
    say_replayed(response, received.repeated)
    return Accepted(id=received.id, number=received.number, stage=Stage.RECEIVED, links=links(received.id))
