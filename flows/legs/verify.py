"""Verifying the ledger: every link of every chain, its count and its head. A changed, dropped or moved row shows."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.chain import chained
from models.case import cases
from models.event import events
from models.sealing import Seal, digest

BROKEN_AT_MOST = 100
"""How many findings are kept; the verdict is the same after the first."""


@dataclass(frozen=True)
class Finding:
    case_id: UUID
    seq: int
    what: str


@dataclass
class Verdict:
    """`sound` when nothing was found; `erased` counts events whose personal part was erased (that is allowed)."""

    cases: int = 0
    events: int = 0
    erased: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.findings

    def found(self, case_id: UUID, seq: int, what: str) -> None:
        if len(self.findings) < BROKEN_AT_MOST:
            self.findings.append(Finding(case_id, seq, what))


@dataclass
class _Chain:
    """One case's chain while it is walked."""

    case_id: UUID
    count: int
    head: bytes
    seq: int = 0
    link: bytes = b""
    broken: bool = False


async def verify(
    connection: AsyncConnection,
    seal: Seal,
    progress: Callable[[int], None] = lambda cases_done: None,
    *,
    only: UUID | None = None,
) -> Verdict:
    """Walk all chains (or that of one case), one after the other, in flat memory.

    Give it a REPEATABLE READ transaction, or the case locked.
    """
    verdict = Verdict()
    chain: _Chain | None = None
    async for row in _rows(connection, only):
        if chain is None or chain.case_id != row["the_case"]:
            _end(chain, verdict)
            chain = _Chain(row["the_case"], row["count"], row["head"])
            verdict.cases += 1
            progress(verdict.cases)
        if row["seq"] is not None:
            _walk(chain, row, seal, verdict)
    _end(chain, verdict)
    return verdict


async def _rows(connection: AsyncConnection, only: UUID | None) -> AsyncIterator[Any]:
    query = (
        select(cases.c.id.label("the_case"), cases.c.events.label("count"), cases.c.head, events)
        .outerjoin(events, events.c.case_id == cases.c.id)
        .order_by(cases.c.id, events.c.seq)
    )
    if only is not None:
        query = query.where(cases.c.id == only)
    result = await connection.stream(query)
    async for row in result.mappings():
        yield row


def _walk(chain: _Chain, row: Any, seal: Seal, verdict: Verdict) -> None:
    verdict.events += 1
    chain.seq += 1
    if chain.broken:
        return
    if row["seq"] != chain.seq:
        chain.broken = True
        verdict.found(chain.case_id, chain.seq, "an event is missing here")
        return
    chain.link = seal.link(chain.link, chained(row))
    if chain.link != row["hash"]:
        chain.broken = True
        verdict.found(chain.case_id, chain.seq, "this event, or one before it, was changed")
    elif row["sealed"] is not None and digest(row["sealed"]) != row["sealed_digest"]:
        verdict.found(chain.case_id, chain.seq, "the sealed part was changed")
    elif row["sealed"] is None and row["sealed_digest"] is not None:
        verdict.erased += 1


def _end(chain: _Chain | None, verdict: Verdict) -> None:
    if chain is None or chain.broken:
        return
    if chain.seq != chain.count:
        verdict.found(chain.case_id, chain.seq, f"the case counts {chain.count} events, the ledger holds {chain.seq}")
    elif chain.link != chain.head:
        verdict.found(chain.case_id, chain.seq, "the head on the case is not the last link")
