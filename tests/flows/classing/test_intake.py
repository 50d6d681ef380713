from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from flows.classing.computing import Wanted, compute
from flows.classing.errors import ClassesError
from flows.classing.intake import class_of
from flows.classing.overrides import Override, override
from flows.classing.value import values_of
from flows.legs.clock import RealClock
from flows.legs.resources import Resources
from flows.room import Room, carrying, furnish
from flows.rulebook.loading import load, read
from flows.staffing import NewStaff, add_staff, staff_named
from flows.steps.classify import Classify
from models.values.classes import Period
from models.values.people_terms import Role
from models.values.vocabulary import CustomerClass
from tests.fixtures.office import SURE
from tests.flows.classing import brute
from tests.flows.classing.brute import Line

A, B, C, D = CustomerClass
POLICY = load(read()).rulebook.classes
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
TODAY = date(2025, 6, 1)


def lines(count=100, currency="CNY", reverse=False):
    """Customer 000 is the largest: 1 in A, 4 in B, 15 in C, the rest in D."""
    return [
        Line(
            f"{number:03}",
            f"{currency}{number}",
            YEAR.first,
            None,
            Decimal(number if reverse else 1000 - number),
            currency,
        )
        for number in range(count)
    ]


async def computed(database, period=YEAR, currency=None, basis="amount"):
    async with database.engine.begin() as connection:
        return await compute(connection, Wanted(period, basis, currency), POLICY)


async def standing(database, *ids, day=TODAY):
    async with database.engine.connect() as connection:
        return await class_of(connection, ids, day)


async def overridden(database, customer, name, until, role=Role.SUPERVISOR, today=TODAY, reason="年度框架协议"):
    async with database.engine.begin() as connection:
        who = f"{role} {uuid4()}"
        await add_staff(connection, NewStaff(who, role))
        actor = await staff_named(connection, who, load(read()))
        return await override(connection, Override(customer, name, reason, until), actor, POLICY, today)


async def carry(office):
    """Classify whatever is due, through the real leg protocol."""
    database = office.database
    resources = Resources(database.engine, database.seal, RealClock(), "test", 30, 50)
    furnish(Room(resources, office.desk.policies))
    async with carrying("complaint", None) as leg:
        assert leg.held
        await leg.carry(Classify(office.desk.policies, database.seal))


async def test_a_customer_has_the_class_of_the_newest_snapshot(database):
    ids = await brute.fill(database, lines())
    assert await standing(database, ids["000"]) == {}
    await computed(database)
    asked = [ids[code] for code in ("000", "001", "005", "020")]
    assert await standing(database, *asked) == dict(zip(asked, (A, B, C, D), strict=True))
    assert await standing(database) == {}
    assert await standing(database, 10**6) == {}


async def test_a_later_look_at_an_older_period_changes_nobody(database):
    old = Period(date(2020, 1, 1), date(2020, 12, 31))
    older = [Line(f"{number:03}", f"old{number}", old.first, None, Decimal(number)) for number in range(100)]
    ids = await brute.fill(database, [*lines(), *older])
    await computed(database)
    await computed(database, old)
    assert await standing(database, ids["000"]) == {ids["000"]: A}
    await database.rows("UPDATE shipments SET amount = 0 WHERE customer_id = :id", id=ids["000"])
    await computed(database)
    assert await standing(database, ids["000"]) == {ids["000"]: D}, "the same period again: the last one counts"


async def test_of_two_currencies_the_higher_class_counts_and_profit_does_not_mix_in(database):
    ids = await brute.fill(database, [*lines(), *lines(currency="USD", reverse=True)])
    await computed(database, currency="CNY")
    await computed(database, currency="USD")
    assert await standing(database, ids["000"], ids["099"]) == {ids["000"]: A, ids["099"]: A}
    await database.rows("UPDATE shipments SET profit = -amount")
    await computed(database, currency="CNY", basis="profit")
    assert await standing(database, ids["000"]) == {ids["000"]: A}


async def test_a_merged_customer_has_the_class_of_the_one_he_became(database):
    ids = await brute.fill(database, lines(), {"alias": "alias too", "alias too": "000"})
    await computed(database)
    assert await standing(database, ids["alias"], ids["alias too"]) == {ids["alias"]: A, ids["alias too"]: A}
    await database.rows("UPDATE customers SET merged_into = :into WHERE id = :id", into=ids["050"], id=ids["001"])
    assert await standing(database, ids["050"]) == {ids["050"]: B}, "merged since: the higher of the two"


async def test_an_override_holds_until_its_last_day_and_the_last_given_goes_first(database):
    ids = await brute.fill(database, lines(), {"alias": "050"})
    await computed(database)
    end = TODAY + timedelta(days=10)
    await overridden(database, "alias", A, end)
    assert await standing(database, ids["050"], day=end) == {ids["050"]: A}
    assert await standing(database, ids["050"], day=end + timedelta(days=1)) == {ids["050"]: D}
    await overridden(database, "050", B, end)
    assert await standing(database, ids["050"], ids["alias"]) == {ids["050"]: B, ids["alias"]: B}
    await overridden(database, "000", D, end)
    assert await standing(database, ids["000"]) == {ids["000"]: D}, "down as well"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"customer": "nobody"}, "no customer 'nobody'"),
        ({"until": TODAY - timedelta(days=1)}, "before today"),
        ({"reason": "  "}, "needs a reason"),
        ({"reason": "长" * 201}, "needs a reason"),
        ({"role": Role.COMPLAINT_HANDLER}, "not by complaint_handler"),
        ({"role": Role.CHANNEL}, "not by channel"),
    ],
)
async def test_an_override_that_cannot_be_gets_its_sentence(database, given, sentence):
    await brute.fill(database, lines(1))
    with pytest.raises(ClassesError, match=sentence):
        await overridden(database, **{"customer": "000", "name": A, "until": TODAY} | given)
    assert await database.value("SELECT count(*) FROM class_overrides") == 0


async def waybill(database, customer, number):
    query = "UPDATE shipments SET waybill_no = :number WHERE customer_id = :id"
    await database.rows(query, number=number, id=customer)


async def test_a_case_takes_the_class_of_who_pays_and_keeps_it(office):
    database = office.database
    ids = await brute.fill(database, lines())
    await computed(database)
    await waybill(database, ids["000"], "SF0000")
    await waybill(database, ids["050"], "SF0050")
    paid_by_a = (await office.complain(waybill="sf0000"))[0]
    paid_by_d = (await office.complain(waybill="SF0050"))[0]
    unknown = (await office.complain())[0]
    unclear = (await office.complain(text="你好", waybill="SF0000"))[0]
    await carry(office)
    query = "SELECT id, customer_class, stage, clocks FROM cases"
    found = {row.id: row for row in await database.rows(query)}
    assert [found[id_].customer_class for id_ in (paid_by_a, paid_by_d, unknown, unclear)] == ["A", "D", None, "A"]
    assert found[unclear].stage == "triage"
    resolve = {
        id_: next(clock["due_at"] for clock in found[id_].clocks if clock["name"] == "resolve")
        for id_ in (paid_by_a, paid_by_d, unknown)
    }
    assert resolve[paid_by_a] < resolve[unknown] < resolve[paid_by_d], "the clocks of its class"
    events = "SELECT data->>'customer_class' FROM events WHERE case_id = :id AND kind = 'classified'"
    assert await database.value(events, id=paid_by_a) == "A"

    await database.rows("UPDATE shipments SET amount = 0 WHERE customer_id = :id", id=ids["000"])
    await computed(database)
    again = (await office.complain(waybill="SF0000", text=SURE + "外包装破损,货物损坏"))[0]
    await carry(office)
    now = {row.id: row.customer_class for row in await database.rows(query)}
    assert now[again] == "D"
    assert now[paid_by_a] == "A", "later snapshots change no case"


async def test_a_case_takes_the_higher_class_of_payer_and_complainant(office):
    database = office.database
    ids = await brute.fill(database, lines())
    await computed(database)
    await waybill(database, ids["050"], "SF0050")
    await waybill(database, ids["000"], "SF0000")
    complaints = [
        ((await office.complain(waybill="SF0050"))[0], "002"),
        ((await office.complain(waybill="SF0000"))[0], "002"),
        ((await office.complain())[0], "010"),
    ]
    for case, customer in complaints:
        query = "UPDATE cases SET customer_id = :customer WHERE id = :id"
        await database.rows(query, customer=ids[customer], id=case)
    await carry(office)
    found = {row.id: row.customer_class for row in await database.rows("SELECT id, customer_class FROM cases")}
    assert [found[case] for case, _ in complaints] == ["B", "A", "C"]


async def test_value_is_amount_less_cost_where_the_profit_is_known(database):
    given = [
        Line("x", "1", YEAR.first, None, Decimal(100), profit=Decimal(30)),
        Line("x", "2", YEAR.first, None, Decimal(-20), profit=Decimal(-6)),
        Line("alias", "1", YEAR.last, None, Decimal(50)),
        Line("x", "3", YEAR.last, None, Decimal(7), currency="USD"),
        Line("x", "4", YEAR.last + timedelta(days=1), None, Decimal(9), profit=Decimal(9)),
    ]
    ids = await brute.fill(database, given, {"alias": "x", "nothing": "nobody"})
    async with database.engine.connect() as connection:
        found = await values_of(connection, [ids["x"], ids["nobody"]], YEAR)
    cny, usd = found[ids["x"]]["CNY"], found[ids["x"]]["USD"]
    assert (cny.amount, cny.cost, cny.value, cny.lines, cny.measured) == (130, 56, 24, 3, 2)
    assert (usd.amount, usd.cost, usd.value, usd.lines, usd.measured) == (7, None, None, 1, 0)
    assert found[ids["nobody"]] == {}
