"""The commands of `redress classes`, as people run them."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from flows.staffing import NewStaff, add_staff
from models.values.people_terms import Role
from tests.flows.classing import brute
from tests.flows.classing.brute import Line
from tests.flows.classing.test_computing import needs_data


def period(first="2024-01-01", last="2024-12-31"):
    return ("--from", first, "--to", last)


async def fill(database, count=100, currency="CNY"):
    day = date(2024, 6, 1)
    lines = [
        Line(f"{number:03}", f"{currency}{number}", day, None, Decimal(1000 - number) + Decimal("0.10"), currency)
        for number in range(count)
    ]
    lines.append(Line("007", "before", date(2023, 6, 1), None, Decimal(90), currency))
    await brute.fill(database, lines)
    return lines


@needs_data
async def test_compute_prints_the_figures_of_the_real_shipments_as_json(redress, database):
    lines = brute.usaid()
    await brute.fill(database, lines)
    done = redress("classes", "compute", *period("2006-01-01", "2015-12-31"), "--json")
    assert done.returncode == 0, done.stderr
    netted = brute.amounts(lines, date(2006, 1, 1), date(2015, 12, 31), "USD")
    assert json.loads(done.stdout) == {
        "n": len(netted),
        "classes": {
            name: {"customers": customers, "amount": float(amount), "share": share}
            for name, (customers, amount, share) in brute.figures(netted).items()
        },
    }


async def test_compute_shows_the_shares_beside_the_expected_ones(redress, database):
    await fill(database)
    done = redress("classes", "compute", *period())
    assert done.returncode == 0, done.stderr
    assert "100 customers" in done.stdout
    assert "60% – 80%" in done.stdout
    assert "✗ 不符" in done.stdout
    assert await database.value("SELECT count(*) FROM class_members") == 100


async def test_growth_overrides_and_value_are_told(redress, database):
    await fill(database)
    assert redress("classes", "compute", *period(), "--json").returncode == 0
    [grown] = json.loads(redress("classes", "growth", "--json").stdout)
    assert grown == {
        "customer": "007",
        "amount": 993.1,
        "before": 90.0,
        "increase": 903.1,
        "factor": 11.03,
        "to_b": 3.0,
    }
    assert "007" in redress("classes", "growth").stdout
    async with database.engine.begin() as connection:
        await add_staff(connection, NewStaff("组长", Role.SUPERVISOR))
    until = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - a month off, whatever the zone
    given = ("classes", "override", "007", "a", "--reason", "重点培育", "--until", until, "--by", "组长")
    done = redress(*given)
    assert done.returncode == 0, done.stderr
    assert await database.value("SELECT customer_class FROM class_overrides") == "A"
    assert "重点培育" in redress("classes", "overrides").stdout
    assert "not measured" in redress("classes", "value", "007", *period()).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("compute", *period("2024-12-31", "2024-01-01")), "ends before it begins"),
        (("compute", *period("2024-13-01")), "--from must be a date such as 2024-12-31"),
        (("compute", *period(last="2024-W05-1")), "--to must be a date"),
        (("compute", *period("1999-01-01", "1999-12-31")), "there is no transaction from 1999-01-01 to 1999-12-31"),
        (("compute", *period(), "--currency", "EUR"), "no transaction in that currency"),
        (("compute", *period()), "CNY, USD: say which with --currency"),
        (("compute", *period(), "--basis", "weight"), "amount, profit"),
        (("growth",), "no classes were computed yet"),
        (("override", "007", "A", "--reason", "x", "--until", "2020-01-01", "--by", "nobody"), "no member of staff"),
        (("override", "007", "A", "--reason", "x", "--until", "soon", "--by", "nobody"), "--until must be a date"),
        (("override", "007", "E", "--reason", "x", "--until", "2099-01-01", "--by", "x"), "'E' is not one of"),
    ],
)
async def test_a_mistake_gets_one_sentence(two_currencies, redress, arguments, sentence):
    done = redress("classes", *arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.fixture
async def two_currencies(database):
    await fill(database, 3)
    await database.rows("UPDATE shipments SET currency = 'USD' WHERE order_id = 'CNY1'")
