"""Customers: one identity across orders, phones and channels."""

from datetime import datetime
from typing import cast

from sqlalchemy import Boolean, Column, Index, String, Table, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from models.columns import Bytes, Moment


class Customer(SQLModel, table=True):
    """`code` is the customer's number in the firm's own systems. The name is sealed; `name_key` finds it again.

    A merged customer stays as a row that points to the one it became, so that a merge can be undone.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("code", name="customers_code"),
        Index("customers_name_key", "name_key", postgresql_where=text("name_key IS NOT NULL")),
        Index("customers_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(sa_type=String(64))
    name: bytes | None = Field(default=None, sa_type=Bytes)
    name_key: str | None = Field(default=None, sa_type=String(32))
    line: str | None = Field(default=None, sa_type=String(40))
    branch: str | None = Field(default=None, sa_type=String(80))
    prospect: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    do_not_call: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    account_manager_id: int | None = Field(default=None, foreign_key="staff.id")
    merged_into: int | None = Field(default=None, foreign_key="customers.id")
    verified_at: datetime | None = Field(default=None, sa_type=Moment)
    erased_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class Phone(SQLModel, table=True):
    """A number that reaches a customer; `key` is its keyed digest (E.164), `number` the sealed number."""

    __tablename__ = "phones"
    __table_args__ = (Index("phones_customer", "customer_id"),)

    key: str = Field(primary_key=True, sa_type=String(32))
    customer_id: int = Field(foreign_key="customers.id")
    number: bytes = Field(sa_type=Bytes)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


customers = cast(Table, Customer.__table__)  # type: ignore[attr-defined]
phones = cast(Table, Phone.__table__)  # type: ignore[attr-defined]
