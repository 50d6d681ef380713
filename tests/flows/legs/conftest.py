"""The protocol without Prefect: a room, a clock that the test moves, and legs carried by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.leg import Leg, Step, opened
from flows.legs.resources import Resources
from flows.room import Room
from flows.steps.analyse import Analyse
from flows.steps.assign import Assign
from flows.steps.classify import Classify
from flows.steps.follow_up import FollowUp
from flows.steps.score import Score
from models.database import create_engine
from tests.fixtures.database import Database
from tests.fixtures.office import Office, open_office

TIMEOUT_SECONDS = 3.0


@dataclass
class SetClock:
    """Business time stands where the test put it: a Monday morning in Shanghai, to begin with."""

    moment: datetime = datetime(2026, 11, 16, 2, tzinfo=UTC)

    async def now(self, connection: AsyncConnection) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def office(database: Database, clock: SetClock) -> Office:
    return await open_office(database, clock)


@dataclass
class Carrier:
    """Does by hand what a worker and its flow do."""

    room: Room

    def steps(self) -> dict[str, Step]:
        policies = self.room.policies
        found = (Classify(policies, self.room.resources.seal), Assign(policies), FollowUp(policies))
        return {step.name: step for step in (*found, Analyse(policies), Score(policies))}

    async def claim(self) -> UUID | None:
        claimed = await self.room.claim("complaint")
        return claimed.leg_id if claimed else None

    async def open(self, leg_id: UUID) -> Leg:
        """A run of the leg that has loaded its cases and not begun."""
        async with opened(self.room.resources, leg_id, self.room.plan) as leg:
            return leg

    async def carry(self, leg_id: UUID, but: str = "") -> Leg:
        """One run of the procedure over the leg (without one step), not settled."""
        leg = await self.open(leg_id)
        for name, step in self.steps().items():
            if name != but:
                await leg.carry(step)
        return leg


@pytest.fixture
async def carrier(database: Database, clock: SetClock, office: Office) -> AsyncIterator[Carrier]:
    engine = create_engine(database.url, timeout_seconds=TIMEOUT_SECONDS)
    resources = Resources(engine, database.seal, clock, "by hand", lease_seconds=60, leg_cases=100, attempts_at_most=3)
    room = Room(resources, office.desk.policies)
    yield Carrier(room)
    await engine.dispose()
