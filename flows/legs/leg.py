"""The leg in flight: carries its cases from where each stands to its next wait, chunk by chunk.

Decisions are made case by case under the case's lock, saves go in chunks in id order. A case that raises rolls back
alone; a chunk that fails is repeated singly. Losing the lease stops everything at the next chunk.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs import chain, lease, ledger
from flows.legs.blame import Blame, DatabaseAway, blame, place, reason
from flows.legs.quarantine import fail
from flows.legs.resources import Resources
from models.case import cases, to_facts
from models.values.case import Agenda, CaseFacts, Decision
from models.wake import wakes

CHUNK = 25
POSTPONED_SECONDS = 2.0

DATABASE_AWAY = "the database was away"

log = structlog.get_logger()


class LegLost(Exception):
    """The lease ran out (frozen, partitioned): another leg carries these cases now."""


class LegCancelled(Exception):
    """Somebody cancelled the run: the cases go on in the next leg."""


class Step(Protocol):
    """What the system does to a case: load what the rule needs, decide. The leg saves."""

    @property
    def name(self) -> str: ...

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Any: ...

    def decide(self, facts: CaseFacts, loaded: Any, now: datetime) -> Decision | None: ...


Plan = Callable[[CaseFacts, datetime], Agenda]


@dataclass
class Leg:
    """One leg: what it still holds and what became of the rest."""

    id: UUID
    resources: Resources
    plan: Plan
    held: dict[UUID, Agenda] = field(default_factory=dict)
    carried: set[UUID] = field(default_factory=set)
    deferred: set[UUID] = field(default_factory=set)
    quarantined: set[UUID] = field(default_factory=set)
    deciding_seconds: float = 0.0
    """How long the rules took over the chunk at hand."""
    lost: bool = False
    cancelled: bool = False
    broken: str | None = None
    """Why it could not go on, when that was no case's doing: what it held then goes on in the next leg."""

    def waiting(self, step: str) -> list[UUID]:
        """The cases that want this step, in id order."""
        return sorted(id_ for id_, agenda in self.held.items() if agenda.step == step)

    async def carry(self, step: Step) -> str:
        """Take every case that wants this step through it; says what became of them."""
        ids = self.waiting(step.name)
        for start in range(0, len(ids), CHUNK):
            await self._chunk(step, ids[start : start + CHUNK])
        left = len(set(ids) & (self.deferred | self.quarantined))
        return f"{len(ids) - left} cases done, {left} left behind"

    def check(self) -> None:
        """Between chunks: is this still our leg, and does anybody want it stopped?"""
        if self.lost:
            raise LegLost
        if self.cancelled:
            raise LegCancelled

    def hear(self, held: lease.Held | None) -> None:
        """What renewing the lease learned."""
        self.lost = self.lost or held is None
        self.cancelled = self.cancelled or (held is not None and held.cancelled)

    async def _chunk(self, step: Step, ids: Sequence[UUID]) -> None:
        self.check()
        self.deciding_seconds = 0.0
        try:
            async with self.resources.engine.begin() as connection:
                failed = await self._save(connection, step, ids)
        except Exception as error:  # noqa: BLE001 - blame says whose doing it is
            # Deciding for longer than a transaction may idle ends the session: the cases' doing, whatever it says.
            whose = Blame.CASE if self.deciding_seconds > self.resources.timeout_seconds else blame(error)
            if whose is Blame.DATABASE:
                raise DatabaseAway from None
            if len(ids) > 1:
                for one in ids:
                    await self._chunk(step, [one])
                return
            if whose is Blame.HOLDER:
                await self._postpone(ids[0], error)
                return
            failed = {ids[0]: describe(step.name, error)}
        for case_id, message in failed.items():
            await self.defer(case_id, message)

    async def _save(self, connection: AsyncConnection, step: Step, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Load, decide, save one chunk; returns the cases whose rule raised."""
        locked = await ledger.lock_cases(connection, ids)
        ours = await ledger.lock_wakes(connection, ids, self.id)
        for gone in set(ids) - ours:
            self.held.pop(gone, None)
        now = await self.resources.clock.now(connection)
        facts = [locked[id_][0] for id_ in sorted(ours)]
        wanted = [one for one in facts if self.plan(one, now).step == step.name]
        failed: dict[UUID, str] = {}
        entries = [chain.Entry(one, locked[one.id][1], None) for one in facts if one not in wanted]
        loaded = await step.load(connection, wanted, now) if wanted else None
        began = time.monotonic()
        for one in wanted:
            try:
                decision = step.decide(one, loaded, now)
                entries.append(chain.Entry(one, locked[one.id][1], decision))
            except Exception as error:  # noqa: BLE001 - whatever a case provokes is its own, not its neighbours'
                failed[one.id] = describe(step.name, error)
        self.deciding_seconds = time.monotonic() - began
        if entries:
            await self._write(connection, step, entries, now)
        return failed

    async def _write(
        self, connection: AsyncConnection, step: Step, entries: Sequence[chain.Entry], now: datetime
    ) -> None:
        before = {entry.facts.id: entry.facts.procedure for entry in entries}

        def keeps(after: CaseFacts, agenda: Agenda) -> bool:
            """What is due goes on in this leg, unless it became another procedure's."""
            due = agenda.due_at is not None and agenda.due_at <= now
            return due and agenda.step != step.name and after.procedure is before[after.id]

        written = await ledger.write(
            connection,
            self.resources.seal,
            entries,
            lambda facts: self.plan(facts, now),
            now,
            leg_id=self.id,
            keeps=keeps,
        )
        for one in written:
            if keeps(one.facts, one.agenda):
                self.held[one.facts.id] = one.agenda
            else:
                self.held.pop(one.facts.id, None)
            self.carried.add(one.facts.id)

    async def _postpone(self, case_id: UUID, error: Exception) -> None:
        """A case that somebody else holds for too long waits alone; that is no fault of its own, so no attempt."""
        async with self.resources.engine.begin() as connection:
            await lease.postpone(connection, case_id, self.id, POSTPONED_SECONDS)
        log.info("case postponed", case=str(case_id), leg=str(self.id), error=reason(error))
        self.held.pop(case_id, None)
        self.carried.discard(case_id)
        self.deferred.add(case_id)

    async def defer(self, case_id: UUID, message: str) -> None:
        """A case that raised comes back after its back-off; after the bound it is quarantined."""
        resources = self.resources
        log.warning("step raised", case=str(case_id), leg=str(self.id), error=message)
        try:
            async with resources.engine.begin() as connection:
                now = await resources.clock.now(connection)
                quarantined = await fail(
                    connection, resources.seal, case_id, self.id, message, now, resources.attempts_at_most
                )
        except Exception as error:
            match blame(error):
                case Blame.DATABASE:
                    raise DatabaseAway from None
                case Blame.HOLDER:
                    return await self._postpone(case_id, error)
                case Blame.CASE:
                    raise
        self.held.pop(case_id, None)
        self.carried.discard(case_id)
        if quarantined is not None:
            (self.quarantined if quarantined else self.deferred).add(case_id)
        return None

    @property
    def message(self) -> str:
        """What the run says at its end."""
        parts = [f"carried {len(self.carried)}"]
        parts += [f"deferred {len(self.deferred)}"] if self.deferred else []
        parts += [f"quarantined {len(self.quarantined)}"] if self.quarantined else []
        parts += [f"released {len(self.held)}"] if self.held else []
        return ", ".join(parts) + (f": {self.broken}" if self.broken else "")


def describe(step: str, error: Exception) -> str:
    """What is kept of an error: the step, the kind, the place."""
    return f"{step}: {place(error)}"


@asynccontextmanager
async def opened(resources: Resources, leg_id: UUID, plan: Plan) -> AsyncIterator[Leg]:
    """The cases of a claimed leg, its lease renewed until it is settled."""
    leg = Leg(leg_id, resources, plan)
    async with lease.kept(resources.engine, leg_id, resources.lease_seconds, leg.hear):
        try:
            await _load(leg)
        except Exception as error:
            if blame(error) is not Blame.DATABASE:
                raise
            leg.broken = DATABASE_AWAY
        yield leg


async def _load(leg: Leg) -> None:
    """Plan every case the leg holds; one that cannot be planned is deferred like one whose step raised."""
    joined = cases.join(wakes, wakes.c.case_id == cases.c.id)
    query = select(cases).select_from(joined).where(wakes.c.leg_id == leg.id)
    failed: dict[UUID, str] = {}
    async with leg.resources.engine.begin() as connection:
        now = await leg.resources.clock.now(connection)
        for row in (await connection.execute(query)).mappings().all():
            try:
                leg.held[row["id"]] = leg.plan(to_facts(row), now)
            except Exception as error:  # noqa: BLE001 - the same as in a step
                failed[row["id"]] = describe("plan", error)
    for case_id, message in failed.items():
        await leg.defer(case_id, message)
