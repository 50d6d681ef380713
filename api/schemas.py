"""What the API answers. Table models are never request or response schemas."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from models.values.round_terms import RoundKind
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import (
    BusinessLine,
    Category,
    Channel,
    CustomerClass,
    HandlingMethod,
    HoldReason,
    Kind,
    ManualService,
    Outcome,
    Party,
    Procedure,
    Severity,
    SuggestionVerdict,
)


class Links(BaseModel):
    self: str
    events: str
    runs: str


class Accepted(BaseModel):
    """The case that was started; it is stored and will be carried, whatever happens to any process."""

    id: UUID
    number: int
    stage: Stage
    links: Links


class ReasonView(BaseModel):
    zh: str
    en: str


class ClockView(BaseModel):
    """A deadline with its derivation; `state`: running, paused, met, missed.

    `level`: how far up it has climbed since it was missed; `next_level_at`: when it climbs on, unless it is met.
    """

    name: str
    due_at: datetime
    started_at: datetime
    met_at: datetime | None
    calendar: str
    state: str
    level: int
    next_level_at: datetime | None
    promise: int | None
    why: ReasonView


class CaseSummary(BaseModel):
    id: UUID
    number: int
    reference: str | None
    procedure: Procedure
    stage: Stage
    version: int
    kind: Kind | None
    category: Category | None
    secondary: Category | None
    severity: Severity | None
    business_line: BusinessLine
    customer_class: CustomerClass | None
    urgent: list[str]
    owner: int | None
    level: int
    waybill: str | None
    received_at: datetime
    recorded_at: datetime
    next_deadline: datetime | None
    overdue: bool
    watch: int
    """While it is overdue: the level it was escalated to, which watches over it; 0: none above its owner."""
    hold: HoldReason | None
    outcome: Outcome | None
    score: float | None
    quarantined: bool
    links: Links


class Attempt(BaseModel):
    outcome: str
    at: datetime
    by: int | None = None


class Statement(BaseModel):
    """What the caller said; name and phone are masked. None once erased."""

    text: str
    remedy_sought: str | None
    caller_name: str | None
    caller_phone: str | None


class ContactView(BaseModel):
    """What only a contact of a round of revisits has. `complaint`: the one that the customer's words opened."""

    round_case: UUID
    kind: RoundKind
    order: str | None
    disposition: str | None
    complaint: UUID | None


class RequestView(BaseModel):
    """What is known of an enquiry, consultation, suggestion or manual service, also of one that became a complaint.

    `turn_asked`: somebody asked that the complaint become this kind; a second person decides. `was`: earlier kinds.
    """

    door: Kind | None
    service: ManualService | None
    verdict: SuggestionVerdict | None
    first_contact: bool | None
    turn_asked: Kind | None
    was: list[Kind]


class CaseView(CaseSummary):
    statement: Statement | None
    customer: int | None
    """By the id of the look-up of customers."""
    contact: ContactView | None
    request: RequestView
    channel: Channel
    party: Party
    unit: str | None
    handler: int | None
    proposed_kind: Kind | None
    proposed_category: Category | None
    confidence: float | None
    method: HandlingMethod | None
    remedy: dict[str, Any] | None
    paid: Decimal
    """Compensation carried out on the case so far, in the currency of its rulebook."""
    withdrawn: bool
    rejections: int
    reopenings: int
    attempts: list[Attempt]
    satisfaction: int | None
    expectation: int | None
    solved: bool | None
    linked_to: UUID | None
    linked: list[UUID]
    sibling_of: UUID | None
    root_cause: str | None
    liable: str | None
    firm_liable: bool | None
    """What the finding on liability says; None: there is none, and `liable` is a proposal."""
    rulebook: str | None
    closed_at: datetime | None
    clocks: list[ClockView]
    acts: list[str]
    """What the reader may do now."""


class CasePage(BaseModel):
    items: list[CaseSummary]
    next: str | None


class EventView(BaseModel):
    seq: int
    kind: EventKind
    stage: Stage
    version: int
    at: datetime
    recorded_at: datetime
    actor: str
    reasons: list[ReasonView]
    data: dict[str, Any]
    said: dict[str, Any] | None
    """What people wrote; None once erased."""
    run: UUID | None


class EventList(BaseModel):
    items: list[EventView]


class ActDone(BaseModel):
    """Where the case stands after the act, and the version to act on next."""

    id: UUID
    stage: Stage
    version: int
    owner: int | None


class Health(BaseModel):
    status: str
