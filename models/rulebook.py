"""Rulebooks as stored: by content hash, never changed; the newest adopted one is in force. And who changed it when."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Column, Index, String, Table, Text, Uuid, func, text
from sqlmodel import Field, SQLModel

from models.columns import Bytes, Moment, one_of
from models.values.people_terms import ChangeState


class RulebookVersion(SQLModel, table=True):
    """`adopted_at` is when it last came into force; None: proposed, and never in force so far."""

    __tablename__ = "rulebooks"

    hash: str = Field(primary_key=True, sa_type=String(64))
    content: str = Field(sa_type=Text)
    adopted_at: datetime | None = Field(
        default=None, sa_column=Column(Moment, nullable=True, server_default=func.clock_timestamp())
    )


class RulebookChange(SQLModel, table=True):
    """A rulebook proposed in place of `base`, and what a second person decided. Reasons are sealed; rows are added.

    `told_to` is the last open case that was told to work out its deadlines anew, `told_at` when all were.
    """

    __tablename__ = "rulebook_changes"
    __table_args__ = (
        one_of("state", ChangeState),
        Index("rulebook_changes_open", "hash", unique=True, postgresql_where=text("state = 'proposed'")),
        Index("rulebook_changes_untold", "id", postgresql_where=text("state = 'adopted' AND told_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(foreign_key="rulebooks.hash")
    base: str | None = Field(default=None, foreign_key="rulebooks.hash")
    """The one in force when it was proposed; None: the first of this database, which nobody proposed."""
    state: str = Field(sa_type=String(10))
    proposed_by: int | None = Field(default=None, foreign_key="staff.id")
    proposed_at: datetime = Field(sa_type=Moment)
    reason: bytes | None = Field(default=None, sa_type=Bytes)
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    remark: bytes | None = Field(default=None, sa_type=Bytes)
    told_to: UUID | None = Field(default=None, sa_type=Uuid)
    told_at: datetime | None = Field(default=None, sa_type=Moment)


class LearnedWeights(SQLModel, table=True):
    """Weights a centre trained itself, by the name its rulebooks give: so that every machine can read them."""

    __tablename__ = "learned_weights"

    name: str = Field(primary_key=True, sa_type=String(16))
    packed: bytes = Field(sa_type=Bytes)


rulebooks = cast(Table, RulebookVersion.__table__)  # type: ignore[attr-defined]
rulebook_changes = cast(Table, RulebookChange.__table__)  # type: ignore[attr-defined]
learned_weights = cast(Table, LearnedWeights.__table__)  # type: ignore[attr-defined]
