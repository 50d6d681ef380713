"""Where flows run: the resources of the process, and how a flow run comes by its leg.

A worker opens the room once. A run started elsewhere (a stock Prefect worker) opens one from the environment.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import httpx
import structlog
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs import lease
from flows.legs.blame import Blame, blame, place
from flows.legs.claim import Claimed, claim
from flows.legs.leg import DATABASE_AWAY, Leg, LegCancelled, LegLost, opened
from flows.legs.resources import Resources
from flows.rulebook.store import Policies
from flows.rules import order
from flows.rules.agenda import agenda
from models.leg import LegState, legs
from models.settings import Settings
from models.values.case import Agenda, CaseFacts

log = structlog.get_logger()


class LegBroke(Exception):
    """The run could not carry its leg, through no case's doing; the lease returns its cases."""


@dataclass(frozen=True)
class Room:
    resources: Resources
    policies: Policies

    @classmethod
    async def open(cls, settings: Settings) -> "Room":
        room = cls(await Resources.open(settings, pool_size=settings.slots + 6), Policies())
        async with room.resources.engine.begin() as connection:
            # Reading a rulebook takes longer than a worker may otherwise idle in a transaction.
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            await room.policies.refresh(connection)
        return room

    def plan(self, facts: CaseFacts, now: datetime) -> Agenda:
        return agenda(facts, self.policies.of(facts), now)

    async def claim(self, procedure: str) -> Claimed | None:
        """Take what is due into a new leg of this worker."""
        resources = self.resources
        async with resources.engine.begin() as connection:
            policy = await self.policies.refresh(connection)
            return await claim(
                connection,
                procedure,
                resources.worker,
                await resources.clock.now(connection),
                spread=order.spread(policy),
                at_most=resources.leg_cases,
                lease_seconds=resources.lease_seconds,
            )


_room: ContextVar[Room | None] = ContextVar("room", default=None)


def furnish(room: Room) -> None:
    """Make this the room of every flow run of the process from here on."""
    _room.set(room)


def room() -> Room:
    current = _room.get()
    if current is None:
        raise LookupError("no room was opened")
    return current


@asynccontextmanager
async def furnished() -> AsyncIterator[Room]:
    """The room of a flow run that carries no leg; a run started elsewhere opens one and closes it."""
    current = _room.get()
    if current is not None:
        yield current
        return
    current = await Room.open(Settings())
    furnish(current)
    try:
        yield current
    finally:
        _room.set(None)
        await current.resources.close()


@asynccontextmanager
async def carrying(procedure: str, leg_id: UUID | None) -> AsyncIterator[Leg]:
    """The leg of the current flow run, settled at the end whatever happens in between.

    A run that was given a leg which is not its own any more (retried, copied, started by hand) claims for itself.
    """
    current = _room.get()
    own = current is None
    if current is None:
        current = await Room.open(Settings())
        furnish(current)
    try:
        async with _carry(current, procedure, leg_id) as leg:
            yield leg
    except Exception as error:  # noqa: BLE001 - see below
        # Prefect shows and stores what a run raises: the kind and the place, never the words.
        raise LegBroke(place(error)) from None
    finally:
        if own:
            _room.set(None)
            await current.resources.close()


@asynccontextmanager
async def _carry(current: Room, procedure: str, leg_id: UUID | None) -> AsyncIterator[Leg]:
    resources = current.resources
    leg_id = await _own(current, leg_id) or await _claim(current, procedure)
    if leg_id is None:
        yield Leg(UUID(int=0), resources, current.plan)
        return
    async with opened(resources, leg_id, current.plan) as leg:
        try:
            yield leg
        except LegLost:
            leg.lost = True
        except LegCancelled:
            log.info("leg cancelled", leg=str(leg.id))
        except (httpx.HTTPError, PrefectException):
            leg.broken = "Prefect was away"
        except Exception as error:
            if blame(error) is not Blame.DATABASE:
                raise
            leg.broken = DATABASE_AWAY
        leg.lost = not await lease.insist(resources.engine, partial(_settle, leg), resources.lease_seconds)
        log.info("leg settled", leg=str(leg.id), procedure=procedure, outcome=leg.message, lost=leg.lost)


async def _settle(leg: Leg, connection: AsyncConnection) -> bool:
    return await lease.settle(
        connection,
        leg.id,
        carried=len(leg.carried),
        deferred=len(leg.deferred) + (max(len(leg.held), 1) if leg.broken else 0),
        quarantined=len(leg.quarantined),
        message=leg.message,
    )


async def _own(current: Room, leg_id: UUID | None) -> UUID | None:
    """The leg this very run was opened for, if it still stands."""
    if leg_id is None:
        return None
    query = select(legs.c.id).where(legs.c.id == leg_id, legs.c.state == LegState.OPEN, legs.c.flow_run_id == _run_id())

    async def read(connection: AsyncConnection) -> UUID | None:
        return (await connection.execute(query)).scalar_one_or_none()

    return await lease.insist(current.resources.engine, read, current.resources.lease_seconds)


async def _claim(current: Room, procedure: str) -> UUID | None:
    claimed = await current.claim(procedure)
    if claimed is None:
        return None
    async with current.resources.engine.begin() as connection:
        await connection.execute(update(legs).where(legs.c.id == claimed.leg_id).values(flow_run_id=_run_id()))
    return claimed.leg_id


def _run_id() -> UUID | None:
    context = FlowRunContext.get()
    return context.flow_run.id if context and context.flow_run else None
