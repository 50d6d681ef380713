"""ABC(D) as values: a period, what a class holds, what is expected of it, who can grow. Frozen, free of I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from models.values.vocabulary import CustomerClass


@dataclass(frozen=True)
class Period:
    """Both days inclusive."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


@dataclass(frozen=True)
class ClassFigures:
    """What one class of a snapshot holds. `share` of the whole amount, 0 to 1; None when that is not above 0."""

    customers: int
    amount: Decimal
    share: float | None


@dataclass(frozen=True)
class ShareCheck:
    """A class's share beside the expected one (0 to 1, both ends included); `met` None: there is nothing to compare."""

    customer_class: CustomerClass
    share: float | None
    low: float | None
    high: float | None
    met: bool | None


@dataclass(frozen=True)
class Snapshot:
    """One computation of the classes, with the cut points and expected shares (percent) it was made by.

    `unmeasured`: lines without a profit, when ranked by profit.
    """

    id: int
    period: Period
    basis: str
    currency: str
    cut_points: Mapping[CustomerClass, Decimal]
    n: int
    classes: Mapping[CustomerClass, ClassFigures]
    expected: Mapping[CustomerClass, tuple[Decimal, Decimal]]
    computed_at: datetime
    unmeasured: int = 0


@dataclass(frozen=True)
class Compared:
    """A customer's amount in a period and in the one before it."""

    customer: str
    amount: Decimal
    before: Decimal


@dataclass(frozen=True)
class Grown:
    """A growth candidate: `factor` is amount over before, `to_b` what he lacks to the smallest customer in B."""

    customer: str
    amount: Decimal
    before: Decimal
    increase: Decimal
    factor: Decimal
    to_b: Decimal | None


@dataclass(frozen=True)
class Value:
    """A customer's value in a period: amount less cost, over the `measured` lines, whose profit is known."""

    amount: Decimal
    cost: Decimal | None
    value: Decimal | None
    lines: int
    measured: int
