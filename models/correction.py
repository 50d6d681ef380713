"""What staff corrected in the classifier's readings, to learn from; and each training with its verdict."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Column, Index, String, Table, func
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of
from models.values.vocabulary import BusinessLine, Category, Kind, Severity


class Correction(SQLModel, table=True):
    """The last word of a person on a case that the system had read otherwise.

    No text: that stands sealed in the case's first event, so that erasing it there takes the example away as well.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("category", Category),
        one_of("severity", Severity),
        one_of("business_line", BusinessLine),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    kind: str = Field(sa_type=String(16))
    category: str | None = Field(default=None, sa_type=String(24))
    secondary: str | None = Field(default=None, sa_type=String(24))
    severity: str = Field(sa_type=String(10))
    business_line: str = Field(sa_type=String(12))
    read_kind: str = Field(sa_type=String(16))
    """What the system had read."""
    read_category: str | None = Field(default=None, sa_type=String(24))
    confidence: float | None = None
    staff_id: int = Field(foreign_key="staff.id")
    at: datetime = Field(sa_type=Moment)


class Training(SQLModel, table=True):
    """New weights beside the present ones: on how many texts, how both read, and whether they may replace them."""

    __tablename__ = "trainings"
    __table_args__ = (Index("trainings_at", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))
    staff_id: int = Field(foreign_key="staff.id")
    weights: str | None = Field(default=None, sa_type=String(16))
    """Their name; None: they read worse and were not kept."""
    against: str | None = Field(default=None, sa_type=String(16))
    """The weights they were compared with."""
    texts: int
    corrections: int
    mark: float
    present_mark: float
    verdict: str = Field(sa_type=String(200))


corrections = cast(Table, Correction.__table__)  # type: ignore[attr-defined]
trainings = cast(Table, Training.__table__)  # type: ignore[attr-defined]
