"""The leg: one flow run carrying one or more cases; a row too, so the story outlives Prefect's retention."""

from datetime import datetime
from enum import StrEnum
from typing import cast
from uuid import UUID

from sqlalchemy import Column, Index, String, Table, func, text
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of


class LegState(StrEnum):
    OPEN = "open"
    ENDED = "ended"
    DEAD = "dead"
    """Past its lease: its wakes were returned by another worker."""
    GIVEN_BACK = "given_back"
    """Prefect was away when it should have opened."""


class Leg(SQLModel, table=True):
    """`id` is the fencing token. `reported_at` is when Prefect last heard the run's final state."""

    __tablename__ = "legs"
    __table_args__ = (
        one_of("state", LegState),
        Index("legs_lease", "lease_until", postgresql_where=text("state = 'open'")),
        Index("legs_opened", "opened_at", "id"),
        Index(
            "legs_unreported",
            "ended_at",
            postgresql_where=text("ended_at IS NOT NULL AND reported_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    procedure: str = Field(sa_type=String(24))
    worker: str = Field(sa_type=String(80))
    state: str = Field(default=LegState.OPEN, sa_type=String(12))
    opened_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))
    lease_until: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    reported_at: datetime | None = Field(default=None, sa_type=Moment)
    cancel_requested_at: datetime | None = Field(default=None, sa_type=Moment)
    flow_run_id: UUID | None = None
    cases: int = 0
    carried: int = 0
    deferred: int = 0
    quarantined: int = 0
    message: str | None = Field(default=None, sa_type=String(200))


legs = cast(Table, Leg.__table__)  # type: ignore[attr-defined]
