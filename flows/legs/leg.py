"""The leg in flight: carries its cases from where each stands to its next wait, chunk by chunk.

Decisions are made case by case under the case's lock, saves go in chunks in id order. A case that raises rolls back
alone; a chunk that fails is repeated singly. Losing the lease stops everything at the next chunk.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs import lease, ledger
from flows.legs.quarantine import fail
from flows.legs.resources import Resources
from models.case import cases, to_facts
from models.values.case import Agenda, CaseFacts, Decision
from models.wake import wakes

CHUNK = 25
POSTPONED_SECONDS = 2.0
TOOK_TOO_LONG = frozenset({"55P03", "57014", "40P01"})
"""SQLSTATE of a lock time-out, a statement time-out and a deadlock."""

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
    lost: bool = False
    cancelled: bool = False

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

    async def _chunk(self, step: Step, ids: Sequence[UUID]) -> None:
        self.check()
        try:
            async with self.resources.engine.begin() as connection:
                failed = await self._save(connection, step, ids)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            if len(ids) > 1:
                for one in ids:
                    await self._chunk(step, [one])
                return
            if getattr(error.orig, "sqlstate", None) in TOOK_TOO_LONG:
                await self._postpone(ids[0])
                return
            failed = {ids[0]: describe(step, error)}
        for case_id, message in failed.items():
            await self._defer(case_id, message)

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
        entries = [ledger.Entry(one, locked[one.id][1], None) for one in facts if one not in wanted]
        loaded = await step.load(connection, wanted, now) if wanted else None
        for one in wanted:
            try:
                decision = step.decide(one, loaded, now)
                entries.append(ledger.Entry(one, locked[one.id][1], decision))
            except Exception as error:  # noqa: BLE001 - whatever a case provokes is its own, not its neighbours'
                failed[one.id] = describe(step, error)
                log.warning("step raised", case=str(one.id), error=failed[one.id])
        if entries:
            await self._write(connection, step, entries, now)
        return failed

    async def _write(
        self, connection: AsyncConnection, step: Step, entries: Sequence[ledger.Entry], now: datetime
    ) -> None:
        written = await ledger.write(
            connection,
            self.resources.seal,
            entries,
            lambda facts: self.plan(facts, now),
            now,
            leg_id=self.id,
            keeps=lambda _, agenda: agenda.due_at is not None and agenda.due_at <= now and agenda.step != step.name,
        )
        for one in written:
            due = one.agenda.due_at
            if due is not None and due <= now and one.agenda.step != step.name:
                self.held[one.facts.id] = one.agenda
            else:
                self.held.pop(one.facts.id, None)
            self.carried.add(one.facts.id)

    async def _postpone(self, case_id: UUID) -> None:
        """A case that somebody else holds for too long waits alone; that is no fault of its own, so no attempt."""
        async with self.resources.engine.begin() as connection:
            await lease.postpone(connection, case_id, self.id, POSTPONED_SECONDS)
        self.held.pop(case_id, None)
        self.carried.discard(case_id)
        self.deferred.add(case_id)

    async def _defer(self, case_id: UUID, message: str) -> None:
        """A case that raised comes back later, alone with its back-off; after the bound it is quarantined."""
        resources = self.resources
        async with resources.engine.begin() as connection:
            now = await resources.clock.now(connection)
            quarantined = await fail(
                connection, resources.seal, case_id, self.id, message, now, resources.attempts_at_most
            )
        self.held.pop(case_id, None)
        self.carried.discard(case_id)
        if quarantined is not None:
            (self.quarantined if quarantined else self.deferred).add(case_id)

    @property
    def message(self) -> str:
        """What the run says at its end."""
        parts = [f"carried {len(self.carried)}"]
        parts += [f"deferred {len(self.deferred)}"] if self.deferred else []
        parts += [f"quarantined {len(self.quarantined)}"] if self.quarantined else []
        parts += [f"released {len(self.held)}"] if self.held else []
        return ", ".join(parts)


def describe(step: Step, error: Exception) -> str:
    """An error without its message, which may quote what a customer wrote: the step, the kind, the place."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f" at {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
    return f"{step.name}: {type(error).__name__}{where}"


@asynccontextmanager
async def opened(resources: Resources, leg_id: UUID, plan: Plan) -> AsyncIterator[Leg]:
    """The cases of a claimed leg, its lease renewed until it is settled."""
    leg = Leg(leg_id, resources, plan)
    keeper = asyncio.create_task(_keep(leg))
    try:
        async with resources.engine.begin() as connection:
            now = await resources.clock.now(connection)
            joined = cases.join(wakes, wakes.c.case_id == cases.c.id)
            query = select(cases).select_from(joined).where(wakes.c.leg_id == leg_id)
            rows = (await connection.execute(query)).mappings().all()
            leg.held = {row["id"]: plan(to_facts(row), now) for row in rows}
        yield leg
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _keep(leg: Leg) -> None:
    """Renew the lease three times in its length; a database that is away for longer loses it."""
    resources = leg.resources
    while not leg.lost:
        await asyncio.sleep(resources.lease_seconds / 4)
        try:
            async with resources.engine.begin() as connection:
                held = await lease.renew(connection, leg.id, resources.lease_seconds)
        except (DBAPIError, OSError):
            continue
        leg.lost = held is None
        leg.cancelled = leg.cancelled or (held is not None and held.cancelled)
