"""What a process that carries cases needs: the database, the seal, the clock, and the bounds of the protocol."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from flows.legs.clock import Clock, clock_of
from models.database import create_engine
from models.sealing import Seal
from models.settings import Settings

TIMEOUT_SHARE = 0.6
"""Database time-outs as a share of the lease: a frozen transaction is ended before its lease is."""


T = TypeVar("T")


class SettingMissing(Exception):
    """A process was started without a setting it cannot do without."""


def needed(value: T | None, name: str) -> T:
    if value is None:
        raise SettingMissing(f"{name} is not set; start Redress with `make up`, or set it")
    return value


@dataclass(frozen=True)
class Resources:
    engine: AsyncEngine
    seal: Seal
    clock: Clock
    worker: str
    lease_seconds: float
    leg_cases: int
    attempts_at_most: int = 5

    @property
    def timeout_seconds(self) -> float:
        """How long a statement may take and a transaction may idle: less than a lease lasts."""
        return self.lease_seconds * TIMEOUT_SHARE

    @classmethod
    async def open(cls, settings: Settings, *, pool_size: int = 6) -> "Resources":
        """Connect as the settings say; raises ClockError on a database of the other kind."""
        bound = settings.lease_seconds * TIMEOUT_SHARE
        engine = create_engine(
            needed(settings.database_url, "REDRESS_DATABASE_URL"), pool_size=pool_size, timeout_seconds=bound
        )
        async with engine.connect() as connection:
            clock = await clock_of(connection, settings.clock)
        seal = Seal(needed(settings.secret_key, "REDRESS_SECRET_KEY").get_secret_value())
        return cls(engine, seal, clock, settings.worker, settings.lease_seconds, settings.leg_cases)

    async def close(self) -> None:
        await self.engine.dispose()
