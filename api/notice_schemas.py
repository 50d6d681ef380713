"""Notices as the API answers them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api.schemas import ReasonView
from flows.notices.reading import NoticeState, Seen
from models.values.notice_terms import NoticeChannel
from models.values.people_terms import Role


class WayView(BaseModel):
    """One delivery on its way; `to` shows only enough of the address to know which."""

    channel: NoticeChannel
    to: str
    state: NoticeState
    attempts: int
    not_before: datetime
    delivered_at: datetime | None
    error: str | None


class NoticeView(BaseModel):
    """A notice, whom it is for and how far it came. `title` and `text` are None once erased."""

    id: UUID
    kind: str
    state: NoticeState
    case_id: UUID | None
    case_number: int | None
    to_staff: int | None
    to_unit: str | None
    to_role: Role | None
    title: ReasonView | None
    text: ReasonView | None
    created_at: datetime
    due_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    error: str | None
    must_acknowledge: bool
    acknowledged_at: datetime | None
    acknowledged_by: int | None
    replayed_at: datetime | None
    replayed_by: int | None
    deliveries: list[WayView]


class NoticePage(BaseModel):
    items: list[NoticeView]
    next: str | None


def notice_view(seen: Seen) -> NoticeView:
    row, said = seen.row, seen.payload or {}
    same = {name: row[name] for name in NoticeView.model_fields if name in row}
    return NoticeView(
        **same,
        state=seen.state,
        case_number=row["number"],
        title=ReasonView(**said["title"]) if said else None,
        text=ReasonView(**said["text"]) if said else None,
        deliveries=[WayView.model_validate(one, from_attributes=True) for one in seen.ways],
    )
