"""Settlement with the customer and internal liability, as rules see them. Money is Decimal, two places, never float."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.values.case import StaffFacts
from models.values.money_terms import EvidenceKind, LiableKind, LimitBasis, PaymentKind, PaymentState
from models.values.vocabulary import Party

CENT = Decimal("0.01")
WHOLE = Decimal(100)
"""Percent that the shares of a finding add up to."""


def text(amount: Decimal) -> str:
    """An amount as the ledger and JSON have it: plain digits and two places."""
    return f"{amount.quantize(CENT) + 0:f}"


@dataclass(frozen=True)
class Evidence:
    """A paper or picture, by its reference in the archive; `sha256` proves that it is the same one."""

    kind: EvidenceKind
    reference: str
    sha256: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "reference": self.reference, "sha256": self.sha256}


@dataclass(frozen=True)
class Settlement:
    """What is known of the loss of one case, what is owed at most, and what the customer agreed to."""

    case_id: UUID
    currency: str
    declared_value: Decimal | None = None
    """保价; None: not insured, or not known yet."""
    freight: Decimal | None = None
    loss: Decimal | None = None
    owed_at_most: Decimal | None = None
    """The most that is owed; None: not known."""
    limit_basis: LimitBasis | None = None
    evidence: tuple[Evidence, ...] = ()
    agreed_amount: Decimal | None = None
    agreed_at: datetime | None = None
    agreed_how: str | None = None
    """The channel of the agreement, or `feed_back`: accepted when the customer was told."""
    agreed_party: Party | None = None


@dataclass(frozen=True)
class Payment:
    """One payment to a customer; `number` counts within the case, `due_at` is when finance should have paid."""

    case_id: UUID
    number: int
    kind: PaymentKind
    amount: Decimal
    currency: str
    state: PaymentState
    voucher: str
    requested_by: int
    requested_at: datetime
    due_at: datetime
    agreed_at: datetime | None = None
    """When the customer agreed to it; an advance needs no agreement."""
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    paid_by: int | None = None
    paid_on: date | None = None
    reference: str | None = None
    """The bank's."""


@dataclass(frozen=True)
class Share:
    """What part (percent, two places) of a case a unit or carrier bears."""

    kind: LiableKind
    party: str
    percent: Decimal


@dataclass(frozen=True)
class Finding:
    """Who is liable: round 0 where it is presumed on whoever kept silent, 1 decided, 2 after the one appeal.

    Where the firm is not liable there are no shares.
    """

    case_id: UUID
    round: int
    firm_liable: bool
    shares: tuple[Share, ...]
    decided_by: int | None
    """None: nobody decided, it is presumed."""
    decided_at: datetime
    appeal_until: datetime | None
    """None: it is final."""
    appealed_at: datetime | None = None
    appealed_by: int | None = None
    appellant: str | None = None


@dataclass(frozen=True)
class Waybill:
    """What other cases know of a waybill; of several that differ, the lowest."""

    declared_value: Decimal | None = None
    freight: Decimal | None = None


@dataclass(frozen=True)
class Money:
    """Everything about money that an act on a case looks at."""

    settlement: Settlement | None = None
    payments: tuple[Payment, ...] = ()
    elsewhere: Decimal = Decimal(0)
    """What other cases on the same waybill have promised or paid: one waybill has one limit."""
    waybill: Waybill = Waybill()
    unlike: frozenset[str] = frozenset()
    """Currencies, other than the case's own, of what other cases have recorded, promised or paid: on its waybill, and
    at a proposal to its recipient. That is in none of the sums, and gives no limit."""
    finding: Finding | None = None
    """The last one."""
    hands: frozenset[int] = frozenset()
    """Everybody who proposed, decided on or carried out a remedy of this case."""
    bench: tuple[StaffFacts, ...] = ()
    """Everybody whom the table of permissions lets find who is liable; looked for where that is decided."""
    together: tuple[Decimal, ...] = ()
    """What else was paid on the waybill, to the customer or the caller within the rulebook's window, or is promised: a
    proposal needs the authority of the sum."""
