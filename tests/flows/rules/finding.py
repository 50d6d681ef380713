"""Findings on liability as rules see them."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from models.values.money_terms import LiableKind
from models.values.settlement import Finding, Share
from tests.flows.rules.making import NOW, POLICY

UNITS = sorted(set(POLICY.rulebook.assignment.units.values()))


def shares(*percents: Decimal | str | int) -> tuple[Share, ...]:
    return tuple(Share(LiableKind.UNIT, unit, Decimal(one)) for unit, one in zip(UNITS, percents, strict=False))


def finding(**more: object) -> Finding:
    known: dict[str, object] = {
        "case_id": UUID(int=7),
        "round": 1,
        "firm_liable": True,
        "shares": shares(100),
        "decided_by": 11,
        "decided_at": NOW,
        "appeal_until": NOW + timedelta(days=7),
    }
    return Finding(**(known | more))  # type: ignore[arg-type]
