"""What a command does its work in: one transaction on the case database, with the seal, rulebooks and clock."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from deployments.connection import connected_settings
from flows.acts.perform import Desk
from flows.legs.bell import Ringer
from flows.legs.resources import Resources
from flows.rulebook.store import Policies
from models.bounds import may_idle

T = TypeVar("T")
Work = Callable[[AsyncConnection, Desk], Awaitable[T]]


def in_office(work: Work[T], *, reads: bool = False) -> T:
    """Run `work`; commit, then wake the workers. `reads`: one unchanging view of the database, nothing is woken."""
    return asyncio.run(_run(work, reads))


async def _run(work: Work[T], reads: bool) -> T:
    resources = await Resources.open(connected_settings(), pool_size=2)
    try:
        async with resources.engine.connect() as connection:
            if reads:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                # Reading a rulebook takes longer than a process may otherwise idle in a transaction.
                await may_idle(connection)
                policies = Policies()
                await policies.refresh(connection)
                answer = await work(connection, Desk(resources.seal, policies, resources.clock))
        if not reads:
            await Ringer(resources.engine).ring_now()
        return answer
    finally:
        await resources.close()
