"""Customers: one identity across orders, phones and channels."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, String, Table, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from models.columns import Bytes, Moment, one_of
from models.values.people_terms import AccessKind


class Customer(SQLModel, table=True):
    """`code` is the customer's number in the firm's own systems. The name is sealed; `name_key` finds it again.

    A merged customer stays as a row that points to the one it became, so that a merge can be undone: his phones,
    shipments and cases stay with his row. `merged_into` is worked out from the standing merges: the end of the chain,
    never a link of it.
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


class Merge(SQLModel, table=True):
    """Two records were one customer: who said so, why, and whether it was undone. Reasons are sealed."""

    __tablename__ = "merges"
    __table_args__ = (
        Index("merges_standing", "customer_id", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index("merges_into", "into_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customers.id")
    into_id: int = Field(foreign_key="customers.id")
    staff_id: int = Field(foreign_key="staff.id")
    reason: bytes | None = Field(default=None, sa_type=Bytes)
    at: datetime = Field(sa_type=Moment)
    undone_by: int | None = Field(default=None, foreign_key="staff.id")
    undone_reason: bytes | None = Field(default=None, sa_type=Bytes)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)


class PossibleDuplicate(SQLModel, table=True):
    """An import gave `customer_id` a phone that reaches `of_id`: for a person to merge, or not."""

    __tablename__ = "possible_duplicates"

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    of_id: int = Field(primary_key=True, foreign_key="customers.id")
    found_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class Erasure(SQLModel, table=True):
    """A customer whose personal data was erased; `code_key` keeps a later import from bringing it back."""

    __tablename__ = "erasures"

    customer_id: int = Field(primary_key=True, foreign_key="customers.id")
    code_key: str = Field(sa_type=String(32), unique=True)
    staff_id: int = Field(foreign_key="staff.id")
    reason: bytes = Field(sa_type=Bytes)
    at: datetime = Field(sa_type=Moment)


class Access(SQLModel, table=True):
    """Somebody saw a customer's record: who, when, whose, how; never by which number. Business time; reasons sealed."""

    __tablename__ = "accesses"
    __table_args__ = (
        one_of("kind", AccessKind),
        Index("accesses_customer", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("accesses_staff", "staff_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    """None: the command line."""
    customer_id: int | None = Field(default=None, foreign_key="customers.id")
    """None: nobody was found."""
    caller_key: str | None = Field(default=None, sa_type=String(32))
    """Keyed digest of who was looked for, as cases carry it; and the waybill: they tell whose case is at hand."""
    waybill: str | None = Field(default=None, sa_type=String(60))
    case_id: UUID | None = Field(default=None, foreign_key="cases.id")
    """The case whose dossier was printed."""
    kind: str = Field(sa_type=String(12))
    reason: bytes | None = Field(default=None, sa_type=Bytes)
    at: datetime = Field(sa_type=Moment)


customers = cast(Table, Customer.__table__)  # type: ignore[attr-defined]
phones = cast(Table, Phone.__table__)  # type: ignore[attr-defined]
merges = cast(Table, Merge.__table__)  # type: ignore[attr-defined]
possible_duplicates = cast(Table, PossibleDuplicate.__table__)  # type: ignore[attr-defined]
erasures = cast(Table, Erasure.__table__)  # type: ignore[attr-defined]
accesses = cast(Table, Access.__table__)  # type: ignore[attr-defined]
