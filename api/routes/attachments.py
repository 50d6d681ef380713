"""Photographs and papers of a case: evidence of a complaint, pictures of an incident."""

import base64
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Path, Response, UploadFile

from api import reading
from api.attachments import AttachmentList, attachment_view, of_content
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.problems import answers
from api.routes.papers import UNTRUSTED
from api.schemas import ActDone
from flows.acts.attaching import ATTACH, Attach
from flows.acts.inputs import VERSION_AT_MOST
from flows.acts.perform import perform
from flows.acts.refusals import NotFound
from flows.papers.attached import list_attachments, read_attachment
from models.values.attachments import MEDIA
from models.values.permissions import Permit

router = APIRouter(tags=["case 工单"], route_class=StrictRoute)
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
ATTACHED: dict[int | str, dict[str, Any]] = {200: {"content": dict.fromkeys(MEDIA, BINARY)}}


@router.post("/cases/{case_id}/attachments", responses=answers(404, 409, repeatable=200))
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
    await reading.find_case(connection, here.desk, case_id, actor, Permit.READ_EVENTS)
    done = await perform(connection, here.desk, ATTACH, case_id, actor, said, of_content(key, case_id, said))
    say_replayed(response, done.repeated)
    return ActDone(**done.answer)


@router.get("/cases/{case_id}/attachments", responses=answers(404))
async def read_attachments(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> AttachmentList:
    """What is attached, by SHA-256."""
    await reading.find_case(connection, here.desk, case_id, actor, Permit.READ_EVENTS)
    rows = await list_attachments(connection, case_id)
    return AttachmentList(items=[attachment_view(row) for row in rows])


@router.get(
    "/cases/{case_id}/attachments/{sha256}",
    response_class=Response,
    responses=ATTACHED | answers(404),
)
async def download_attachment(
    case_id: UUID, sha256: Sha256, here: OfficeDep, connection: Connection, actor: Actor
) -> Response:
    """One attachment as it was sent."""
    await reading.find_case(connection, here.desk, case_id, actor, Permit.READ_EVENTS)
    found = await read_attachment(connection, case_id, sha256)
    if found is None or found[1] is None:
        raise NotFound
    content = base64.b64decode(here.desk.seal.open(found[1])["base64"])
    return Response(content, media_type=found[0], headers=UNTRUSTED)
