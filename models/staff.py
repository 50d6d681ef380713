"""Staff, and the tokens that say who is calling."""

from datetime import datetime
from typing import cast

from sqlalchemy import ARRAY, Column, String, Table, UniqueConstraint, func
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of
from models.values.vocabulary import Role


class Staff(SQLModel, table=True):
    """A named member of staff, or a system (web form, telephony) with the role `channel`."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", Role), UniqueConstraint("name", name="staff_name"))

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=String(80))
    role: str = Field(sa_type=String(20))
    unit: str | None = Field(default=None, sa_type=String(40))
    skills: list[str] = Field(sa_column=Column(ARRAY(String(24)), nullable=False, server_default="{}"))
    capacity: int = 20
    present: bool = True
    absent_since: datetime | None = Field(default=None, sa_type=Moment)
    """Since when (business time) he is not present."""
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
tokens = cast(Table, Token.__table__)  # type: ignore[attr-defined]
