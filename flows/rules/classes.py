"""ABC(D): how many customers a class holds, what is expected of it, and who in C can grow. Exact."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from models.values.case import Decision, Reason
from models.values.classes import ClassFigures, Compared, Grown, Period, ShareCheck
from models.values.vocabulary import CustomerClass

PERCENT = 100
CENT = Decimal("0.01")
MONTHS = 12


def cut_counts(n: int, cut_points: Mapping[CustomerClass, Decimal]) -> dict[CustomerClass, int]:
    """The last rank of A, B and C among n customers: ceil(percent of n), classes above it counted in."""
    ends = {name: ceil(Fraction(percent) * n / PERCENT) for name, percent in cut_points.items()}
    return ends | {CustomerClass.D: n}


def higher(classes: Iterable[CustomerClass | None]) -> CustomerClass | None:
    """The highest of those known: of payer and complainant, of several currencies."""
    return min((name for name in classes if name is not None), default=None)


def at_intake(decision: Decision, customer_class: CustomerClass | None) -> Decision:
    """A decision with the class the customer has at intake; an unknown customer has none."""
    if customer_class is None:
        return decision
    why = Reason(f"受理时客户等级为 {customer_class}", f"the customer is in class {customer_class} at intake")
    return replace(
        decision,
        changes={**decision.changes, "customer_class": customer_class},
        data={**decision.data, "customer_class": customer_class},
        reasons=(*decision.reasons, why),
    )


def share(part: Decimal, whole: Decimal) -> float | None:
    """Of an amount; None when the whole is not above zero, because a share of that says nothing."""
    return float(Fraction(part) / Fraction(whole)) if whole > 0 else None


def check(
    classes: Mapping[CustomerClass, ClassFigures], expected: Mapping[CustomerClass, tuple[Decimal, Decimal]]
) -> list[ShareCheck]:
    """Each class's share beside the one expected of it."""
    checks = []
    for name in CustomerClass:
        held = classes[name].share
        low, high = (float(percent / PERCENT) for percent in expected[name]) if name in expected else (None, None)
        met = None if held is None or low is None or high is None else low <= held <= high
        checks.append(ShareCheck(name, held, low, high, met))
    return checks


def growth(
    candidates: Iterable[Compared], factor: Decimal, top: int, smallest_in_b: Decimal | None = None
) -> list[Grown]:
    """The top customers whose amount is at least `factor` times that of the period before, by increase, then number.

    Who had nothing before (or only refunds) is new, not grown.
    """
    found = [one for one in candidates if one.before > 0 and one.amount >= one.before * factor]
    found.sort(key=lambda one: (one.before - one.amount, one.customer))
    return [
        Grown(
            one.customer,
            one.amount,
            one.before,
            one.amount - one.before,
            (one.amount / one.before).quantize(CENT),
            None if smallest_in_b is None else max(smallest_in_b - one.amount, Decimal(0)),
        )
        for one in found[:top]
    ]


def last_full_months(today: date, months: int) -> Period:
    """So many full months that have ended before today's."""
    this = today.replace(day=1)
    return Period(_months_before(this, months), this - timedelta(days=1))


def period_before(period: Period) -> Period:
    """Full months are compared with as many full months before them, other periods with as many days."""
    last = period.first - timedelta(days=1)
    after = period.last + timedelta(days=1)
    if period.first.day == 1 and after.day == 1:
        months = (after.year - period.first.year) * MONTHS + after.month - period.first.month
        return Period(_months_before(period.first, months), last)
    return Period(last - (period.last - period.first), last)


def _months_before(first: date, months: int) -> date:
    index = first.year * MONTHS + first.month - 1 - months
    return date(index // MONTHS, index % MONTHS + 1, 1)
