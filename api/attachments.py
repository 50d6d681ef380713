"""What the API answers about attachments, and the key of an upload."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from flows.acts.attaching import Attach
from flows.acts.once import Key


class AttachmentView(BaseModel):
    """A photograph or a paper of a case; `size` in bytes, `by` the id of who attached it."""

    sha256: str
    label: str
    media: str
    size: int
    at: datetime
    by: int


class AttachmentList(BaseModel):
    items: list[AttachmentView]


def attachment_view(row: Mapping[Any, Any]) -> AttachmentView:
    same = {name: row[name] for name in ("label", "media", "size", "at")}
    return AttachmentView(**same, sha256=row["digest"], by=row["staff_id"])


def of_content(key: Key | None, case_id: UUID, said: Attach) -> Key | None:
    """The key of an upload, told by what it brings: a client that repeats it puts another boundary around it."""
    if key is None:
        return None
    whole = [str(case_id), said.version, said.label, said.media, hashlib.sha256(said.content).hexdigest()]
    return Key(key.value, hashlib.sha256(json.dumps(whole).encode()).hexdigest())
