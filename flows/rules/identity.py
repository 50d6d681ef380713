"""Who is who: names in one form, records that became one, records that went stale."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.values.case import Reason, Refusal
from models.values.customers import Customers

_BETWEEN_PHONES = re.compile(r"[;；,，、|/\n]+")
_SPACES = re.compile(r"\s+")


def normal_name(name: str) -> str:
    """One form of a name for finding it again: width, case and spaces do not tell people apart."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


def split_phones(cell: str) -> list[str]:
    """Several phones in one cell stand apart by ; , 、 | or /."""
    return [part for piece in _BETWEEN_PHONES.split(cell) if (part := piece.strip())]


def roots(standing: Iterable[tuple[int, int]], ids: Iterable[int]) -> dict[int, int]:
    """The customer each of `ids` became by the standing merges (from, into); himself, if by none."""
    into: Mapping[int, int] = dict(standing)
    found = {}
    for id_ in ids:
        end = id_
        while end in into:
            end = into[end]
        found[id_] = end
    return found


def refuse_merge(customer: int, into: int, *, customer_became: int | None, into_became: int | None) -> None:
    """Only two records that stand for themselves can be merged; anything else has been, or goes round in a circle."""
    if customer == into:
        raise Refusal("不能与自身合并", "a customer cannot be merged with himself")
    if customer_became is not None:
        raise Refusal(
            "该客户已被合并，请先撤销或改用合并后的客户",
            "this customer was merged already; undo that first, or merge the one he became",
        )
    if into_became is not None:
        raise Refusal(
            "目标客户已被合并，请合并到其现档案", "the other was merged himself; merge into the one he became"
        )


@dataclass(frozen=True)
class Staleness:
    """Whether a record is stale, and why one thinks so."""

    stale: bool
    since: date
    why: Reason


def staleness(recorded: date, signs: Iterable[date | None], today: date, policy: Customers) -> Staleness:
    """Judged by the last sign of life (order, case, verification); without any, by when it was recorded."""
    last = max((sign for sign in signs if sign is not None and sign <= today), default=recorded)
    stale = today - last > timedelta(days=policy.stale_after_days)
    days = (today - last).days
    why = Reason(
        f"最近一次订单、工单或核实在 {last}({days} 天前)，期限 {policy.stale_after_days} 天",
        f"last order, case or verification on {last} ({days} days ago); the bound is {policy.stale_after_days} days",
    )
    return Staleness(stale, last, why)
