"""What the API answers about money: amounts are decimal text, so that no cent is lost, in a named currency."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from api.schemas import Links
from models.values.money_terms import EvidenceKind, LiableKind, LimitBasis, PaymentKind, PaymentState
from models.values.vocabulary import Party


class EvidenceView(BaseModel):
    kind: EvidenceKind
    reference: str
    sha256: str | None


class PaymentView(BaseModel):
    """A payment; `number` counts within the case. `due_at`: when finance should have paid."""

    case_id: UUID
    case_number: int
    number: int
    kind: PaymentKind
    amount: Decimal
    currency: str
    state: PaymentState
    voucher: str
    requested_by: int
    requested_at: datetime
    due_at: datetime
    agreed_at: datetime | None
    confirmed_by: int | None
    confirmed_at: datetime | None
    paid_by: int | None
    paid_on: date | None
    reference: str | None


class ShareView(BaseModel):
    """What part a unit or carrier bears, in percent, and what that is of what was paid so far."""

    kind: LiableKind
    party: str
    percent: Decimal
    charged: Decimal


class FindingView(BaseModel):
    """A decision on liability; `standing`: open to an appeal, appealed, or final."""

    round: int
    firm_liable: bool
    shares: list[ShareView]
    decided_by: int | None
    decided_at: datetime
    appeal_until: datetime | None
    appealed_at: datetime | None
    appellant: str | None
    standing: str


class SettlementView(BaseModel):
    """What is known of the loss, what is owed at most (None: not known), the customer's agreement, payments, liability.

    `committed` is paid or on its way; `elsewhere` is what other cases on the waybill promised or have paid. Amounts are
    in `currency`; what those cases have in `other_currencies` is in none of them.
    """

    case_id: UUID
    currency: str
    declared_value: Decimal | None
    freight: Decimal | None
    loss: Decimal | None
    owed_at_most: Decimal | None
    limit_basis: LimitBasis | None
    evidence: list[EvidenceView]
    agreed_amount: Decimal | None
    agreed_at: datetime | None
    agreed_how: str | None
    agreed_party: Party | None
    committed: Decimal
    paid: Decimal
    elsewhere: Decimal
    other_currencies: list[str]
    payments: list[PaymentView]
    findings: list[FindingView]


class PaymentPage(BaseModel):
    items: list[PaymentView]
    next: str | None


class RechargeView(BaseModel):
    """What one party bears of one case; the charges of a case add up to what was paid on it."""

    case_id: UUID
    case_number: int
    waybill: str | None
    party: str
    kind: LiableKind
    percent: Decimal
    paid: Decimal
    charged: Decimal
    currency: str
    standing: str


class PartyTotal(BaseModel):
    party: str
    currency: str
    charged: Decimal
    cases: int


class RechargesReport(BaseModel):
    """Every charge, and what each party owes in all."""

    first: date | None
    last: date | None
    totals: list[PartyTotal]
    items: list[RechargeView]


class ReferralTaken(BaseModel):
    """The case a referral went to; `opened`: it opened the case. `due_at`: when the regulator wants its answer."""

    id: UUID
    number: int
    referral: str
    opened: bool
    due_at: datetime
    links: Links
