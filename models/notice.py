"""Notices: what somebody must be told, whom it went to, who gets what by which channel, and the alarms that stand."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from models.columns import Bytes, Moment, one_of
from models.values.notice_terms import NOBODY, AlarmName, NoticeChannel

KIND_LENGTH = 40
WAITS = f"delivered_at IS NULL AND failed_at IS NULL AND error IS DISTINCT FROM '{NOBODY}'"
"""Spelled out, as in `NoticeState`'s conditions: so that the planner sees that `notices_waiting` holds them all."""

LAST_SETTLED = "GREATEST(delivered_at, failed_at, resolved_at)"


def _no() -> Column[bool]:
    return Column(Boolean, nullable=False, server_default=text("false"))


class Notice(SQLModel, table=True):
    """One thing to tell, addressed to a member of staff, a unit or a role; to none of them: to who asked for the kind.

    Written in the transaction of what it tells of (`Row("notices", …, sealed={"payload": …})`), then delivered.
    `payload` is sealed: `{"title": {"zh", "en"}, "text": {"zh", "en"}}`. `created_at`, `due_at`, `delivered_at` and
    `acknowledged_at` are business time; `due_at` None: at once. `pokes`: its case looks up when it was delivered,
    acknowledged or failed. `payload` None: erased, with its customer or because of its age. Kinds are the procedures'
    own, so no CHECK holds them together (`NoticeKind` lists them).
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("num_nonnulls(to_staff, to_unit, to_role) <= 1", name="one_addressee"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"),
        Index(
            "notices_unresolved",
            "due_at",
            "id",
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("notices_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index("notices_failed", "id", postgresql_where=text("failed_at IS NOT NULL")),
        Index("notices_waiting", "id", postgresql_where=text(WAITS)),
        Index("notices_settled", text(LAST_SETTLED)),
        Index("notices_kept", text(LAST_SETTLED), postgresql_where=text("payload IS NOT NULL")),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True, default=uuid7))
    kind: str = Field(sa_type=String(KIND_LENGTH))
    case_id: UUID | None = Field(
        # Deferred: the notice may be written before the case that the same decision opens.
        sa_column=Column(ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), nullable=True)
    )
    to_staff: int | None = Field(default=None, foreign_key="staff.id")
    to_unit: str | None = Field(default=None, sa_type=String(40))
    to_role: str | None = Field(default=None, sa_type=String(20))
    payload: bytes | None = Field(default=None, sa_type=Bytes)
    must_acknowledge: bool = Field(default=False, sa_column=_no())
    pokes: bool = Field(default=False, sa_column=_no())
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    resolved_at: datetime | None = Field(default=None, sa_type=Moment)
    delivered_at: datetime | None = Field(default=None, sa_type=Moment)
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str | None = Field(default=None, sa_type=String(200))
    acknowledged_at: datetime | None = Field(default=None, sa_type=Moment)
    acknowledged_by: int | None = Field(default=None, foreign_key="staff.id")
    replayed_at: datetime | None = Field(default=None, sa_type=Moment)
    replayed_by: int | None = Field(default=None, foreign_key="staff.id")


class Subscription(SQLModel, table=True):
    """Where somebody wants to be told, and what about: an empty list of kinds is everything addressed to him.

    Of a member of staff, a unit or a role; of none of them: the whole centre's, which hears of its kinds whomever they
    are addressed to. `target` is sealed: `{"to": address or URL, "secret": …}`; `target_key` keeps it from being there
    twice. `made_by`, `ended_by` None: the command line.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        one_of("channel", NoticeChannel),
        CheckConstraint("num_nonnulls(staff_id, unit, role) <= 1", name="one_subscriber"),
        Index("subscriptions_target", "target_key", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    unit: str | None = Field(default=None, sa_type=String(40))
    role: str | None = Field(default=None, sa_type=String(20))
    kinds: list[str] = Field(sa_column=Column(ARRAY(String(KIND_LENGTH)), nullable=False, server_default="{}"))
    channel: str = Field(sa_type=String(12))
    target: bytes = Field(sa_type=Bytes)
    target_key: str = Field(sa_type=String(32))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))
    made_by: int | None = Field(default=None, foreign_key="staff.id")
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: int | None = Field(default=None, foreign_key="staff.id")


class Delivery(SQLModel, table=True):
    """One notice on its way to one subscription: at least once, and each try of it under the notice's id.

    `lease_until` is the fencing token as well: whoever comes back later than that finds another. It and `not_before`
    are database time.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "subscription_id", name="deliveries_once"),
        Index(
            "deliveries_waiting",
            "not_before",
            postgresql_where=text("delivered_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True, default=uuid7))
    notice_id: UUID = Field(foreign_key="notices.id")
    subscription_id: int = Field(foreign_key="subscriptions.id")
    attempts: int = 0
    not_before: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    worker: str | None = Field(default=None, sa_type=String(80))
    delivered_at: datetime | None = Field(default=None, sa_type=Moment)
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str | None = Field(default=None, sa_type=String(200))


class Alarm(SQLModel, table=True):
    """Something wrong with the centre itself, from when it was seen until it was over; told once, and once again then.

    `subject` tells alarms of one name apart (a case); it is empty where there can only be one.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        one_of("name", AlarmName),
        Index("alarms_standing", "name", "subject", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=String(24))
    subject: str = Field(default="", sa_column=Column(String(40), nullable=False, server_default=""))
    raised_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


notices = cast(Table, Notice.__table__)  # type: ignore[attr-defined]
subscriptions = cast(Table, Subscription.__table__)  # type: ignore[attr-defined]
deliveries = cast(Table, Delivery.__table__)  # type: ignore[attr-defined]
alarms = cast(Table, Alarm.__table__)  # type: ignore[attr-defined]
settled_at = func.greatest(notices.c.delivered_at, notices.c.failed_at, notices.c.resolved_at)
"""`LAST_SETTLED` in a query: of one that does not wait any more."""
