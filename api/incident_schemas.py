"""What the API answers about incidents."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from api.schemas import CaseSummary, ReasonView
from flows.acts.inputs import Input, Text
from models.values.incident_terms import IncidentGrade, IncidentKind
from models.values.money_terms import LiableKind


class LiableShare(BaseModel):
    kind: LiableKind
    party: str
    percent: Decimal


class IncidentView(BaseModel):
    """An incident; what is None is not known. `missing`: required fields of its form that are empty."""

    case: CaseSummary
    kind: IncidentKind
    grade: IncidentGrade | None
    unit: str | None
    discovered_at: datetime
    phoned_at: datetime | None
    what: str | None
    where: str | None
    waybills: list[str]
    vehicle: str | None
    """As hub and batch: all that are known, with 、 between them."""
    hub: str | None
    batch: str | None
    value: Decimal | None
    casualties: int | None
    dangerous_goods: bool | None
    knows: int
    acknowledged_by: int | None
    duties: list[str]
    counterpart: str | None
    presumed: bool
    liable: str | None
    shares: list[LiableShare]
    """Who bears it, by the last finding (or the presumption); its history: `GET /cases/{id}/settlement`."""
    standing: str | None
    """Of that finding: open to an appeal, appealed, or final; None: nothing was found yet."""
    appeal_until: datetime | None
    missing: list[str]
    root_cause: str | None
    attachments: int
    complaints: list[UUID]
    """Complaints about the same event, linked under it."""
    notices: int
    """Customers with a notice task."""


class EndComplaints(Input):
    """What the incident's finding answers to all who complained about it."""

    finding: Text
    after: UUID | None = None
    """`next` of the answer before: go on behind it."""


class StandingComplaint(BaseModel):
    """A complaint that was not ended, and why."""

    id: UUID
    why: ReasonView


class EndedComplaints(BaseModel):
    """Complaints whose customers are told next, and those that stand as they were; `more`: go on after `next`."""

    ended: list[UUID]
    standing: list[StandingComplaint]
    more: bool
    next: UUID | None


class AffectedShipment(BaseModel):
    order_id: str
    waybill: str | None
    customer: int
    customer_code: str
    ordered_at: date | None
    promised_at: date | None
    delivered_at: date | None
    complaint: UUID | None
    """The newest complaint about its waybill."""
    notice: UUID | None
    """The task by which its customer is told."""


class AffectedPage(BaseModel):
    """A page of the affected, and how many there are in all."""

    shipments: int
    customers: int
    items: list[AffectedShipment]
    next: str | None


class FormFieldView(BaseModel):
    name: str
    label: ReasonView
    part: ReasonView
    kind: str
    required: bool
    value: str | None
    shown: ReasonView
    """The value as people read it."""


class FormView(BaseModel):
    """The report form 商务事故上报单, by its version in the rulebook. `facts`: what the first report says already."""

    title: ReasonView
    version: int
    number: int
    complete: bool
    missing: list[str]
    filled_at: datetime | None
    facts: list[FormFieldView]
    fields: list[FormFieldView]


class UnitScore(BaseModel):
    """One unit: what it reported, how it was scored (0–1 means, None: not measured), what it was liable for."""

    unit: str
    reported: int
    open: int
    critical: int
    late_minutes: float | None
    """How long after the discovery it reported, the median in minutes."""
    score: float | None
    reporting: float | None
    completeness: float | None
    containment: float | None
    repeats: float | None
    promises: float | None
    """Of what was promised, the share kept in time."""
    liable: int
    presumed: int
    """Of those it is liable for: by its silence."""
    cases: list[UUID]
    """Those it reported."""
    liable_cases: list[UUID]
    """Those it is liable for."""


class IncidentsReport(BaseModel):
    first: date | None
    last: date | None
    units: list[UnitScore]
