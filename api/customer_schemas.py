"""What the API answers about customers. Names and numbers are masked by role."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

from api.schemas import CaseSummary, ReasonView
from models.values.vocabulary import CustomerClass


class OrderView(BaseModel):
    order_id: str
    waybill: str | None
    ordered_at: date | None
    promised_at: date | None
    delivered_at: date | None
    amount: Decimal
    currency: str
    review_score: int | None
    route: str | None
    damaged: int | None


class PromiseView(BaseModel):
    """A promise still to keep."""

    case: CaseSummary
    promise: int
    due_at: datetime
    overdue: bool
    what: str | None
    """None once erased."""


class RevisitView(BaseModel):
    """The last time the customer was revisited."""

    at: datetime
    case: CaseSummary
    satisfaction: int | None
    solved: bool | None


class IndicatorView(BaseModel):
    """A figure with its method. Without a value it was not measured, and `missing` says why."""

    name: str
    name_zh: str
    measured: bool
    value: Decimal | None
    unit: str
    of: int
    method: ReasonView
    missing: ReasonView | None


class StaleView(BaseModel):
    stale: bool
    since: date
    why: ReasonView


class CustomerSummary(BaseModel):
    """A match of a look-up."""

    id: int
    code: str
    name: str | None
    phones: list[str]
    customer_class: CustomerClass | None
    prospect: bool


class CustomerView(CustomerSummary):
    """Who is calling."""

    merged_codes: list[str]
    line: str | None
    branch: str | None
    do_not_call: bool
    account_manager: str | None
    erased: bool
    verified_at: datetime | None
    record: StaleView
    orders_in_all: int
    orders: list[OrderView]
    open_cases: list[CaseSummary]
    earlier_cases: list[CaseSummary]
    promises: list[PromiseView]
    last_revisit: RevisitView | None
    indicators: list[IndicatorView]


class LookupAnswer(BaseModel):
    """One match: `customer`. Several (one name, one waybill): `matches`. None: `cases` the caller made all the same."""

    customer: CustomerView | None
    matches: list[CustomerSummary]
    cases: list[CaseSummary]


class Unmasked(BaseModel):
    """The customer's numbers in full; that you saw them is on record."""

    id: int
    phones: list[str]
