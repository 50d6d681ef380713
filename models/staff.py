"""Staff, and the tokens that say who is calling."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ARRAY, JSON, CheckConstraint, Column, Index, String, Table, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of
from models.values.people_terms import AbsenceReason, Role


class Staff(SQLModel, table=True):
    """A named member of staff, or a system (web form, telephony) with the role `channel`."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", Role), UniqueConstraint("name", name="staff_name"))

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=String(80))
    role: str = Field(sa_type=String(20))
    unit: str | None = Field(default=None, sa_type=String(40))
    skills: list[str] = Field(sa_column=Column(ARRAY(String(24)), nullable=False, server_default="{}"))
    languages: list[str] = Field(sa_column=Column(ARRAY(String(3)), nullable=False, server_default="{}"))
    shift: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """None: on duty at any hour (`models.values.shift`)."""
    capacity: int = 20
    left_at: datetime | None = Field(default=None, sa_type=Moment)
    """Business time; since then he gets no cases and his tokens are revoked."""
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class StaffAbsence(SQLModel, table=True):
    """Somebody is away, in business time: from a moment (none: already) until another (none: until further notice)."""

    __tablename__ = "absences"
    __table_args__ = (
        one_of("reason", AbsenceReason),
        CheckConstraint("begins < until", name="begins_before_it_ends"),
        CheckConstraint("deputy_id <> staff_id", name="somebody_else_deputises"),
        Index("absences_standing", "staff_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    begins: datetime | None = Field(default=None, sa_type=Moment)
    until: datetime | None = Field(default=None, sa_type=Moment)
    reason: str | None = Field(default=None, sa_type=String(16))
    deputy_id: int | None = Field(default=None, foreign_key="staff.id")
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    """Somebody was back before its end, or it was called off."""
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class Token(SQLModel, table=True):
    """A bearer token of one member of staff; only its SHA-256 is stored (the token itself is 256 random bits)."""

    __tablename__ = "tokens"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    digest: str = Field(sa_type=String(64), unique=True)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


staff = cast(Table, Staff.__table__)  # type: ignore[attr-defined]
absences = cast(Table, StaffAbsence.__table__)  # type: ignore[attr-defined]
tokens = cast(Table, Token.__table__)  # type: ignore[attr-defined]
