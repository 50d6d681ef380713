"""The people of the demo at their desks: each takes the queue in order, over HTTP, as far as an hour goes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.money_schemas import SettlementView
from api.queue_schemas import Queue
from api.schemas import CaseView
from flows.roster import add_absence
from flows.staffing import NewStaff, add_staff, create_token
from models.case import cases
from models.values.people_terms import AbsenceReason, Role
from models.values.shift import Absence
from models.values.stage_terms import Stage
from models.values.vocabulary import Procedure

from . import phrases
from .calls import CONFLICT, Calls
from .conduct import acts_for
from .customers import Customer
from .request import SimulatedRequest
from .respondents import answer_by_link, respondent, wanted
from .roster import PEOPLE, SCHEDULER, WEB_FORM, Person, midnight
from .scene import Said, Scene

Conduct = Callable[["Colleague", CaseView, datetime], Awaitable[list[Said]]]
LOOKS_AT = 30
LOOKS_AGAIN = 4
"""How often somebody reads a case again that moved under his hands."""


@dataclass(frozen=True)
class Colleague:
    person: Person
    id: int
    token: str


async def hire(engine: AsyncEngine) -> dict[str, Colleague]:
    """Everybody of the roster with a token, by name; the web form too."""
    hired: dict[str, Colleague] = {}
    async with engine.begin() as connection:
        for one in (*PEOPLE, WEB_FORM):
            new = NewStaff(one.name, one.role, one.unit, one.skills, one.capacity, one.languages, one.rostered)
            id_ = await add_staff(connection, new)
            hired[one.name] = Colleague(one, id_, await create_token(connection, one.name))
    return hired


class Centre:
    """Whoever is on duty works; what is asked of the API is counted by `calls`."""

    def __init__(
        self, engine: AsyncEngine, calls: Calls, colleagues: dict[str, Colleague], day: date, seed: int = 0
    ) -> None:
        self._engine = engine
        self._calls = calls
        self._colleagues = colleagues
        self._day = day
        self._away: dict[str, str] = {}
        self._seed = seed
        self.customers: dict[UUID, Customer] = {}
        self._respondents: dict[UUID, Customer] = {}
        self.conducts: dict[Procedure, Conduct] = {}
        """What is done about cases of procedures that no caller of the demo began."""

    @property
    def web_form(self) -> Colleague:
        return self._colleagues[WEB_FORM.name]

    def at_work(self, now: datetime) -> list[Colleague]:
        """Everybody who is there, whether or not he works from the queue."""
        people = (one for one in self._colleagues.values() if one.person.role is not Role.CHANNEL)
        return [one for one in people if one.person.works(now, self._day)]

    def by_role(self) -> dict[str, dict[str, int]]:
        """How many there are of each role, and what they asked of the API."""
        found: dict[str, dict[str, int]] = {}
        for one in self._colleagues.values():
            row = found.setdefault(one.person.role.value, {"people": 0, "reads": 0, "posts": 0})
            row["people"] += 1
            row["reads"] += self._calls.by_token[one.token, "GET"]
            row["posts"] += self._calls.by_token[one.token, "POST"]
        return found

    def of_unit(self, unit: str) -> Colleague:
        """Who speaks for a business unit."""
        wanted = [one for one in self._colleagues.values() if one.person.role is Role.BUSINESS_UNIT]
        return next(one for one in wanted if one.person.unit == unit)

    def of_role(self, role: Role) -> Colleague:
        return next(one for one in self._colleagues.values() if one.person.role is role)

    def on_duty(self, now: datetime) -> list[Colleague]:
        return [one for one in self._colleagues.values() if one.person.pace and one.person.works(now, self._day)]

    def somebody(self, role: Role, now: datetime) -> Colleague | None:
        """The first of a role who is there, with a queue or without one."""
        return next((one for one in self.at_work(now) if one.person.role is role), None)

    async def work(self, now: datetime) -> int:
        """One round: everybody on duty at once, each one case after the other. Returns the number of acts."""
        owners = await self._owners()
        busy = [one for one in self.on_duty(now) if one.id in owners]
        return sum(await asyncio.gather(*(self._sit(one, now) for one in busy)))

    async def _owners(self) -> set[int]:
        """Who has something on the desk; the others need not look."""
        async with self._engine.connect() as connection:
            query = select(cases.c.owner_id).where(cases.c.closed_at.is_(None), cases.c.owner_id.is_not(None))
            return set((await connection.execute(query.distinct())).scalars())

    async def note_absences(self, now: datetime) -> None:
        """Who is ill gets no new cases once it is noticed, the next morning; his deputy has those he has already."""
        for name, one in self._colleagues.items():
            ill = one.person.absence
            if ill is None or not ill.known(now, self._day):
                self._away.pop(name, None)
            elif name not in self._away:
                self._away[name] = ill.deputy
                span = Absence(now, midnight(self._day) + ill.ends)
                async with self._engine.begin() as connection:
                    await add_absence(connection, name, span, AbsenceReason.ILLNESS, ill.deputy)

    async def act(self, one: Colleague, case: CaseView, said: Iterable[Said]) -> int | None:
        """Do these acts one after the other; None: the case had moved on, read it again."""
        version, done = case.version, 0
        for each in said:
            answer = await self._calls.post(
                one.token, f"/cases/{case.id}/acts/{each.act}", each.body | {"version": version}
            )
            if answer.status == CONFLICT:
                return None
            if answer.status < 400:
                version, done = answer.body["version"], done + 1
                if each.act == "send-link":
                    await answer_by_link(self._calls, answer.body["path"], self.behind(case))
        return done

    async def read(self, one: Colleague, case_id: UUID) -> CaseView | None:
        body = await self._calls.get(one.token, f"/cases/{case_id}")
        return CaseView.model_validate(body) if body is not None else None

    async def look_up(self, one: Colleague, request: SimulatedRequest) -> bool:
        """Find out who is calling, so that one may speak about his case; False: he gave nothing to find him by."""
        said = {"phone": request.caller_phone, "waybill": request.waybill, "name": request.caller_name}
        known = next(((name, value) for name, value in said.items() if value), None)
        if known is None:
            return False
        answer = await self._calls.post(one.token, "/customers/lookup", dict([known]))
        return answer.status < 400

    async def overdue(self, one: Colleague) -> list[dict[str, Any]]:
        body = await self._calls.get(one.token, "/cases", overdue="true", limit=200)
        return list(body["items"]) if body else []

    async def hand_over(self, now: datetime) -> None:
        """A supervisor gives what is overdue with somebody absent to somebody else."""
        away = {self._colleagues[name].id for name in self._away}
        supervisor = next((one for one in self.on_duty(now) if one.person.role is Role.SUPERVISOR), None)
        if supervisor is None:
            return
        for item in await self.overdue(supervisor) if away else []:
            case = await self.read(supervisor, UUID(item["id"])) if item["owner"] in away else None
            if case is not None and case.owner in away:
                await self.act(supervisor, case, [Said("reassign", {"why": phrases.ABSENT})])

    async def open_round(self, now: datetime) -> None:
        """The scheduler opens the round of the week before."""
        await self._calls.post(self._colleagues[SCHEDULER.name].token, "/revisits/rounds", wanted(now))

    def behind(self, case: CaseView) -> Customer:
        """Who called about this case, or is to be called."""
        if case.id not in self.customers and case.id not in self._respondents:
            self._respondents[case.id] = respondent(case, self._seed)
        return self.customers.get(case.id) or self._respondents[case.id]

    async def _sit(self, one: Colleague, now: datetime) -> int:
        body = await self._calls.get(one.token, "/queue", limit=LOOKS_AT)
        acts = worked = 0
        for item in Queue.model_validate(body).items if body else []:
            if worked >= one.person.pace:
                break
            if item.mine and (done := await self._handle(one, item.case.id, now)):
                acts += done
                worked += 1
        return acts

    async def _handle(self, one: Colleague, case_id: UUID, now: datetime) -> int:
        """Decide on the case as it stands; when it moved meanwhile, read it again and decide anew."""
        whose = [one.person.name, *(name for name, deputy in self._away.items() if deputy == one.person.name)]
        desks = {self._colleagues[name].id for name in whose}
        for _ in range(LOOKS_AGAIN):
            case = await self.read(one, case_id)
            if case is None or case.owner not in desks or case.hold is not None:
                return 0
            done = await self.act(one, case, await self._acts_for(one, case, now))
            if done is not None:
                return done
        self._calls.troubles.add("conflict", f"no act was taken: {self._calls.last_conflict}")
        return 0

    async def _acts_for(self, one: Colleague, case: CaseView, now: datetime) -> list[Said]:
        if (conduct := self.conducts.get(case.procedure)) is not None:
            return await conduct(one, case, now)
        compensated = case.stage is Stage.CARRY_OUT and await self._compensated(one, case)
        return acts_for(Scene(case, self.behind(case), now, compensated))

    async def _compensated(self, one: Colleague, case: CaseView) -> bool:
        body = await self._calls.get(one.token, f"/cases/{case.id}/settlement")
        held = SettlementView.model_validate(body) if body is not None else None
        return held is not None and held.committed + held.elsewhere > 0
