"""The day played: calls come in, people work in rounds, and weeks pass between."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from models.case import cases
from models.values.calendar import SHANGHAI
from models.values.stage_terms import Stage
from models.values.vocabulary import Procedure

from .callers import Callers
from .centre import Centre
from .colleagues import Colleagues
from .incidents import Incidents
from .request import SimulatedRequest
from .rounds import batches, next_round
from .till import Till
from .timeline import Timeline

WEEKS_AT_MOST = 6
MORNING = 9
QUIET_SHARE = 0.2
"""When so little is left open, people look less often."""


@dataclass(frozen=True)
class Standing:
    """How far the demo is."""

    now: datetime
    arrived: int
    closed: int
    total: int


@dataclass
class Play:
    engine: AsyncEngine
    timeline: Timeline
    centre: Centre
    callers: Callers
    colleagues: Colleagues
    till: Till
    incidents: Incidents
    requests: Sequence[SimulatedRequest]
    sum_up: Callable[[datetime], Awaitable[None]]
    tell: Callable[[Standing], None]
    _round_opened: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Until everything is closed, or the weeks are over."""
        begins = self.timeline.now
        arrivals = list(batches(self.requests, begins))
        round_at = next_round(begins)
        closed = 0
        while round_at < begins + timedelta(weeks=WEEKS_AT_MOST):
            report_at = self.incidents.next_at
            if report_at is not None and report_at <= min([round_at, *(moment for moment, _ in arrivals[:1])]):
                await self.timeline.go_to(report_at)
                await self.incidents.report(report_at)
            elif arrivals and arrivals[0][0] <= round_at:
                moment, batch = arrivals.pop(0)
                await self.timeline.go_to(moment)
                await self.callers.answer_mail(moment)
                await self.callers.receive(batch)
            else:
                await self.timeline.go_to(round_at)
                await self._round()
                closed, open_, of_incidents = await self._counts()
                left = len(self.centre.customers) - closed
                waiting = left + len(self.callers.coming_back) + open_
                if not arrivals and not waiting and not of_incidents and not self.incidents.left:
                    break
                quiet = not arrivals and left <= QUIET_SHARE * len(self.requests)
                round_at = next_round(round_at, quiet=quiet, idle=not arrivals and not waiting)
            self.tell(Standing(self.timeline.now, len(self.centre.customers), closed, len(self.requests)))
        self.tell(Standing(self.timeline.now, len(self.centre.customers), closed, len(self.requests)))

    async def _round(self) -> None:
        now = self.timeline.now
        await self.centre.note_absences(now)
        await self.callers.answer_mail(now)
        if not self._round_opened and now.astimezone(SHANGHAI).hour >= MORNING:
            self._round_opened = True
            await self.centre.open_round(now)
            await self.timeline.settle()
        if now.astimezone(SHANGHAI).hour == MORNING:
            await self.callers.morning(now)
            await self.colleagues.morning(now)
            await self.centre.hand_over(now)
            await self.sum_up(now)
        await self.centre.work(now)
        await self.till.work(now)
        await self.incidents.round(now)
        await self.timeline.settle()

    async def _counts(self) -> tuple[int, int, int]:
        """How many of the callers' cases are closed; how many others are open; how many incidents and their tasks."""
        async with self.engine.connect() as connection:
            called = cases.c.id.in_(self.centre.customers) & (cases.c.stage == Stage.CLOSED)
            still, incident = cases.c.stage != Stage.CLOSED, cases.c.procedure == Procedure.INCIDENT
            others, theirs = func.count().filter(still & ~incident), func.count().filter(still & incident)
            query = select(func.count().filter(called), others, theirs).select_from(cases)
            closed, open_, of_incidents = (await connection.execute(query)).one()
            return closed, open_, of_incidents
