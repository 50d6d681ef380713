"""Photographs and papers: evidence of a complaint, pictures of an incident. Bytes sealed, their hash in the ledger."""

import base64
import hashlib
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import ACTIVE, Act, Setting
from flows.acts.inputs import ActInput
from flows.acts.refusals import Implausible
from flows.papers.media import media_of
from models.attachment import attachments
from models.values.case import CaseFacts, Decision, Refusal, Row
from models.values.stage_terms import EventKind


class Attach(ActInput):
    """A photograph or a paper. What it is must be what it says it is."""

    label: Literal["photograph", "paper"]
    media: str
    content: bytes


async def held(connection: AsyncConnection, facts: CaseFacts, said: Attach, setting: Setting) -> frozenset[str]:
    """What is attached so far, by digest."""
    query = select(attachments.c.digest).where(attachments.c.case_id == facts.id)
    return frozenset((await connection.execute(query)).scalars())


def attach(facts: CaseFacts, said: Attach, setting: Setting) -> Decision:
    bounds, so_far = setting.policy.rulebook.attachments, setting.loaded
    if len(said.content) > bounds.bytes_at_most:
        most = bounds.bytes_at_most // 1024
        raise Implausible(f"附件最大 {most} KiB", f"an attachment has at most {most} KiB")
    if said.media not in bounds.types:
        taken = ", ".join(bounds.types)
        raise Implausible(f"仅接受：{taken}", f"attachments are of the types {taken}")
    if media_of(said.content) != said.media:
        raise Implausible(
            "附件内容与所称类型不符，或文件不完整",
            "the attachment is not what it says: its content is of another type, or no whole file of this one",
        )
    if said.label == "photograph" and not said.media.startswith("image/"):
        raise Implausible("照片须为图片；文件请用 paper", "a photograph is an image; a document is a paper")
    digest = hashlib.sha256(said.content).hexdigest()
    if digest in so_far:
        raise Refusal("已附同一文件", "this very file is attached already")
    if len(so_far) >= bounds.at_most:
        raise Refusal(f"附件最多 {bounds.at_most} 份", f"a case has at most {bounds.at_most} attachments")
    size = len(said.content)
    row = {"case_id": facts.id, "digest": digest, "label": said.label, "media": said.media, "size": size}
    row |= {"at": setting.now, "staff_id": setting.actor.id}
    kept = Row("contents", {"digest": digest}, {"sealed": {"base64": base64.b64encode(said.content).decode()}})
    data = {"sha256": digest, "media": said.media, "size": size, "label": said.label}
    return Decision(EventKind.ATTACHED, {}, (), data, rows=(kept, Row("attachments", row)))


ATTACH = Act("attach", "附件 · attach a photograph or a paper", Attach, attach, ACTIVE, on_hold=True, seek=held)
"""Not among the acts that are JSON: its route takes a file."""
