"""GET /reports/classes: the snapshot, its shares beside the expected ones, the growth list; as JSON and as CSV."""

import csv
import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from flows.classing.computing import Wanted, compute
from flows.rulebook.loading import load, read
from flows.staffing import NewStaff, add_staff, create_token
from models.settings import Settings
from models.values.classes import Period
from models.values.people_terms import Role
from tests.flows.classing import brute
from tests.flows.classing.brute import Line

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
PATH = "http://redress/api/v1/reports/classes"


@pytest.fixture
async def ask(database):
    """GET the report as somebody of a role (None: without a token)."""
    app = create_app(Settings(database_url=database.url, secret_key=database.key))
    async with app.router.lifespan_context(app):

        async def get(role=Role.MANAGER, **query):
            headers = {}
            if role is not None:
                async with database.engine.begin() as connection:
                    who = f"{role} {uuid4()}"
                    await add_staff(connection, NewStaff(who, role))
                    headers = {"Authorization": f"Bearer {await create_token(connection, who)}"}
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, headers=headers) as client:
                return await client.get(PATH, params=query)

        yield get


async def computed(database):
    lines = [Line(f"={number:03}", "1", YEAR.first, None, Decimal(1000 - number)) for number in range(100)]
    lines.append(Line("=007", "0", date(2023, 5, 5), None, Decimal("90.50")))
    await brute.fill(database, lines)
    async with database.engine.begin() as connection:
        snapshot = await compute(connection, Wanted(YEAR, "amount"), load(read()).rulebook.classes)
    return snapshot, brute.figures(brute.amounts(lines, YEAR.first, YEAR.last, "CNY"))


async def test_the_report_holds_snapshot_shares_and_growth(database, ask):
    snapshot, figures = await computed(database)
    answer = await ask()
    assert answer.status_code == 200
    report = answer.json()
    assert (report["snapshot"]["id"], report["snapshot"]["n"]) == (snapshot.id, 100)
    assert (report["snapshot"]["first"], report["snapshot"]["last"]) == ("2024-01-01", "2024-12-31")
    assert (report["before_first"], report["before_last"]) == ("2023-01-01", "2023-12-31")
    held = {
        one["customer_class"]: (one["customers"], Decimal(one["amount"]), one["share"]) for one in report["classes"]
    }
    assert held == figures
    assert [one["as_expected"] for one in report["classes"]] == [False, False, False, None]
    assert report["classes"][0]["expected_from"] == 0.6
    assert report["growth"] == [
        {
            "customer": "=007",
            "amount": "993.00",
            "before": "90.50",
            "increase": "902.50",
            "factor": "10.97",
            "to_b": "3.00",
        }
    ]
    assert (await ask(snapshot=snapshot.id)).json() == report


async def test_the_same_figures_come_as_csv_without_formulas(database, ask):
    _, figures = await computed(database)
    answer = await ask(format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    held = {
        row["customer_class"]: (int(row["customers"]), Decimal(row["amount"]), float(row["share"])) for row in rows[:4]
    }
    assert held == figures
    assert [row["part"] for row in rows] == ["class"] * 4 + ["growth"]
    assert (rows[4]["customer"], rows[4]["before"], rows[4]["customer_class"]) == ("'=007", "90.50", "C")
    assert {row["currency"] for row in rows} == {"CNY"}


async def test_before_anything_is_computed_the_report_says_so(ask):
    assert (await ask()).json()["snapshot"] is None
    assert (await ask(format="csv")).text.count("\n") == 1


@pytest.mark.parametrize(
    ("role", "query", "status"),
    [
        (None, {}, 401),
        (Role.CHANNEL, {}, 404),
        (Role.MANAGER, {"snapshot": 99}, 404),
        (Role.MANAGER, {"snapshot": 0}, 422),
        (Role.MANAGER, {"snapshot": 2**31}, 422),
        (Role.MANAGER, {"format": "pdf"}, 422),
    ],
)
async def test_who_may_not_or_asks_amiss_gets_a_problem(ask, role, query, status):
    answer = await ask(role, **query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_report_is_described(ask, database):
    app = create_app(Settings(database_url=database.url, secret_key=database.key))
    described = app.openapi()["paths"]["/api/v1/reports/classes"]["get"]
    assert set(described["responses"]["200"]["content"]) == {"application/json", "text/csv"}
    assert {one["name"] for one in described["parameters"]} == {"snapshot", "format"}
