import hashlib
from collections import Counter
from datetime import date

import pytest
from scipy.stats import chisquare

from flows.sampling import frame as frames
from flows.staffing import NewStaff, add_staff
from models.values.classes import Period
from models.values.people_terms import Role
from models.values.rounds import UNKNOWN, Cell, CellCount, Member
from tests.flows.sampling.making import WEEK

IN, BEFORE, AFTER = date(2026, 3, 10), date(2026, 3, 8), date(2026, 3, 16)
FRAME = """SELECT code, order_id, position FROM round_members JOIN customers ON customers.id = customer_id
    WHERE round_id = :round ORDER BY position"""


async def frozen(database, round_id=1, period=WEEK, seed=7):
    async with database.engine.begin() as connection:
        return await frames.freeze_served(connection, round_id, period, seed, "amount")


async def members(database, round_id=1):
    return [(row.code, row.order_id) for row in await database.rows(FRAME, round=round_id)]


@pytest.mark.parametrize(
    ("shipped", "served"),
    [
        ({"delivered": IN}, True),
        ({"delivered": WEEK.first}, True),
        ({"delivered": WEEK.last}, True),
        ({"delivered": BEFORE, "promised": IN}, False),
        ({"delivered": AFTER, "promised": IN}, False),
        ({"promised": IN, "ordered": BEFORE}, True),
        ({"promised": AFTER, "ordered": IN}, False),
        ({"ordered": IN}, True),
        ({"delivered": IN, "amount": -10}, False),
        ({"delivered": IN, "amount": 0}, True),
        ({}, False),
    ],
)
async def test_served_is_who_has_a_shipment_whose_day_is_in_the_period(database, firm, shipped, served):
    await firm.know("K1")
    await firm.ship("K1", "o1", **shipped)
    assert (await frozen(database)).population == int(served)


async def test_a_customer_is_once_in_the_frame_however_much_he_ships(database, firm):
    await firm.serve(20, each=7)
    assert (await frozen(database)).population == 20
    assert len({code for code, _ in await members(database)}) == 20


async def test_merged_records_are_one_customer_with_the_shipments_of_all(database, firm):
    for code in ("K1", "K2", "K3"):
        await firm.know(code, "road", f"branch of {code}")
        await firm.ship(code, f"order of {code}", delivered=IN)
    await database.rows(
        "UPDATE customers SET merged_into = (SELECT id FROM customers WHERE code = 'K1') WHERE code = 'K2'"
    )
    chosen = set()
    for seed in range(40):
        frame = await frozen(database, seed, seed=seed)
        assert frame.population == 2
        assert {one.cell.branch for one in frame.cells} == {"branch of K1", "branch of K3"}
        chosen |= set(await members(database, seed))
    assert chosen == {("K1", "order of K1"), ("K1", "order of K2"), ("K3", "order of K3")}
    whose = await database.rows(
        """SELECT DISTINCT code FROM round_members JOIN customers ON customers.id = shipment_customer_id
        WHERE order_id = 'order of K2'"""
    )
    assert [row.code for row in whose] == ["K2"]


async def test_each_shipment_of_a_customer_is_as_likely_to_be_asked_about(database, firm):
    await firm.serve(400, each=4)
    counted = Counter()
    for seed in range(3):
        await frozen(database, seed, seed=seed)
        counted.update(order.rpartition("-")[2] for _, order in await members(database, seed))
    assert sum(counted.values()) == 1200
    assert chisquare([counted[name] for name in "1234"]).pvalue > 0.001


async def test_the_same_seed_freezes_the_same_frame_and_another_asks_about_other_shipments(database, firm):
    await firm.serve(50, each=5)
    first, again, other = [await frozen(database, number, seed=seed) for number, seed in enumerate((7, 7, 8))]
    assert first.hash == again.hash
    assert first.hash != other.hash


async def test_class_line_and_branch_make_the_cells_and_who_has_none_is_unknown(database, firm):
    await firm.know("K1", "road", "north")
    await firm.know("K2", "road", "north")
    await firm.know("K3", None, "")
    for code in ("K1", "K2", "K3"):
        await firm.ship(code, code, delivered=IN)
    await firm.classify(A=["K1"], C=["K2"])
    frame = await frozen(database)
    assert frame.cells == (
        CellCount(Cell("A", "road", "north"), 1),
        CellCount(Cell("C", "road", "north"), 1),
        CellCount(Cell(UNKNOWN, UNKNOWN, UNKNOWN), 1),
    )


async def test_an_override_goes_before_the_snapshot_until_it_ends(database, firm):
    await firm.know("K1", "road", "north")
    await firm.ship("K1", "o1", delivered=IN)
    await firm.classify(D=["K1"])
    async with database.engine.begin() as connection:
        await add_staff(connection, NewStaff("组长", Role.SUPERVISOR))
    await database.rows(
        """INSERT INTO class_overrides (customer_id, customer_class, reason, until, staff_id)
        SELECT customers.id, 'A', 'x', '2026-03-15', staff.id FROM customers, staff"""
    )
    assert (await frozen(database, 1)).cells[0].cell.customer_class == "A"
    await database.rows("UPDATE class_overrides SET until = '2026-03-14'")
    assert (await frozen(database, 2)).cells[0].cell.customer_class == "D"


async def test_a_list_is_frozen_as_it_is_given(database, firm):
    await firm.serve(3)
    who = [await firm.id_of(f"K00000{number}") for number in (1, 2)]
    listed = [Member(who[1], who[1], "o9"), Member(who[0]), Member(None)]
    async with database.engine.begin() as connection:
        frame = await frames.freeze_listed(connection, 1, WEEK, listed, "amount")
    rows = await database.rows("SELECT customer_id, order_id FROM round_members ORDER BY position")
    assert [tuple(row) for row in rows] == [(who[0], None), (who[1], "o9"), (None, None)]
    assert frame.population == 3


async def test_the_hash_is_what_anybody_can_compute_from_the_rows(database, firm):
    """Tab-separated, NULL as \\N, one line a row: `psql -c "COPY (…) TO STDOUT" | sha256sum` says the same."""
    await firm.know("K1", "陆\t运", "north\\west")
    await firm.ship("K1", "o1", delivered=IN)
    frame = await frozen(database)
    id_ = await firm.id_of("K1")
    line = f"1\t{id_}\t{id_}\to1\t\\N\tunknown\t陆\\t运\tnorth\\\\west\n"
    assert frame.hash == hashlib.sha256(line.encode()).hexdigest()


async def test_a_period_without_shipments_is_an_empty_frame(database, firm):
    await firm.serve(5)
    assert (await frozen(database, period=Period(date(2020, 1, 1), date(2020, 1, 7)))).population == 0
