"""The case: the row that stands where the complaint stands."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    Numeric,
    RowMapping,
    SmallInteger,
    String,
    Table,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Bytes, Moment, one_of
from models.values.case import CaseFacts, Deadline, Reason
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import (
    BusinessLine,
    Category,
    Channel,
    CustomerClass,
    HandlingMethod,
    HoldReason,
    Kind,
    Outcome,
    Party,
    Procedure,
    Severity,
)


class Case(SQLModel, table=True):
    """One complaint (or other request). Every column but the ledger's `head` and the clocks' `due_at` is a fact."""

    __tablename__ = "cases"
    __table_args__ = (
        one_of("procedure", Procedure),
        one_of("stage", Stage),
        one_of("kind", Kind),
        one_of("category", Category),
        one_of("severity", Severity),
        one_of("channel", Channel),
        one_of("outcome", Outcome),
        one_of("customer_class", CustomerClass),
        Index("cases_waybill", "waybill", postgresql_where=text("waybill IS NOT NULL")),
        Index("cases_owner", "owner_id", postgresql_where=text("owner_id IS NOT NULL AND closed_at IS NULL")),
        Index("cases_open", "stage", postgresql_where=text("closed_at IS NULL")),
        Index("cases_unowned", "stage", postgresql_where=text("owner_id IS NULL AND closed_at IS NULL")),
        Index("cases_watched", "watch", postgresql_where=text("overdue AND closed_at IS NULL")),
        Index("cases_reference", "reference", postgresql_where=text("reference IS NOT NULL")),
        Index("cases_caller", "caller_key", postgresql_where=text("caller_key IS NOT NULL")),
        Index("cases_customer", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("cases_linked_to", "linked_to", postgresql_where=text("linked_to IS NOT NULL")),
        Index("cases_overdue", "id", postgresql_where=text("overdue AND closed_at IS NULL")),
        Index("cases_pattern", "category", "recorded_at"),
        Index("cases_number", "number", unique=True),
        Index("cases_rounds", "id", postgresql_where=text("procedure = 'round'")),
        Index("cases_incidents", "id", postgresql_where=text("procedure = 'incident'")),
    )

    id: UUID = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, Identity(), nullable=False))
    procedure: str = Field(sa_column=Column(String(24), nullable=False, server_default=Procedure.COMPLAINT.value))
    stage: str = Field(sa_type=String(20))
    version: int = 1
    events: int = 0
    head: bytes = Field(sa_type=Bytes)
    received_at: datetime = Field(sa_type=Moment)
    recorded_at: datetime = Field(sa_type=Moment)
    channel: str = Field(sa_type=String(12))
    party: str = Field(sa_type=String(20))
    caller_key: str | None = Field(default=None, sa_type=String(32))
    customer_id: int | None = Field(default=None, foreign_key="customers.id")
    reference: str | None = Field(default=None, sa_type=String(200))
    waybill: str | None = Field(default=None, sa_type=String(60))
    kind: str | None = Field(default=None, sa_type=String(16))
    category: str | None = Field(default=None, sa_type=String(24))
    secondary: str | None = Field(default=None, sa_type=String(24))
    severity: str | None = Field(default=None, sa_type=String(10))
    business_line: str = Field(default=BusinessLine.UNKNOWN, sa_type=String(12))
    unit: str | None = Field(default=None, sa_type=String(40))
    customer_class: str | None = Field(default=None, sa_type=String(1))
    proposed_kind: str | None = Field(default=None, sa_type=String(16))
    proposed_category: str | None = Field(default=None, sa_type=String(24))
    confidence: float | None = None
    urgent: list[str] = Field(sa_column=Column(ARRAY(String(16)), nullable=False, server_default="{}"))
    level: int = 0
    owner_id: int | None = Field(default=None, foreign_key="staff.id")
    handler_id: int | None = Field(default=None, foreign_key="staff.id")
    proposer_id: int | None = Field(default=None, foreign_key="staff.id")
    named_staff: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False, server_default="{}"))
    named_units: list[str] = Field(sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}"))
    method: str | None = Field(default=None, sa_type=String(16))
    remedy: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    paid: Decimal = Field(default=Decimal(0), sa_column=Column(Numeric(14, 2), nullable=False, server_default="0"))
    outcome: str | None = Field(default=None, sa_type=String(16))
    withdrawn: bool = False
    rejections: int = 0
    reopenings: int = 0
    attempts: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    satisfaction: int | None = None
    expectation: int | None = None
    solved: bool | None = None
    hold: str | None = Field(default=None, sa_type=String(20))
    linked_to: UUID | None = Field(default=None, foreign_key="cases.id")
    poked: bool = False
    sibling_of: UUID | None = Field(default=None, foreign_key="cases.id")
    root_cause: str | None = Field(default=None, sa_type=String(80))
    liable: str | None = Field(default=None, sa_type=String(40))
    liable_units: list[str] = Field(sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}"))
    score: float | None = None
    clocks: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))
    overdue: bool = False
    watch: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    rulebook: str | None = Field(default=None, sa_type=String(64))
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    settlings: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    firm_liable: bool | None = None
    details: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="{}"))


cases = cast(Table, Case.__table__)  # type: ignore[attr-defined]
INCIDENTS = cases.c.procedure == literal_column(f"'{Procedure.INCIDENT}'")
"""Spelled out, not bound: so that the planner sees that `cases_incidents` holds them all."""

_TERMS = {
    "procedure": Procedure,
    "stage": Stage,
    "channel": Channel,
    "party": Party,
    "kind": Kind,
    "category": Category,
    "secondary": Category,
    "severity": Severity,
    "business_line": BusinessLine,
    "customer_class": CustomerClass,
    "proposed_kind": Kind,
    "proposed_category": Category,
    "method": HandlingMethod,
    "outcome": Outcome,
    "hold": HoldReason,
}
_LISTS = ("urgent", "named_staff", "named_units", "liable_units", "attempts")
_DEADLINE = tuple(field.name for field in fields(Deadline) if field.name != "why")
FACTS = tuple(field.name for field in fields(CaseFacts))


def to_facts(row: RowMapping) -> CaseFacts:
    """A row of `cases` as rules see it."""
    values: dict[str, Any] = {name: row[name] for name in FACTS}
    for name, term in _TERMS.items():
        if values[name] is not None:
            values[name] = term(values[name])
    for name in _LISTS:
        values[name] = tuple(values[name])
    values["clocks"] = tuple(_to_deadline(entry) for entry in values["clocks"])
    return CaseFacts(**values)


def to_columns(changes: dict[str, Any]) -> dict[str, Any]:
    """Changed facts as column values."""
    columns = dict(changes)
    for name in _LISTS:
        if name in columns:
            columns[name] = list(columns[name])
    if "clocks" in columns:
        columns["clocks"] = [_from_deadline(deadline) for deadline in columns["clocks"]]
    return columns


def _to_deadline(entry: dict[str, Any]) -> Deadline:
    moments = ("started_at", "due_at", "remind_at", "met_at", "paused_at", "escalate_at")
    values = {**entry, **{name: datetime.fromisoformat(entry[name]) for name in moments if entry.get(name)}}
    return Deadline(**{**values, "name": ClockName(entry["name"]), "why": Reason(**entry["why"])})


def _from_deadline(deadline: Deadline) -> dict[str, Any]:
    """By hand, not by `asdict`: that copies deeply, and this runs for every case that is saved."""
    entry: dict[str, Any] = {"why": {"zh": deadline.why.zh, "en": deadline.why.en}}
    for name in _DEADLINE:
        value = getattr(deadline, name)
        if value not in (None, False, 0):
            entry[name] = value.isoformat() if isinstance(value, datetime) else value
    return entry
