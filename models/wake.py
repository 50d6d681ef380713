"""The wake: when a case next wants attention. It says when, never why."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, String, Table, func, text
from sqlmodel import Field, SQLModel

from models.columns import Moment


class Wake(SQLModel, table=True):
    """One row a case.

    `due_at` is business time (None: never again), `order_at` the same moved back by rank, so that the most urgent goes
    first and nobody is overtaken for longer than the bound; `not_before` is database time (back-off). `leg_id` is the
    leg that holds it: the fencing token. `alone`: its next leg carries nothing else.
    """

    __tablename__ = "wakes"
    __table_args__ = (
        Index(
            "wakes_claimable",
            "procedure",
            "order_at",
            postgresql_where=text("leg_id IS NULL AND quarantined_at IS NULL AND due_at IS NOT NULL"),
        ),
        Index("wakes_due", "due_at", postgresql_where=text("quarantined_at IS NULL AND due_at IS NOT NULL")),
        Index("wakes_leg", "leg_id", postgresql_where=text("leg_id IS NOT NULL")),
        Index("wakes_place", "place_at", "case_id", postgresql_where=text("due_at IS NOT NULL")),
        Index("wakes_quarantined", "quarantined_at", postgresql_where=text("quarantined_at IS NOT NULL")),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    procedure: str = Field(sa_type=String(24))
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    order_at: datetime | None = Field(default=None, sa_type=Moment)
    not_before: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))
    rank: int = 0
    place_at: datetime | None = Field(default=None, sa_type=Moment)
    """By what its place in people's queues is found (`flows.rules.order`)."""
    attempts: int = 0
    alone: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    leg_id: UUID | None = None
    error: str | None = Field(default=None, sa_type=String(500))
    quarantined_at: datetime | None = Field(default=None, sa_type=Moment)


wakes = cast(Table, Wake.__table__)  # type: ignore[attr-defined]
