"""The event: one line of the append-only ledger."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, Column, Index, String, Table, func, text
from sqlmodel import Field, SQLModel

from models.columns import Bytes, Moment, one_of
from models.values.stage_terms import EventKind, Stage


class Event(SQLModel, table=True):
    """What happened to a case: who, what, why, when, in which leg.

    `at` is business time, `recorded_at` the database's. `data` holds nothing personal; what people wrote is `sealed`,
    whose digest alone is in the chain, so it can be erased. `hash` links to the event before it.
    """

    __tablename__ = "events"
    __table_args__ = (
        one_of("kind", EventKind),
        one_of("stage", Stage),
        Index("events_at", "at", postgresql_using="brin"),
        Index("events_promised", "at", postgresql_where=text("kind = 'promised'")),
        Index("events_leg", "leg_id", postgresql_where=text("leg_id IS NOT NULL")),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id")
    seq: int = Field(primary_key=True)
    kind: str = Field(sa_type=String(24))
    stage: str = Field(sa_type=String(20))
    version: int
    at: datetime = Field(sa_type=Moment)
    recorded_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.clock_timestamp()))
    actor_id: int | None = Field(default=None, foreign_key="staff.id")
    leg_id: UUID | None = None
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    sealed: bytes | None = Field(default=None, sa_type=Bytes)
    sealed_digest: str | None = Field(default=None, sa_type=String(64))
    hash: bytes = Field(sa_type=Bytes)


events = cast(Table, Event.__table__)  # type: ignore[attr-defined]
