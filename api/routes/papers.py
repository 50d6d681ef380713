"""The report form 商务事故上报单 of an incident as data, page and PDF."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api import incident_views as views
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep
from api.incident_schemas import FormView
from api.incidents import find_incident
from api.problems import answers
from flows.acts.money import findings_of
from flows.incidents.forms import read_form, veiled
from flows.papers.paper import render
from flows.papers.veil import veil

router = APIRouter(tags=["incident 商务事故"], route_class=StrictRoute)
Language = Annotated[Literal["zh", "en"], Query()]
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": BINARY}}}
UNTRUSTED = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
PAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}


@router.get("/incidents/{case_id}/form", responses=answers(404))
async def read_report_form(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> FormView:
    """The report form as it stands: what the first report says, every field, what is missing."""
    facts, _, policy = await find_incident(connection, here, case_id, actor)
    form = veiled(await read_form(connection, here.desk.seal, case_id), await veil(connection, here.desk, facts, actor))
    found = (await findings_of(connection, [case_id])).get(case_id)
    return views.form_view(facts, form, found[-1] if found else None, policy)


@router.get("/incidents/{case_id}/form.html", response_class=HTMLResponse, responses=answers(404))
async def show_report_form(
    case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor, language: Language = "zh"
) -> HTMLResponse:
    """The report form as a page."""
    view = await read_report_form(case_id, here, connection, actor)
    return HTMLResponse(views.form_page(view, language), headers=PAGE)


@router.get(
    "/incidents/{case_id}/form.pdf",
    response_class=Response,
    responses=PDF | answers(404),
)
async def print_report_form(
    case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor, language: Language = "zh"
) -> Response:
    """The report form as a PDF to print and sign."""
    view = await read_report_form(case_id, here, connection, actor)
    made_at = await here.desk.clock.now(connection)
    await connection.commit()  # nothing is locked while the paper is made
    content = await asyncio.to_thread(render, views.form_paper(view, language, made_at))
    return Response(content, media_type="application/pdf", headers=UNTRUSTED)
