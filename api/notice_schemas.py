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


class SubscriptionView(BaseModel):
    """Whose it is (nobody's in particular: the whole centre's), which kinds it gets (none named: all) and where."""

    id: int
    staff_id: int | None
    unit: str | None
    role: Role | None
    kinds: list[str]
    channel: NoticeChannel
    target: str
    created_at: datetime
    made_by: int | None


class SubscriptionList(BaseModel):
    items: list[SubscriptionView]


class SubscriptionMade(BaseModel):
    """`secret`: what the receiver of a webhook checks signatures with (standardwebhooks.com), shown this once."""

    id: int
    secret: str | None


class SubscriptionEnded(BaseModel):
    id: int
