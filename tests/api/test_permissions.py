"""Roles × acts × relation to the case, cell by cell over HTTP: 404 unseen, 403 seen and not allowed, else let through.

What a cell should be is read from the rulebook's file by the test itself; the API must keep to it.
"""

import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from flows.customers.identity import code_key
from flows.roster import change
from models.case import cases
from models.customer import accesses, customers
from models.leg import LegState, legs
from models.values.people_terms import Role
from models.values.stage_terms import Stage
from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.conftest import opened
from tests.api.said import SAID
from tests.fixtures.database import copied

TABLE = tomllib.loads(Path("flows/rulebook/permissions.toml").read_text(encoding="utf-8"))
BOOK = tomllib.loads(Path("flows/rulebook/default.toml").read_text(encoding="utf-8"))
LEVELS: list[str] = BOOK["assignment"]["levels"]
BEYOND = len(LEVELS)
"""A level that nobody has."""
OWN_UNIT, OTHER_UNIT = "linehaul", "claims"
RELATIONS = ("none", "owner", "above", "able", "unit", "caller_at_hand", "money", "named", "named_unit")
READS = {"read-case": "", "read-events": "/events", "read-runs": "/runs", "print-dossier": "/dossier"}
OF_INCIDENTS = {"read-affected", "attach"}
"""Of incidents alone; the other routes ask for the same permits. See test_incidents and test_incident_papers."""

INCIDENT = {"kind": "damage", "what": "a", "where": "a", "discovered_at": "2020-01-01T00:00:00+08:00", "unit": OWN_UNIT}

REFUSED = (200, 409)
"""Let through: done, or refused for another reason than who asks."""


def spelt(role: str, *columns: str) -> set[str]:
    """The acts that the file allows a role in some columns."""
    words = [word for column in columns for word in TABLE["roles"][role].get(column, [])]
    return {act for word in words for act in TABLE["duties"].get(word, [word])}


def named(role: str) -> str:
    return f"the {role}"


@pytest.fixture(scope="module")
async def everybody(postgres: Any, template: str) -> AsyncIterator[Centre]:
    """One of each role, all of one unit, beside the usual team, which is of none."""
    async with copied(postgres.url(f"t_{uuid4().hex[:12]}"), template) as database, opened(database) as centre:
        for role in Role:
            await centre.hire(named(role), role)
            async with centre.engine.begin() as connection:
                await change(connection, named(role), {"unit": OWN_UNIT})
        yield centre


def facts_of(relation: str, role: str, one: Person, other: Person) -> tuple[dict[str, Any], set[str]] | None:
    """A case to which somebody is this and as little else as can be, and what he is; None: his role never is that."""
    level = LEVELS.index(role) if role in LEVELS else 0
    bare = {"owner_id": other.id, "level": BEYOND, "unit": OTHER_UNIT, "stage": Stage.ANALYSIS, "category": "delay"}
    match relation:
        case "none":
            return bare, set()
        case "owner":
            return bare | {"owner_id": one.id}, {"owner"}
        case "above":
            return (bare | {"level": level}, {"above"}) if level else None
        case "able":
            if level:
                return bare | {"owner_id": None, "level": level, "stage": Stage.FINAL_POSITION}, {"able", "above"}
            stages = [stage for stage, roles in BOOK["assignment"]["roles"].items() if role in roles]
            ladder = ("carry_out", "feed_back", "approval", "final_position")
            of_rounds = ("contact", "visit", "assessment")  # their cases are no complaints
            free = [stage for stage in stages if stage not in (*ladder, *of_rounds)]
            return (bare | {"owner_id": None, "stage": free[0]}, {"able"}) if free else None
        case "unit":
            return bare | {"unit": OWN_UNIT}, {"unit"}
        case "caller_at_hand":
            return bare | {"caller_key": f"{role:>032}"}, {"caller_at_hand"}
        case "money":
            return bare | {"paid": 5}, {"money"}
        case "named":
            return bare | {"owner_id": one.id, "unit": OWN_UNIT, "paid": 5, "named_staff": [one.id]}, {"named"}
    return bare | {"owner_id": one.id, "unit": OWN_UNIT, "paid": 5, "named_units": [OWN_UNIT]}, {"named"}


async def prepared(centre: Centre, facts: dict[str, Any], one: Person) -> tuple[str, int]:
    id_ = await centre.start(by="web_form", reference=uuid4().hex)
    async with centre.engine.begin() as connection:
        changed = update(cases).where(cases.c.id == UUID(id_)).values(facts).returning(cases.c.version)
        version: int = (await connection.execute(changed)).scalar_one()
        if "caller_key" in facts:
            now = await centre.office.desk.clock.now(connection)
            seen = {"staff_id": one.id, "kind": "by_phone", "caller_key": facts["caller_key"], "at": now}
            await connection.execute(insert(accesses).values(seen))
    return id_, version


@pytest.fixture(scope="module")
async def incident(everybody: Centre) -> str:
    id_: str = (await everybody.general_manager.post("/incidents", INCIDENT)).json()["id"]
    return id_


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_every_cell_of_the_table(everybody: Centre, incident: str, role: str, relation: str) -> None:
    one = everybody.people[named(role)]
    given = facts_of(relation, role, one, everybody.handler)
    if given is None:
        return  # nobody of this role is ever that to a case
    facts, held = given
    allowed = set() if "named" in held else spelt(role, "none", *held)
    seen = "read-case" in allowed
    id_, version = await prepared(everybody, facts, one)

    def expected(act: str, *through: int) -> tuple[int, ...]:
        return (404,) if not seen else through if act in allowed else (403,)

    for read, path in READS.items():
        answer = await one.get(f"/cases/{id_}{path}")
        assert answer.status_code in expected(read, 200), f"{read}: {answer.text}"
    reference = (await everybody.general_manager.get(f"/cases/{id_}")).json()["reference"]
    listed = [case["id"] for case in (await one.get("/cases", reference=reference)).json()["items"]]
    assert listed == ([id_] if seen else [])
    for act, said in (SAID | {"join": {"incident": incident}}).items():
        answer = await one.post(f"/cases/{id_}/acts/{act}", {"version": version, **said})
        assert answer.status_code in expected(act, *REFUSED), f"{act}: {answer.text}"
        if answer.status_code == 200:
            id_, version = await prepared(everybody, facts, one)
        else:
            is_problem(answer, answer.status_code)
    answer = await one.post(f"/cases/{id_}/acts/release")
    assert answer.status_code in expected("release", 409), answer.text


@pytest.fixture(scope="module")
async def customer(everybody: Centre) -> int:
    async with everybody.engine.begin() as connection:
        key = code_key(everybody.office.desk.seal, "c1")
        added = insert(customers).values(code=key, prospect=False, do_not_call=False).returning(customers.c.id)
        id_: int = (await connection.execute(added)).scalar_one()
        return id_


@pytest.fixture(scope="module")
async def ended_run(everybody: Centre) -> UUID:
    await everybody.carried(by="web_form")
    async with everybody.engine.connect() as connection:
        query = select(legs.c.id).where(legs.c.state != LegState.OPEN).limit(1)
        id_: UUID = (await connection.execute(query)).scalar_one()
        return id_


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_what_is_not_about_a_case_goes_by_role(
    everybody: Centre, customer: int, ended_run: UUID, role: str
) -> None:
    one, may = everybody.people[named(role)], spelt(role, "centre")
    looks, runs = "look-up" in may, "runs" in may
    mail = {"channel": "email", "to": f"{role}@centre.example"}
    cells = [
        ("POST", "/complaints", {"text": DELAY}, 202 if "receive" in may else 403),
        ("POST", "/incidents", INCIDENT, 202 if "report-incident" in may else 403),
        ("GET", "/reports/incidents", None, 200 if "reports" in may else 404),
        ("GET", "/queue", None, 200 if "queue" in may else 403),
        ("POST", "/queue/take", None, 200 if "queue" in may else 403),
        ("POST", "/customers/lookup", {"name": "无名氏"}, 200 if looks else 403),
        ("GET", f"/customers/{customer}", None, 200 if looks else 404),
        ("POST", f"/customers/{customer}/unmask", {"reason": "a"}, 200 if "unmask" in may else 403 if looks else 404),
        ("POST", f"/customers/{customer}/correct", {}, 200 if "correct" in may else 403 if looks else 404),
        ("GET", "/runs", None, 200 if runs else 404),
        ("GET", f"/runs/{ended_run}", None, 200 if runs else 404),
        ("POST", f"/runs/{ended_run}/cancel", None, 409 if "cancel-run" in may else 403 if runs else 404),
        ("GET", "/reports/classes", None, 200 if "reports" in may else 404),
        ("POST", "/referrals", {"number": f"R-{role}", "text": DELAY}, 202 if "refer" in may else 403),
        ("GET", "/payments", None, 200 if "payments" in may else 404),
        ("GET", "/reports/recharges", None, 200 if "payments" in may else 404),
        ("GET", "/subscriptions", None, 200 if "subscriptions" in may else 404),
        ("POST", "/subscriptions/999/end", None, 404),
        ("POST", "/subscriptions", mail, 201 if "subscriptions" in may else 404),
        ("GET", "/cases", None, 200),
    ]
    for method, path, said, status in cells:
        answer = await one.http.request(method, path, json=said)
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        if status >= 400:
            is_problem(answer, status)


def test_the_walk_leaves_no_act_out() -> None:
    every = {act for role in TABLE["roles"] for act in spelt(role, *set(RELATIONS[:-2]))}
    assert every == {*SAID, *READS, *OF_INCIDENTS, "release"}
