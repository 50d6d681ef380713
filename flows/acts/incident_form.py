"""The centre completes the report form 商务事故上报单, and what belongs to it is attached."""

import base64
import hashlib
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Text
from flows.acts.refusals import Implausible
from flows.incidents.media import media_of
from flows.rules import clocks, follow_up, incident_course, report_form
from models.incident import attachments
from models.values.case import CaseFacts, Decision, Refusal, Row
from models.values.incident import Incident
from models.values.vocabulary import ClockName, EventKind

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Written = Annotated[Text, Field(max_length=4000)]


class FillForm(ActInput):
    """Fields of the report form by name, as written on paper; null empties one. The rulebook names the fields."""

    fields: Annotated[dict[Name, Written | None], Field(min_length=1, max_length=100)]


class Attach(ActInput):
    """A photograph or a paper. What it is must be what it says it is."""

    label: Literal["photograph", "paper"]
    media: str
    content: bytes


def fill_form(facts: CaseFacts, said: FillForm, setting: Setting) -> Decision:
    form, incident = setting.policy.incidents.form, Incident.of(facts.details)
    if found := report_form.mistakes(said.fields, form):
        raise Implausible(";".join(one.zh for one in found[:5]), "; ".join(one.en for one in found[:5]))
    filled = report_form.filled(incident.filled, said.fields, form)
    complete = form.required <= set(filled)
    left = clocks.meet(facts.clocks, ClockName.FORM, setting.now) if complete else facts.clocks
    data = {
        "form": form.version,
        "fields": sorted(said.fields),
        "complete": complete,
        "missing": sorted(form.required - set(filled)),
    }
    late = follow_up.overdue(left, setting.now)
    changes = {"details": incident.but(filled=filled), "clocks": left, "overdue": late}
    return Decision(EventKind.FORM_FILLED, changes, (), data, {"fields": said.fields})


async def held(connection: AsyncConnection, facts: CaseFacts, said: Attach, setting: Setting) -> frozenset[str]:
    """What is attached so far, by digest."""
    query = select(attachments.c.digest).where(attachments.c.case_id == facts.id)
    return frozenset((await connection.execute(query)).scalars())


def attach(facts: CaseFacts, said: Attach, setting: Setting) -> Decision:
    bounds, so_far = setting.policy.incidents.attachments, setting.loaded
    if len(said.content) > bounds.bytes_at_most:
        most = bounds.bytes_at_most // 1024
        raise Implausible(f"附件最大 {most} KiB", f"an attachment has at most {most} KiB")
    if said.media not in bounds.types:
        taken = ", ".join(bounds.types)
        raise Implausible(f"仅接受:{taken}", f"attachments are of the types {taken}")
    if media_of(said.content) != said.media:
        raise Implausible(
            "附件内容与所称类型不符", "the attachment is not what it says: its content is of another type"
        )
    digest = hashlib.sha256(said.content).hexdigest()
    if digest in so_far:
        raise Refusal("已附同一文件", "this very file is attached already")
    if len(so_far) >= bounds.at_most:
        raise Refusal(f"附件最多 {bounds.at_most} 份", f"an incident has at most {bounds.at_most} attachments")
    incident = Incident.of(facts.details)
    size = len(said.content)
    row = {"case_id": facts.id, "digest": digest, "label": said.label, "media": said.media, "size": size}
    row |= {"at": setting.now, "staff_id": setting.actor.id}
    kept = Row("contents", {"digest": digest}, {"sealed": {"base64": base64.b64encode(said.content).decode()}})
    data = {"sha256": digest, "media": said.media, "size": size, "label": said.label}
    changes = {"details": incident.but(attachments=incident.attachments + 1)}
    return Decision(EventKind.ATTACHED, changes, (), data, rows=(kept, Row("attachments", row)))


AT = incident_course.UNDER_WAY
ACTS = (Act("fill-form", "填写上报单 · fill in the report form", FillForm, fill_form, incident_course.GRADED),)
ATTACH = Act("attach", "附件 · attach a photograph or a paper", Attach, attach, AT, on_hold=True, seek=held)
"""Not among the acts that are JSON: its route takes a file."""
