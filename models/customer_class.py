"""ABC(D): each computation is a snapshot; overrides carry a reason and an end."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import JSON, Column, Date, Index, Numeric, String, Table, func
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of
from models.values.vocabulary import CustomerClass


class ClassSnapshot(SQLModel, table=True):
    """One computation: period (both days inclusive), basis (amount or profit), cut points, N, shares by class."""

    __tablename__ = "class_snapshots"

    id: int | None = Field(default=None, primary_key=True)
    from_day: date = Field(sa_type=Date)
    to_day: date = Field(sa_type=Date)
    basis: str = Field(sa_type=String(10))
    currency: str = Field(sa_type=String(3))
    cut_points: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    n: int
    shares: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    computed_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class ClassMember(SQLModel, table=True):
    """The class of one customer in one snapshot, with the amount it stands on."""

    __tablename__ = "class_members"
    __table_args__ = (one_of("customer_class", CustomerClass), Index("class_members_customer", "customer_id"))

    snapshot_id: int = Field(primary_key=True, foreign_key="class_snapshots.id")
    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    customer_class: str = Field(sa_type=String(1))
    amount: Decimal = Field(sa_column=Column(Numeric(18, 2), nullable=False))
    rank: int


class ClassOverride(SQLModel, table=True):
    """A class given by a person: by whom, why, until when (inclusive)."""

    __tablename__ = "class_overrides"
    __table_args__ = (one_of("customer_class", CustomerClass), Index("class_overrides_customer", "customer_id"))

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id")
    customer_class: str = Field(sa_type=String(1))
    reason: str = Field(sa_type=String(200))
    until: date = Field(sa_type=Date)
    staff_id: int = Field(foreign_key="staff.id")
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class_snapshots = cast(Table, ClassSnapshot.__table__)  # type: ignore[attr-defined]
class_members = cast(Table, ClassMember.__table__)  # type: ignore[attr-defined]
class_overrides = cast(Table, ClassOverride.__table__)  # type: ignore[attr-defined]
