import asyncio
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from flows.classing.computing import Wanted, compute
from flows.classing.errors import ClassesError
from flows.classing.growth import growth
from flows.classing.reading import newest
from flows.rulebook.loading import load, read
from models.values.classes import Period
from tests.flows.classing import brute
from tests.flows.classing.brute import Line

POLICY = load(read()).rulebook.classes
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
MEMBERS = """SELECT code, customer_class, amount, rank FROM class_members JOIN customers ON customers.id = customer_id
    WHERE snapshot_id = :id ORDER BY rank"""

needs_data = pytest.mark.skipif(not brute.DATA.exists(), reason="the real files of ../shared/data are not here")


async def computed(database, period=YEAR, basis="amount", currency=None):
    async with database.engine.begin() as connection:
        return await compute(connection, Wanted(period, basis, currency), POLICY)


def shown(snapshot):
    return {name: (held.customers, held.amount, held.share) for name, held in snapshot.classes.items()}


async def assert_as_brute(database, snapshot, netted):
    """Counts, amounts, shares, and the class and rank of every single customer."""
    assert snapshot.n == len(netted)
    assert shown(snapshot) == brute.figures(netted)
    given = brute.classes(netted)
    rows = await database.rows(MEMBERS, id=snapshot.id)
    expected = [(code, given[code], netted[code], rank) for rank, code in enumerate(given, start=1)]
    assert [tuple(row) for row in rows] == expected


def line(customer, order, day, amount, **more):
    return Line(customer, order, day, None, Decimal(amount), **more)


def noise(seed, customers=137, lines=1500):
    """Few different amounts, so that ties are everywhere; two currencies, refunds, missing days, merges in chains."""
    draw = random.Random(seed)  # noqa: S311 - reproducible data, not a secret
    codes = [f"{draw.choice('aZé中-9')}{number}" for number in range(customers)]
    made = []
    for number in range(lines):
        ordered = YEAR.first + timedelta(days=draw.randrange(-200, 560)) if draw.random() < 0.8 else None
        delivered = YEAR.first + timedelta(days=draw.randrange(-200, 560)) if draw.random() < 0.8 else None
        amount = Decimal(draw.choice((-300, -1, 0, 5, 5, 10, 250))) + Decimal(draw.randrange(3)) / 100
        profit = None if draw.random() < 0.2 else amount / 10
        profit = profit.quantize(Decimal("0.01")) if profit is not None else None
        currency = "CNY" if draw.random() < 0.7 else "USD"
        made.append(Line(draw.choice(codes), f"o{number}", ordered, delivered, amount, currency, profit))
    became = {codes[3]: codes[4], codes[4]: codes[5], codes[6]: codes[5], codes[9]: codes[10]}
    return made, became


@pytest.mark.parametrize("seed", range(4))
async def test_classes_agree_with_brute_force_on_random_data(database, seed):
    lines, became = noise(seed)
    await brute.fill(database, lines, became)
    for currency in ("CNY", "USD"):
        for basis in ("amount", "profit"):
            snapshot = await computed(database, basis=basis, currency=currency)
            netted = brute.amounts(lines, YEAR.first, YEAR.last, currency, basis, became)
            await assert_as_brute(database, snapshot, netted)


@needs_data
async def test_classes_of_the_real_shipments_agree_with_brute_force(database):
    lines = brute.usaid()
    assert sum(one.ordered is None for one in lines) == 1931
    await brute.fill(database, lines)
    for period in (
        Period(date(2006, 1, 1), date(2015, 12, 31)),
        Period(date(2010, 1, 1), date(2010, 12, 31)),
        Period(date(2006, 6, 2), date(2006, 12, 1)),
    ):
        netted = brute.amounts(lines, period.first, period.last, "USD")
        await assert_as_brute(database, await computed(database, period), netted)


@needs_data
async def test_classes_of_the_real_purchases_agree_with_brute_force(database):
    lines = brute.cdnow()
    await brute.fill(database, lines)
    for period in (Period(date(1997, 1, 1), date(1998, 6, 30)), Period(date(1997, 4, 1), date(1997, 4, 30))):
        netted = brute.amounts(lines, period.first, period.last, "USD")
        snapshot = await computed(database, period)
        await assert_as_brute(database, snapshot, netted)
    whole = brute.amounts(lines, date(1997, 1, 1), date(1998, 6, 30), "USD")
    ranked = sorted(whole.values(), reverse=True)
    ends = (-(-len(whole) * percent // 100) for percent in (1, 5, 20))
    assert any(ranked[end - 1] == ranked[end] for end in ends), "the tie at a class boundary this file is here for"


async def test_ties_go_by_number_as_text_whatever_the_order_of_import(database):
    codes = ["10", "9", "a", "B", "é", "中"]
    await brute.fill(database, [line(code, "1", YEAR.first, 5) for code in codes])
    rows = await database.rows(MEMBERS, id=(await computed(database)).id)
    assert [row.code for row in rows] == ["10", "9", "B", "a", "é", "中"]


async def test_both_days_count_and_the_order_goes_before_the_delivery(database):
    day = timedelta(days=1)
    await brute.fill(
        database,
        [
            line("first", "1", YEAR.first, 1),
            line("last", "1", YEAR.last, 1),
            line("before", "1", YEAR.first - day, 1),
            line("after", "1", YEAR.last + day, 1),
            Line("delivered in it", "1", None, YEAR.last, Decimal(1)),
            Line("ordered before it", "1", YEAR.first - day, YEAR.first, Decimal(1)),
            Line("no day at all", "1", None, None, Decimal(1)),
        ],
    )
    rows = await database.rows(MEMBERS, id=(await computed(database)).id)
    assert [row.code for row in rows] == ["delivered in it", "first", "last"]


async def test_refunds_are_netted_and_the_customer_counts_all_the_same(database):
    await brute.fill(
        database,
        [line("refunded", "1", YEAR.first, 900), line("refunded", "2", YEAR.last, -950), line("x", "1", YEAR.last, 1)],
    )
    snapshot = await computed(database)
    assert snapshot.n == 2
    rows = await database.rows(MEMBERS, id=snapshot.id)
    assert [(row.code, row.amount) for row in rows] == [("x", 1), ("refunded", -50)]
    assert all(held.share is None for held in snapshot.classes.values()), "a share of less than nothing"


async def test_the_same_twice_is_the_same_snapshot(database):
    lines, became = noise(9)
    await brute.fill(database, lines, became)
    first, second = await computed(database, currency="CNY"), await computed(database, currency="CNY")
    assert second.id != first.id
    assert shown(second) == shown(first)
    assert await database.rows(MEMBERS, id=first.id) == await database.rows(MEMBERS, id=second.id)
    kept = "SELECT from_day, to_day, basis, currency, cut_points::text, n, shares::text FROM class_snapshots"
    assert len(set(await database.rows(kept))) == 1
    async with database.engine.connect() as connection:
        assert await newest(connection) == second


async def test_two_computations_at_once_do_not_disturb_each_other(database):
    lines, _ = noise(5)
    await brute.fill(database, lines)
    first, second = await asyncio.gather(*(computed(database, currency="CNY") for _ in range(2)))
    assert first.id != second.id
    assert shown(first) == shown(second)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (Wanted(Period(YEAR.last, YEAR.first), "amount"), "ends before it begins"),
        (Wanted(Period(date(1, 1, 1), date(9999, 12, 31)), "amount"), "must lie between"),
        (Wanted(Period(date(1999, 1, 1), date(1999, 12, 31)), "amount"), "there is no transaction from 1999-01-01"),
        (Wanted(YEAR, "amount", "EUR"), "no transaction in that currency .* there are: CNY, USD"),
        (Wanted(YEAR, "amount"), "CNY, USD: say which with --currency"),
        (Wanted(YEAR, "profit", "CNY"), "no transaction of the period has a profit"),
    ],
)
async def test_what_cannot_be_computed_gets_its_sentence_and_stores_nothing(database, wanted, sentence):
    await brute.fill(database, [line("x", "1", YEAR.first, 1), line("x", "2", YEAR.first, 1, currency="USD")])
    async with database.engine.begin() as connection:
        with pytest.raises(ClassesError, match=sentence):
            await compute(connection, wanted, POLICY)
    assert await database.value("SELECT count(*) FROM class_snapshots") == 0


async def test_lines_without_a_profit_are_counted_and_told(database):
    await brute.fill(database, [line("x", "1", YEAR.first, 9, profit=Decimal(4)), line("y", "1", YEAR.first, 99)])
    snapshot = await computed(database, basis="profit")
    assert (snapshot.n, snapshot.unmeasured) == (2, 1)
    rows = await database.rows(MEMBERS, id=snapshot.id)
    assert [(row.code, row.amount) for row in rows] == [("x", 4), ("y", 0)]


async def test_growth_is_of_class_c_against_the_period_before(database):
    before = YEAR.first - timedelta(days=1)
    lines = [line(f"top {number}", "1", YEAR.first, 10_000) for number in range(5)]
    lines += [line(f"c {number:02}", "1", YEAR.first, 1000 - number) for number in range(15)]
    lines += [line(f"d {number:02}", "1", YEAR.first, 10) for number in range(80)]
    lines += [line("c 03", "0", before, 100), line("c 07", "0", before, 900), line("d 01", "0", before, 1)]
    lines += [line("old c 05", "0", before, 300), line("top 1", "0", before, 1)]
    await brute.fill(database, lines, {"old c 05": "c 05"})
    snapshot = await computed(database)
    async with database.engine.connect() as connection:
        found = await growth(connection, snapshot, POLICY)
    assert [(one.customer, one.amount, one.before, one.to_b) for one in found] == [
        ("c 03", 997, 100, 9003),
        ("c 05", 995, 300, 9005),
    ]
