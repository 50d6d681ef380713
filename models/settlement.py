"""Settlements, payments, findings on liability, referrals: rows beside the case, in the transaction of their event."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Numeric, String, Table, text
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of
from models.values.money_terms import LiableKind, LimitBasis, PaymentKind, PaymentState

MONEY = Numeric(14, 2)


class Settlement(SQLModel, table=True):
    """One a case: the loss, the most that is owed, the customer's agreement. Who agreed is named in the ledger only."""

    __tablename__ = "settlements"
    __table_args__ = (
        one_of("limit_basis", LimitBasis),
        CheckConstraint("(agreed_at IS NULL) = (agreed_amount IS NULL)", name="settlements_agreed"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    currency: str = Field(sa_type=String(3))
    declared_value: Decimal | None = Field(default=None, sa_column=Column(MONEY))
    freight: Decimal | None = Field(default=None, sa_column=Column(MONEY))
    loss: Decimal | None = Field(default=None, sa_column=Column(MONEY))
    owed_at_most: Decimal | None = Field(default=None, sa_column=Column(MONEY))
    limit_basis: str | None = Field(default=None, sa_type=String(16))
    evidence: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    agreed_amount: Decimal | None = Field(default=None, sa_column=Column(MONEY))
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    agreed_how: str | None = Field(default=None, sa_type=String(12))
    agreed_party: str | None = Field(default=None, sa_type=String(20))


class Payment(SQLModel, table=True):
    """One payment; its number counts within the case, its voucher is what finance files it under."""

    __tablename__ = "payments"
    __table_args__ = (
        one_of("kind", PaymentKind),
        one_of("state", PaymentState),
        CheckConstraint("amount > 0", name="payments_amount"),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="payments_paid"),
        Index("payments_open", "due_at", postgresql_where=text("state IN ('awaiting', 'confirmed')")),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    number: int = Field(primary_key=True)
    kind: str = Field(sa_type=String(16))
    amount: Decimal = Field(sa_column=Column(MONEY, nullable=False))
    currency: str = Field(sa_type=String(3))
    state: str = Field(sa_type=String(12))
    voucher: str = Field(sa_type=String(32), unique=True)
    requested_by: int = Field(foreign_key="staff.id")
    requested_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    confirmed_by: int | None = Field(default=None, foreign_key="staff.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    paid_by: int | None = Field(default=None, foreign_key="staff.id")
    paid_on: date | None = Field(default=None, sa_type=Date)
    reference: str | None = Field(default=None, sa_type=String(64))


class LiabilityFinding(SQLModel, table=True):
    """Who is liable: round 0 presumed, 1 decided, 2 after the one appeal. The grounds are in the ledger, sealed."""

    __tablename__ = "liability_findings"
    __table_args__ = (CheckConstraint("round IN (0, 1, 2)", name="liability_findings_round"),)

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    round: int = Field(primary_key=True)
    firm_liable: bool
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    """None: presumed on whoever kept silent."""
    decided_at: datetime = Field(sa_type=Moment)
    appeal_until: datetime | None = Field(default=None, sa_type=Moment)
    appealed_at: datetime | None = Field(default=None, sa_type=Moment)
    appealed_by: int | None = Field(default=None, foreign_key="staff.id")
    appellant: str | None = Field(default=None, sa_type=String(40))


class LiabilityShare(SQLModel, table=True):
    """What part of a case a unit or carrier bears by a finding, in percent; those of a finding add up to 100."""

    __tablename__ = "liability_shares"
    __table_args__ = (
        one_of("kind", LiableKind),
        CheckConstraint("percent > 0 AND percent <= 100", name="liability_shares_percent"),
        Index("liability_shares_party", "party"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    round: int = Field(primary_key=True)
    party: str = Field(primary_key=True, sa_type=String(40))
    kind: str = Field(sa_type=String(12))
    percent: Decimal = Field(sa_column=Column(Numeric(5, 2), nullable=False))


class Referral(SQLModel, table=True):
    """A complaint that the regulator sent on, by the regulator's own number; `clock` is the `ref` of its clock."""

    __tablename__ = "referrals"
    __table_args__ = (Index("referrals_case", "case_id"),)

    number: str = Field(primary_key=True, sa_type=String(40))
    case_id: UUID = Field(foreign_key="cases.id")
    clock: int
    opened: bool
    """Whether it opened the case, or was linked to one."""
    received_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    recorded_by: int = Field(foreign_key="staff.id")
    answered_at: datetime | None = Field(default=None, sa_type=Moment)


settlements = cast(Table, Settlement.__table__)  # type: ignore[attr-defined]
payments = cast(Table, Payment.__table__)  # type: ignore[attr-defined]
liability_findings = cast(Table, LiabilityFinding.__table__)  # type: ignore[attr-defined]
liability_shares = cast(Table, LiabilityShare.__table__)  # type: ignore[attr-defined]
referrals = cast(Table, Referral.__table__)  # type: ignore[attr-defined]
