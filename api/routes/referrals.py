"""The regulator (12305): referrals come in, dossiers go out."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.money_schemas import ReferralTaken
from api.problems import answers
from api.views import links
from flows.acts.refer import Referral, refer
from flows.papers.compiling import compile_dossier
from flows.papers.dossier import dossier_paper
from flows.papers.paper import render

router = APIRouter(tags=["regulator 监管"], route_class=StrictRoute)
PDF = "application/pdf"


@router.post("/referrals", status_code=202, responses=answers(404, 409, repeatable=202))
async def take_referral(
    said: Referral, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> ReferralTaken:
    """A referral of the regulator: linked to its complaint, or opening one; its own clock starts. One number, once."""
    taken = await refer(connection, here.desk, actor, said, key)
    say_replayed(response, taken.repeated)
    fields = {name: value for name, value in vars(taken).items() if name != "repeated"}
    return ReferralTaken(**fields, referral=said.number, links=links(taken.id))


@router.get(
    "/cases/{case_id}/dossier",
    response_class=Response,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}, **answers(404)},
)
async def read_dossier(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> Response:
    """Timeline, evidence, deadlines and the proof of the ledger as PDF. That you read it is on record."""
    compiled = await compile_dossier(connection, here.desk, case_id, actor)
    await connection.commit()  # the record of it stands, and nothing is locked while the paper is made
    made = await asyncio.to_thread(lambda: render(dossier_paper(compiled)))
    name = f"dossier-{compiled.facts.number}.pdf"
    return Response(made, media_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}"'})
