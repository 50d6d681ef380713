"""Shipments: what a customer's orders were, promised and became; the ground of classes, frames and order metrics."""

from datetime import date
from decimal import Decimal
from typing import cast

from sqlalchemy import Column, Date, Index, Numeric, String, Table, text
from sqlmodel import Field, SQLModel


class Shipment(SQLModel, table=True):
    """One line of an order. Dates are the source's own; `amount` is net of nothing: refunds are negative lines."""

    __tablename__ = "shipments"
    __table_args__ = (
        Index("shipments_waybill", "waybill_no", postgresql_where=text("waybill_no IS NOT NULL")),
        Index("shipments_ordered", "ordered_at"),
        *(
            Index(f"shipments_{place}", place, "ordered_at", postgresql_where=text(f"{place} IS NOT NULL"))
            for place in ("vehicle", "hub", "batch")
        ),
        Index(
            "shipments_late",
            "promised_at",
            postgresql_where=text("promised_at IS NOT NULL AND delivered_at IS NULL"),
        ),
    )

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    order_id: str = Field(primary_key=True, sa_type=String(64))
    ordered_at: date | None = Field(default=None, sa_type=Date)
    promised_at: date | None = Field(default=None, sa_type=Date)
    delivered_at: date | None = Field(default=None, sa_type=Date)
    amount: Decimal = Field(sa_column=Column(Numeric(16, 2), nullable=False))
    currency: str = Field(sa_type=String(3))
    profit: Decimal | None = Field(default=None, sa_column=Column(Numeric(16, 2)))
    billed_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric(16, 2)))
    review_score: int | None = None
    waybill_no: str | None = Field(default=None, sa_type=String(60))
    consignor_key: str | None = Field(default=None, sa_type=String(32))
    consignee_key: str | None = Field(default=None, sa_type=String(32))
    route: str | None = Field(default=None, sa_type=String(80))
    hub: str | None = Field(default=None, sa_type=String(80))
    vehicle: str | None = Field(default=None, sa_type=String(40))
    batch: str | None = Field(default=None, sa_type=String(40))
    pieces_ordered: int | None = None
    pieces_delivered: int | None = None
    damaged: int | None = None


shipments = cast(Table, Shipment.__table__)  # type: ignore[attr-defined]
