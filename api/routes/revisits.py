"""Rounds of revisits: opened, looked at; the questionnaire; one-time links."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.paging import AT_ONCE, Limit
from api.problems import answers
from api.revisit_schemas import LinkGiven, QuestionnaireView, RoundAccepted, RoundList, questionnaire_view, round_view
from api.views import links as links_of
from flows.acts import once
from flows.acts.perform import perform
from flows.acts.refusals import NotFound
from flows.revisits import links
from flows.revisits.listed import rounds_listed
from flows.revisits.opening import RoundWanted, open_round
from models.values.people_terms import Role
from models.values.round_terms import RoundKind

router = APIRouter(tags=["revisit 回访"], route_class=StrictRoute)


@router.post("/revisits/rounds", status_code=202, responses=answers(409, repeatable=202))
async def open_revisits(
    said: RoundWanted, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> RoundAccepted:
    """Open a round: customers of a period drawn at random, or those listed. The same period twice is one round."""
    first = await once.answered(connection, actor.id, key)
    repeated = first is not None
    if first is None:
        opened = await open_round(connection, here.desk, actor, said)
        first = RoundAccepted.of(opened, links_of(opened.id)).model_dump(mode="json")
        await once.keep(connection, actor.id, key, first)
        repeated = opened.repeated
    say_replayed(response, repeated)
    return RoundAccepted.model_validate(first)


@router.get("/revisits/rounds", responses=answers())
async def list_rounds(
    connection: Connection,
    actor: Actor,
    kind: RoundKind | None = None,
    limit: Limit = AT_ONCE,
) -> RoundList:
    """The newest first: what each is about, how far it is."""
    if actor.role is Role.CHANNEL:
        raise NotFound
    return RoundList(items=[round_view(one) for one in await rounds_listed(connection, kind, limit)])


@router.get("/revisits/questionnaire", responses=answers())
async def read_questionnaire(here: OfficeDep, actor: Actor) -> QuestionnaireView:
    """What is asked at a revisit, in both languages, by the rulebook in force."""
    policy = here.desk.policies.current
    return questionnaire_view(policy.rulebook.questionnaire, policy.hash)


@router.post(
    "/cases/{case_id}/acts/send-link",
    responses=answers(404, 409, repeatable=200),
    summary="一次性链接 · a link by which the customer answers himself",
)
async def send_link(
    case_id: UUID,
    said: links.SendLink,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> LinkGiven:
    """A one-time link for the customer of a contact; an earlier link of it is good no more."""
    done = await perform(connection, here.desk, links.SEND_LINK, case_id, actor, said, key)
    say_replayed(response, done.repeated)
    path, expires_at = await links.current(connection, here.desk, case_id)
    return LinkGiven(**done.answer, path=path, expires_at=expires_at)
