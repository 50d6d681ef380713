"""Other complaints on the same waybill, so that one cause makes one case and another cause a sibling."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rules.triage import Relative
from models.case import cases
from models.locks import Keyed, hold_for
from models.values.case import CaseFacts, Decision
from models.values.stage_terms import Stage
from models.values.vocabulary import Category, Kind, Outcome

LOOKED_AT = (
    "id",
    "number",
    "waybill",
    "category",
    "stage",
    "recorded_at",
    "closed_at",
    "outcome",
    "level",
    "reopenings",
)


class Relatives:
    """By waybill. What is decided about one case of a chunk is known to the next (`note`)."""

    def __init__(self) -> None:
        self._by_waybill: dict[str, dict[UUID, Relative]] = defaultdict(dict)

    def of(self, facts: CaseFacts) -> list[Relative]:
        if facts.waybill is None:
            return []
        found = self._by_waybill[facts.waybill].values()
        return sorted((one for one in found if one.id != facts.id), key=lambda one: one.number)

    def note(self, facts: CaseFacts, decision: Decision) -> None:
        changes = decision.changes
        if facts.waybill is not None and changes.get("kind") is Kind.COMPLAINT:
            self.add(
                facts.waybill,
                Relative(facts.id, facts.number, changes["category"], changes["stage"], facts.recorded_at),
            )

    def add(self, waybill: str, relative: Relative) -> None:
        self._by_waybill[waybill][relative.id] = relative


async def lock_waybills(connection: AsyncConnection, waybills: Iterable[str]) -> None:
    """One at a time links cases on a waybill, or ends one and looks for what is linked to it; held until commit."""
    for waybill in sorted(set(waybills)):
        await hold_for(connection, Keyed.WAYBILL, waybill)


async def relatives_of(connection: AsyncConnection, facts: Sequence[CaseFacts]) -> Relatives:
    """Locks the waybills (in order, until commit), so that two legs cannot both think they came first."""
    relatives = Relatives()
    waybills = sorted({one.waybill for one in facts if one.waybill is not None})
    if not waybills:
        return relatives
    await lock_waybills(connection, waybills)
    query = select(*(cases.c[name] for name in LOOKED_AT))
    query = query.where(cases.c.waybill.in_(waybills), cases.c.kind == Kind.COMPLAINT)
    for row in (await connection.execute(query)).all():
        relatives.add(row.waybill, _relative(row))
    return relatives


def _relative(row: Any) -> Relative:
    return Relative(
        row.id,
        row.number,
        Category(row.category) if row.category else None,
        Stage(row.stage),
        row.recorded_at,
        row.closed_at,
        Outcome(row.outcome) if row.outcome else None,
        row.level,
        row.reopenings,
    )
