"""A small service centre for tests: the real app on a real database, its staff signed in, its steps carried here.

`carry` takes every due case through the real leg protocol in this process, so that a test of the API needs no worker.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI
from sqlalchemy import MetaData, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.desk import Office
from flows.legs.leg import Step
from flows.room import Room, carrying, furnish
from flows.rulebook.store import Policies
from flows.staffing import NewStaff, add_staff, create_token
from flows.steps.analyse import Analyse
from flows.steps.assign import Assign
from flows.steps.classify import Classify
from flows.steps.contacts import AssignContact, FollowContact, Record
from flows.steps.follow_up import FollowUp
from flows.steps.grade import GradeIncident
from flows.steps.incident_follow_up import IncidentFollowUp
from flows.steps.reach_out import ReachOut
from flows.steps.rounds import Draw, FollowRound, Summarise
from flows.steps.score import Score
from flows.steps.score_incident import ScoreIncident
from models.clock import simulated_clock
from models.database import metadata
from models.staff import staff as staff_table
from models.values.people_terms import Role

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 3, 4, 10, 0, tzinfo=SHANGHAI)
"""A Wednesday, ten o'clock, no holiday near: when the simulated clock begins."""

API = "http://redress/api/v1"
DELAY = "快递延误了,说好三天到,现在八天了还没送到,请尽快派送"
ENQUIRY = "请问寄一件十公斤的货到成都要多少钱,几天能到?"
UNCLEAR = "你好"
MANY = 50
"""How many do the same thing at once."""

PROCEDURES = ("complaint", "request", "incident")
"""Those the centre of the tests carries; a case may pass from one to the other."""

TEAM: dict[str, Role] = {
    "acceptor": Role.ACCEPTOR,
    "handler": Role.COMPLAINT_HANDLER,
    "colleague": Role.COMPLAINT_HANDLER,
    "supervisor": Role.SUPERVISOR,
    "second_supervisor": Role.SUPERVISOR,
    "manager": Role.MANAGER,
    "general_manager": Role.GENERAL_MANAGER,
    "revisitor": Role.REVISIT_AGENT,
    "specialist": Role.ENQUIRY_SPECIALIST,
    "web_form": Role.CHANNEL,
}


@dataclass(frozen=True)
class Person:
    """Somebody with a token, and the HTTP client that carries it."""

    id: int
    name: str
    token: str
    http: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query)

    async def post(self, path: str, said: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return await self.http.post(path, json=said, headers=headers)

    async def read(self, case_id: str) -> dict[str, Any]:
        answer = await self.get(f"/cases/{case_id}")
        assert answer.status_code == 200, answer.text
        case: dict[str, Any] = answer.json()
        return case

    async def events(self, case_id: str) -> list[dict[str, Any]]:
        answer = await self.get(f"/cases/{case_id}/events")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def act(self, case_id: str, act: str, *, key: str | None = None, **said: Any) -> httpx.Response:
        """The act, on the version that is current unless one is given."""
        if "version" not in said:
            said["version"] = (await self.read(case_id))["version"]
        return await self.post(f"/cases/{case_id}/acts/{act}", said, key=key)

    async def done(self, case_id: str, act: str, **said: Any) -> dict[str, Any]:
        """The act, which must succeed."""
        answer = await self.act(case_id, act, **said)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done


@dataclass
class Centre:
    """The app, its office, and who works there."""

    app: FastAPI
    office: Office
    people: dict[str, Person] = field(default_factory=dict)
    steps_by: Policies | None = None
    """The rulebooks the steps know; None: those of the API."""

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def engine(self) -> AsyncEngine:
        return self.office.resources.engine

    async def staff(self, team: Mapping[str, Role] = TEAM) -> Self:
        async with self.engine.begin() as connection:
            for name, role in team.items():
                await self._hire(connection, name, role)
        return self

    async def hire(self, name: str, role: Role, unit: str | None = None) -> Person:
        async with self.engine.begin() as connection:
            return await self._hire(connection, name, role, unit)

    async def belong(self, unit: str, *names: str) -> None:
        """They are of a unit from now on: before their first call: the API believes what it saw for a while."""
        async with self.engine.begin() as connection:
            await connection.execute(update(staff_table).where(staff_table.c.name.in_(names)).values(unit=unit))

    async def _hire(self, connection: AsyncConnection, name: str, role: Role, unit: str | None = None) -> Person:
        id_ = await add_staff(connection, NewStaff(name, role, unit))
        token = await create_token(connection, name)
        self.people[name] = Person(id_, name, token, self.client(token))
        return self.people[name]

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=API, headers=headers)

    async def start(self, text: str = DELAY, *, by: str = "acceptor", **more: Any) -> str:
        """A case that was just received."""
        answer = await self.people[by].post("/complaints", {"text": text, **more})
        assert answer.status_code == 202, answer.text
        id_: str = answer.json()["id"]
        return id_

    async def carried(self, text: str = DELAY, **more: Any) -> str:
        """A case that the system has carried to its first wait for a person."""
        id_ = await self.start(text, **more)
        await self.carry()
        return id_

    async def owner(self, case_id: str) -> Person:
        owner = (await self.general_manager.read(case_id))["owner"]
        return next(person for person in self.people.values() if person.id == owner)

    async def move_to(self, url: str) -> None:
        """From here on everybody calls a server process instead of the app in this one."""
        for name, one in self.people.items():
            await one.http.aclose()
            headers = {"Authorization": f"Bearer {one.token}"}
            limits = httpx.Limits(max_connections=MANY)
            client = httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, limits=limits, timeout=60)
            self.people[name] = replace(one, http=client)

    async def carry(self) -> None:
        """Carry whatever is due until nothing is."""
        policies, seal = self.steps_by or self.office.desk.policies, self.office.resources.seal
        furnish(Room(self.office.resources, policies))
        complaint = (Classify(policies, seal), Assign(policies), FollowUp(policies), Analyse(policies), Score(policies))
        steps: dict[str, tuple[Step, ...]] = {
            "complaint": complaint,
            "request": complaint,
            "round": (Draw(policies), FollowRound(policies), Summarise(policies), Assign(policies)),
            "revisit": (AssignContact(policies), FollowContact(policies), Record(policies, seal)),
            "incident": (
                GradeIncident(policies),
                Assign(policies),
                IncidentFollowUp(policies),
                ReachOut(policies),
                ScoreIncident(policies),
            ),
        }
        while any([await self._carry(procedure, of_it) for procedure, of_it in steps.items()]):
            pass

    async def _carry(self, procedure: str, steps: Iterable[Step]) -> bool:
        """One leg of a procedure; whether anything was due."""
        async with carrying(procedure, None) as leg:
            found = bool(leg.held)
            for step in steps:
                await leg.carry(step)
        return found

    async def now(self) -> datetime:
        async with self.engine.connect() as connection:
            return await self.office.desk.clock.now(connection)

    async def move(self, to: datetime | timedelta) -> None:
        """Let business time jump (simulated clock only)."""
        until = to if isinstance(to, datetime) else await self.now() + to
        async with self.engine.begin() as connection:
            await connection.execute(update(simulated_clock).values(now=until))

    async def counts(self) -> dict[str, int]:
        """The rows of every table."""
        async with self.engine.connect() as connection:
            return await counts(connection)

    async def close(self) -> None:
        for person in self.people.values():
            await person.http.aclose()


async def counts(connection: AsyncConnection, tables: MetaData = metadata) -> dict[str, int]:
    return {
        table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        for table in tables.sorted_tables
    }


async def set_clock(connection: AsyncConnection, moment: datetime = MORNING) -> None:
    """Make a database a demo database, whose time stands still."""
    await connection.execute(insert(simulated_clock).values(id=1, now=moment))


def reasons(event: Mapping[str, Any]) -> str:
    return " ".join(f"{one['zh']} {one['en']}" for one in event["reasons"])


def is_problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """Asserts a problem detail of one of these statuses, in both languages; returns it."""
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"].strip()
    assert problem["detail_zh"].strip()
    assert problem["title"]
    return problem
