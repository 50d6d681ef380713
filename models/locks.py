"""Advisory locks of PostgreSQL, named here so that no two share a number; each is held until its transaction ends."""

from enum import IntEnum, unique

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection


@unique
class Lock(IntEnum):
    """One of a kind in the whole database."""

    MIGRATION = 0x5265_6472_6573_73
    CUSTOMERS = 0x7265_6472_6573_73
    """Imports, merges, erasures: an import reads at its beginning who was erased, two merges could close a circle."""
    RULEBOOK = 0x7275_6C65_73
    """One change at a time."""
    ROUNDS = 0x526F_756E_64
    """One round is drawn at a time."""
    ALARMS = 0x5245_4452_4553_5301
    """One process looks at a time; the others pass on."""
    SUMMARIES = 0x5245_4452_4553_5302
    """One at a time counts; whoever comes second finds the days told."""
    LATE_SHIPMENTS = 0x1A7E
    """Of two runs at once one waits: the second then finds nothing left to open."""


@unique
class Keyed(IntEnum):
    """One for each key: the seed that keeps keys of two kinds apart."""

    WAYBILL = 0
    IDEMPOTENCY_KEY = 1
    PAYMENTS = 2
    LAST_CONTACT = 3
    """Who closes the last contact of a round."""
    REFERRAL = 4
    ROUND_KIND = 5


async def hold(connection: AsyncConnection, lock: Lock) -> None:
    """Wait for it."""
    await connection.execute(select(func.pg_advisory_xact_lock(lock.value)))


async def free(connection: AsyncConnection, lock: Lock) -> bool:
    """Take it if it is free; False: somebody holds it."""
    taken: bool = (await connection.execute(select(func.pg_try_advisory_xact_lock(lock.value)))).scalar_one()
    return taken


async def hold_for(connection: AsyncConnection, kind: Keyed, key: str) -> None:
    """Wait for that of one key."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, kind.value))))
