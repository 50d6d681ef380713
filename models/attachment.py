"""Photographs and papers attached to cases: what a case has, and the bytes, which are kept once."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Uuid
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from models.columns import Bytes, Moment


class Attachment(SQLModel, table=True):
    """A photograph or a paper of a case; its bytes are in `contents`, by their SHA-256, which is in the ledger."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("label IN ('photograph', 'paper')", name="label_term"),
        Index("attachments_once", "case_id", "digest", unique=True),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True, default=uuid7))
    case_id: UUID = Field(foreign_key="cases.id")
    digest: str = Field(
        sa_column=Column(ForeignKey("contents.digest", deferrable=True, initially="DEFERRED"), nullable=False)
    )
    label: str = Field(sa_type=String(12))
    media: str = Field(sa_type=String(40))
    size: int
    """Bytes."""
    at: datetime = Field(sa_type=Moment)
    staff_id: int = Field(foreign_key="staff.id")


class Content(SQLModel, table=True):
    """What was attached, sealed; the same bytes are kept once, whatever they are attached to."""

    __tablename__ = "contents"

    digest: str = Field(primary_key=True, sa_type=String(64))
    sealed: bytes | None = Field(default=None, sa_type=Bytes)
    """None: erased."""


attachments = cast(Table, Attachment.__table__)  # type: ignore[attr-defined]
contents = cast(Table, Content.__table__)  # type: ignore[attr-defined]
