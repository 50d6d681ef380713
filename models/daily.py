"""The summary of each day (每日总结) and the hand-over at each shift (交接班): counted once, when the time had come."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, Date, Index, String, Table, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Moment


class DailySummary(SQLModel, table=True):
    """`figures` holds counts and case numbers, nothing personal; `until` is the business time they stand for."""

    __tablename__ = "daily_summaries"
    __table_args__ = (Index("daily_summaries_notice", "notice_id"),)

    day: date = Field(sa_column=Column(Date, primary_key=True))
    until: datetime = Field(sa_type=Moment)
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    notice_id: UUID = Field(foreign_key="notices.id")
    computed_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class ShiftHandover(SQLModel, table=True):
    """What a shift takes over, by the name the rulebook gives it; `day` is the day it begins on."""

    __tablename__ = "shift_handovers"
    __table_args__ = (Index("shift_handovers_notice", "notice_id"),)

    day: date = Field(sa_column=Column(Date, primary_key=True))
    shift: str = Field(sa_column=Column(String(40), primary_key=True))
    until: datetime = Field(sa_type=Moment)
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    notice_id: UUID = Field(foreign_key="notices.id")
    computed_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


daily_summaries = cast(Table, DailySummary.__table__)  # type: ignore[attr-defined]
shift_handovers = cast(Table, ShiftHandover.__table__)  # type: ignore[attr-defined]
