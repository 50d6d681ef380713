"""Beside incidents: which shipments a customer was, or is to be, told about."""

from typing import cast
from uuid import UUID

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, String, Table
from sqlmodel import Field, SQLModel


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


shipment_notices = cast(Table, ShipmentNotice.__table__)  # type: ignore[attr-defined]
