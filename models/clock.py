"""The simulated clock: a row that stands still until it is told to jump. Refused outside a demo database."""

from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, Table
from sqlmodel import Field, SQLModel

from models.columns import Moment


class SimulatedClock(SQLModel, table=True):
    """At most one row. A database that holds one is a demo database for good: no real case was ever in it."""

    __tablename__ = "simulated_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    now: datetime = Field(sa_type=Moment)


simulated_clock = cast(Table, SimulatedClock.__table__)  # type: ignore[attr-defined]
