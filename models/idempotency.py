"""First answers, kept so that a repeated request gets the same one."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, Column, String, Table, func
from sqlmodel import Field, SQLModel

from models.columns import Moment


class IdempotencyKey(SQLModel, table=True):
    """Written in the transaction of the effect it stands for; `request` is the digest of method, path and body."""

    __tablename__ = "idempotency_keys"

    staff_id: int = Field(primary_key=True, foreign_key="staff.id")
    key: str = Field(primary_key=True, sa_type=String(200))
    request: str = Field(sa_type=String(64))
    status: int
    answer: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


idempotency_keys = cast(Table, IdempotencyKey.__table__)  # type: ignore[attr-defined]
