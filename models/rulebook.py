"""Rulebooks as stored: by content hash, never changed; the newest adopted one is in force."""

from datetime import datetime
from typing import cast

from sqlalchemy import Column, String, Table, Text, func
from sqlmodel import Field, SQLModel

from models.columns import Moment


class RulebookVersion(SQLModel, table=True):
    __tablename__ = "rulebooks"

    hash: str = Field(primary_key=True, sa_type=String(64))
    content: str = Field(sa_type=Text)
    adopted_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.clock_timestamp()))


rulebooks = cast(Table, RulebookVersion.__table__)  # type: ignore[attr-defined]
