"""Beside incidents: their attachments, and which shipments a customer was to be told about."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, String, Table, Uuid
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from models.columns import Bytes, Moment


class Attachment(SQLModel, table=True):
    """A photograph or a paper of an incident; its bytes are in `contents`, by their SHA-256, which is in the ledger."""

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


class ShipmentNotice(SQLModel, table=True):
    """A shipment its customer was, or is to be, told about, in the notice task `case_id`; its key keeps that to once.

    `cause`: the id of an incident, or `promise` for a promised day that passed.
    """

    __tablename__ = "shipment_notices"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "order_id"], ["shipments.customer_id", "shipments.order_id"]),
        Index("shipment_notices_case", "case_id"),
    )

    cause: str = Field(primary_key=True, sa_type=String(36))
    customer_id: int = Field(primary_key=True)
    order_id: str = Field(primary_key=True, sa_type=String(64))
    case_id: UUID = Field(
        # Deferred: the row may be written before the case that the same decision opens.
        sa_column=Column(ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), nullable=False)
    )


attachments = cast(Table, Attachment.__table__)  # type: ignore[attr-defined]
contents = cast(Table, Content.__table__)  # type: ignore[attr-defined]
shipment_notices = cast(Table, ShipmentNotice.__table__)  # type: ignore[attr-defined]
