"""Rounds of revisits: a period's frozen frame, what was drawn from it by which seed, and what came of each draw."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Moment, one_of
from models.values.round_terms import Disposition, RoundKind, RoundState


class Round(SQLModel, table=True):
    """One round: a kind and a period (both days inclusive) are one round, however often it is asked for.

    What was frozen and drawn is in `plan` (models.values.sampling.Plan): the rulebook's section as it was used, the
    strata, what was merged into what, sizes. `frame_hash` and `draw_hash` are SHA-256 of the canonical rows.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        one_of("kind", RoundKind),
        one_of("state", RoundState),
        CheckConstraint("from_day <= to_day", name="period_in_order"),
        UniqueConstraint("kind", "from_day", "to_day", name="rounds_period"),
        Index("rounds_case", "case_id", unique=True, postgresql_where=text("case_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(sa_type=String(16))
    from_day: date = Field(sa_type=Date)
    to_day: date = Field(sa_type=Date)
    state: str = Field(sa_type=String(12))
    estimand: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """What the round estimates, as a sentence in `zh` and `en`."""
    population: int
    """Rows of the frame."""
    frame_hash: str = Field(sa_type=String(64))
    draw_hash: str = Field(sa_type=String(64))
    seed: int = Field(sa_column=Column(BigInteger, nullable=False))
    plan: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    rulebook: str = Field(sa_type=String(64))
    """Content hash of the rulebook it was planned by."""
    case_id: UUID | None = Field(default=None, foreign_key="cases.id")
    """The round's own case, of procedure `round`."""
    opened_at: datetime = Field(sa_type=Moment)
    closes_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False, server_default=func.now()))


class RoundMember(SQLModel, table=True):
    """One row of a round's frame: whom an answer would be about, with the shipment or the complaint it is about.

    Frames are large (a row for each customer served) and written once, so nothing but the key is indexed and nothing
    checks a reference row by row: customers are never deleted, and what is here is what is hashed.
    """

    __tablename__ = "round_members"

    round_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    """1 … population, by customer (and complaint)."""
    customer_id: int | None = None
    """The standing record (not a merged one). None: a complaint whose caller is no known customer."""
    shipment_customer_id: int | None = None
    """Whose shipment it is: the customer, or a record merged into it."""
    order_id: str | None = Field(default=None, sa_type=String(64))
    complaint_id: UUID | None = None
    cell: int
    """Class × line × branch: its number in the plan's `cells`."""


class RoundDraw(SQLModel, table=True):
    """A drawn row of the frame. Excluding somebody is a disposition of his draw, with its reason; the draw stays."""

    __tablename__ = "round_draws"
    __table_args__ = (
        one_of("disposition", Disposition),
        ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        UniqueConstraint("round_id", "stratum", "place", name="round_draws_place"),
        Index("round_draws_customer", "customer_id", "settled_at", postgresql_where=text("customer_id IS NOT NULL")),
        Index("round_draws_contact", "contact_id", unique=True, postgresql_where=text("contact_id IS NOT NULL")),
    )

    round_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    """Of the frame."""
    customer_id: int | None = Field(default=None, foreign_key="customers.id")
    stratum: int
    """Its number in the plan's `strata`."""
    place: int
    """1, 2, 3 … in the random order of its stratum."""
    replicate: int = Field(sa_column=Column(SmallInteger, nullable=False))
    """0: the sample; 1, 2 …: reserves, each released as a whole."""
    released_at: datetime | None = Field(default=None, sa_type=Moment)
    disposition: str | None = Field(default=None, sa_type=String(16))
    """How it ended; None: not released, or not worked yet."""
    reason: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """Why, in `zh` and `en`, where the centre's own rule decided it."""
    contact_id: UUID | None = Field(default=None, foreign_key="cases.id")
    """The contact: a case of procedure `revisit`."""
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
    """When it got its disposition; for an answer, when it was given."""


rounds = cast(Table, Round.__table__)  # type: ignore[attr-defined]
round_members = cast(Table, RoundMember.__table__)  # type: ignore[attr-defined]
round_draws = cast(Table, RoundDraw.__table__)  # type: ignore[attr-defined]
