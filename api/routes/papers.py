"""The papers of an incident: the report form 商务事故上报单 as data, page and PDF, and what is attached to it."""

import asyncio
import base64
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Response, UploadFile
from fastapi.responses import HTMLResponse

from api import incident_views as views
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey
from api.incident_schemas import AttachmentList, FormView
from api.incidents import find_incident, of_content
from api.problems import answers
from api.schemas import ActDone
from flows.acts.incident_form import ATTACH, Attach
from flows.acts.inputs import VERSION_AT_MOST
from flows.acts.perform import perform
from flows.acts.refusals import NotFound
from flows.incidents.forms import list_attachments, read_attachment, read_form
from flows.papers.paper import render
from models.values.incident_policy import MEDIA

router = APIRouter(tags=["incident 商务事故"], route_class=StrictRoute)
Language = Annotated[Literal["zh", "en"], Query()]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": BINARY}}}
ATTACHED: dict[int | str, dict[str, Any]] = {200: {"content": dict.fromkeys(MEDIA, BINARY)}}
UNTRUSTED = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
PAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}


@router.get("/incidents/{case_id}/form", responses=answers(404))
async def read_report_form(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> FormView:
    """The report form as it stands: what the first report says, every field, what is missing."""
    facts, _, policy = await find_incident(connection, here, case_id, actor)
    return views.form_view(facts, await read_form(connection, here.desk.seal, case_id), policy)


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


@router.post("/incidents/{case_id}/attachments", responses=answers(404, 409, repeatable=200))
async def attach_file(
    case_id: UUID,
    version: Annotated[int, Form(ge=1, le=VERSION_AT_MOST)],
    label: Annotated[Literal["photograph", "paper"], Form()],
    file: UploadFile,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> ActDone:
    """Attach a photograph or a paper; its type is looked at, its SHA-256 goes into the ledger."""
    media = (file.content_type or "").partition(";")[0].strip().lower()
    said = Attach(version=version, label=label, media=media, content=await file.read())
    await find_incident(connection, here, case_id, actor)
    done = await perform(connection, here.desk, ATTACH, case_id, actor, said, of_content(key, case_id, said))
    response.headers["Idempotent-Replayed"] = str(done.repeated).lower()
    return ActDone(**done.answer)


@router.get("/incidents/{case_id}/attachments", responses=answers(404))
async def read_attachments(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> AttachmentList:
    """What is attached, by SHA-256."""
    await find_incident(connection, here, case_id, actor)
    rows = await list_attachments(connection, case_id)
    return AttachmentList(items=[views.attachment_view(row) for row in rows])


@router.get(
    "/incidents/{case_id}/attachments/{sha256}",
    response_class=Response,
    responses=ATTACHED | answers(404),
)
async def download_attachment(
    case_id: UUID, sha256: Sha256, here: OfficeDep, connection: Connection, actor: Actor
) -> Response:
    """One attachment as it was sent."""
    await find_incident(connection, here, case_id, actor)
    found = await read_attachment(connection, case_id, sha256)
    if found is None or found[1] is None:
        raise NotFound
    content = base64.b64decode(here.desk.seal.open(found[1])["base64"])
    return Response(content, media_type=found[0], headers=UNTRUSTED)
