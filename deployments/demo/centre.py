"""The people of the demo at their desks: each takes the queue in order, over HTTP, as far as an hour goes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.schemas import CaseView, Queue
from flows.staffing import NewStaff, add_staff, create_token, set_presence
from models.case import cases
from models.values.vocabulary import Procedure, Role

from . import phrases
from .calls import CONFLICT, Calls
from .conduct import Said, Scene, acts_for
from .customers import Customer
from .roster import PEOPLE, WEB_FORM, Person

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
            id_ = await add_staff(connection, NewStaff(one.name, one.role, one.unit, one.skills, one.capacity))
            hired[one.name] = Colleague(one, id_, await create_token(connection, one.name))
    return hired


class Centre:
    """Whoever is on duty works; what is asked of the API is counted by `calls`."""

    def __init__(self, engine: AsyncEngine, calls: Calls, colleagues: dict[str, Colleague], day: date) -> None:
        self._engine = engine
        self._calls = calls
        self._colleagues = colleagues
        self._day = day
        self._present = dict.fromkeys(colleagues, True)
        self.customers: dict[UUID, Customer] = {}
        self.conducts: dict[Procedure, Conduct] = {}
        """What is done about cases of procedures that no caller of the demo began."""

    @property
    def web_form(self) -> Colleague:
        return self._colleagues[WEB_FORM.name]

    def of_unit(self, unit: str) -> Colleague:
        """Who speaks for a business unit."""
        wanted = [one for one in self._colleagues.values() if one.person.role is Role.BUSINESS_UNIT]
        return next(one for one in wanted if one.person.unit == unit)

    def of_role(self, role: Role) -> Colleague:
        return next(one for one in self._colleagues.values() if one.person.role is role)

    def on_duty(self, now: datetime) -> list[Colleague]:
        return [one for one in self._colleagues.values() if one.person.pace and one.person.works(now, self._day)]

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
        """Who is not there gets no new cases; an illness is noticed the next morning."""
        for name, one in self._colleagues.items():
            present = one.person.present(now, self._day)
            if present != self._present[name]:
                self._present[name] = present
                async with self._engine.begin() as connection:
                    await set_presence(connection, name, present)

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
        return done

    async def read(self, one: Colleague, case_id: UUID) -> CaseView | None:
        body = await self._calls.get(one.token, f"/cases/{case_id}")
        return CaseView.model_validate(body) if body is not None else None

    async def overdue(self, one: Colleague) -> list[dict[str, Any]]:
        body = await self._calls.get(one.token, "/cases", overdue="true", limit=200)
        return list(body["items"]) if body else []

    async def hand_over(self, now: datetime) -> None:
        """A supervisor gives what is overdue with somebody absent to somebody else."""
        away = {one.id for name, one in self._colleagues.items() if not self._present[name]}
        supervisor = next((one for one in self.on_duty(now) if one.person.role is Role.SUPERVISOR), None)
        if supervisor is None:
            return
        for item in await self.overdue(supervisor) if away else []:
            case = await self.read(supervisor, UUID(item["id"])) if item["owner"] in away else None
            if case is not None and case.owner in away:
                await self.act(supervisor, case, [Said("reassign", {"why": phrases.ABSENT})])

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
        for _ in range(LOOKS_AGAIN):
            case = await self.read(one, case_id)
            if case is None or case.owner != one.id or case.hold is not None:
                return 0
            done = await self.act(one, case, await self._acts_for(one, case, now))
            if done is not None:
                return done
        self._calls.troubles.add("conflict", f"no act was taken: {self._calls.last_conflict}")
        return 0

    async def _acts_for(self, one: Colleague, case: CaseView, now: datetime) -> list[Said]:
        if (conduct := self.conducts.get(case.procedure)) is not None:
            return await conduct(one, case, now)
        return acts_for(Scene(case, self.customers[case.id], now))
