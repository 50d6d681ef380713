"""Amounts of several currencies: each is summed by itself. What is in another one is neither added nor compared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from models.values.case import Reason

Amount = tuple[str, Decimal]


def sums(amounts: Iterable[Amount]) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        found[currency] += amount
    return found


def unlike(amounts: Iterable[Amount], own: str) -> frozenset[str]:
    """The other currencies in which there is any money."""
    return frozenset(currency for currency, amount in amounts if amount and currency != own)


def of_remedy(remedy: Mapping[str, Any] | None, own: str) -> str:
    """The currency of a proposal; one of before this was noted is in that of whoever looks."""
    return str((remedy or {}).get("currency", own))


def uncompared(others: Iterable[str], own: str, level: int) -> Reason:
    """Nobody can say whether a proposal stays within limit and authority together with that: a level decides."""
    named = sorted(others)
    return Reason(
        f"同一运单、客户或来电人另有 {'、'.join(named)} 的保价、赔付或承诺，与 {own} 不可相加或比较，须 {level} 级权限",
        f"a limit, payments or promises in {', '.join(named)} on the same waybill, to the same customer or caller can "
        f"be neither added to {own} nor compared with it: that needs level {level}",
    )
