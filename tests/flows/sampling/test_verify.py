"""Whoever changes what is stored is found out, whatever he changes."""

import json

import pytest

from flows.rulebook.loading import load, read
from flows.rulebook.store import adopt
from flows.sampling.errors import SamplingError
from flows.sampling.rounds import Wanted, open_round, release
from flows.sampling.verify import verify
from models.values.round_terms import RoundKind
from tests.flows.sampling.making import NOW, POLICY, WEEK

WHOLE = ["frame", "rulebook", "plan", "draws", "releases", "ledger"]


@pytest.fixture
async def drawn_round(database, firm):
    await firm.serve(700)
    await firm.classify(A=[f"K{number:06}" for number in range(1, 41)])
    async with database.engine.begin() as connection:
        opened = await open_round(connection, Wanted(RoundKind.DRAWN, WEEK, margin=0.1), POLICY, NOW)
        await release(connection, opened.round.id, 0, NOW)
    return opened.round


async def failing(database, round_id):
    async with database.engine.connect() as connection:
        verdict = await verify(connection, round_id)
    assert [check.what for check in verdict.checks] == WHOLE
    assert verdict.ok == all(check.ok for check in verdict.checks)
    return [check.what for check in verdict.checks if not check.ok]


async def test_a_round_left_alone_verifies(database, drawn_round):
    assert await failing(database, drawn_round.id) == []


async def test_a_round_verifies_after_its_customers_and_shipments_changed(database, drawn_round, firm):
    """What was frozen stands: imports, merges and new classes are no tampering."""
    await database.rows("UPDATE shipments SET delivered_at = delivered_at + 30")
    await database.rows("UPDATE customers SET line = 'sea', merged_into = 1 WHERE id = 5")
    await firm.classify(D=["K000001"])
    assert await failing(database, drawn_round.id) == []


ROW = "round_members SET {} WHERE position = 17"
TAMPERED = {
    "another customer in the frame": (
        "round_members SET customer_id = 999999 WHERE position = (SELECT min(position) FROM round_members AS one"
        " WHERE NOT EXISTS (SELECT FROM round_draws WHERE round_draws.customer_id = one.customer_id))",
        {"frame"},
    ),
    "another shipment in the frame": (ROW.format("order_id = 'other'"), {"frame"}),
    "another cell of its stratum": ("round_members SET cell = 1 WHERE cell = 0", {"frame", "plan"}),
    "another cell of another stratum": ("round_members SET cell = 0 WHERE cell = 13", {"frame", "plan", "draws"}),
    "a cell nobody knows": (ROW.format("cell = 9999"), {"frame", "plan", "draws"}),
    "another seed": ("rounds SET seed = seed + 1", {"draws"}),
    "another hash of the frame": ("rounds SET frame_hash = repeat('0', 64)", {"frame"}),
    "another hash of the draws": ("rounds SET draw_hash = repeat('0', 64)", {"draws"}),
    "another population": ("rounds SET population = population - 1", {"frame"}),
    "another rulebook": ("rounds SET rulebook = repeat('0', 64)", {"rulebook"}),
    "a smaller margin": ("rounds SET plan = jsonb_set(plan, '{sampling,margin}', '0.9')", {"plan"}),
    "a higher floor": ("rounds SET plan = jsonb_set(plan, '{sampling,floor}', '50')", {"rulebook", "plan"}),
    "a stratum drawn more": ("rounds SET plan = jsonb_set(plan, '{strata,0,drawn}', '33')", {"plan", "draws"}),
    "a trail forgotten": ("rounds SET plan = jsonb_set(plan, '{trail}', '[]')", {"plan"}),
    "a cell renamed": ("rounds SET plan = jsonb_set(plan, '{cells,0,cell,branch}', '\"x\"')", {"frame", "plan"}),
    "one drawn who was not": (
        """round_draws SET position = (SELECT min(position) FROM round_members WHERE position NOT IN
        (SELECT position FROM round_draws)) WHERE place = 1 AND stratum = 0""",
        {"draws"},
    ),
    "a draw about somebody else": (
        """round_draws SET customer_id = (SELECT min(id) FROM customers WHERE id NOT IN
        (SELECT customer_id FROM round_draws)) WHERE place = 2 AND stratum = 0""",
        {"draws"},
    ),
    "a reserve slipped into the sample": (
        """round_draws SET replicate = 0 WHERE stratum = 0 AND place =
        (SELECT min(place) FROM round_draws WHERE replicate = 1 AND stratum = 0)""",
        {"draws", "releases"},
    ),
    "part of a reserve released": (
        "round_draws SET released_at = opened_at FROM rounds WHERE replicate = 1 AND stratum = 0",
        {"releases"},
    ),
    "a reserve released out of turn": (
        "round_draws SET released_at = opened_at FROM rounds WHERE replicate = 2",
        {"releases"},
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
async def test_tampering_is_found(database, drawn_round, what):
    statement, found = TAMPERED[what]
    await database.rows(f"UPDATE {statement}")
    assert set(await failing(database, drawn_round.id)) == found


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM round_members WHERE position = 700", {"frame", "plan", "draws"}),
        ("DELETE FROM round_draws WHERE place = 1 AND stratum = 0", {"draws"}),
        ("INSERT INTO round_members VALUES (1, 701, 1, 1, 'O1', NULL, 0)", {"frame", "plan", "draws"}),
    ],
)
async def test_rows_that_vanish_or_appear_are_found(database, drawn_round, statement, found):
    await database.rows(statement.replace("(1, 701", f"({drawn_round.id}, 701"))
    assert set(await failing(database, drawn_round.id)) == found


async def test_the_ledger_of_the_rounds_case_must_say_the_same(database, drawn_round, office):
    (case,) = await office.complain()
    await database.rows("UPDATE rounds SET case_id = :case", case=case)
    assert await failing(database, drawn_round.id) == ["ledger"], "nothing said yet"
    said = "UPDATE events SET data = CAST(:data AS json) WHERE case_id = :case AND seq = 1"
    await database.rows(said, case=case, data=json.dumps(drawn_round.anchor()))
    assert await failing(database, drawn_round.id) == []
    await database.rows(said, case=case, data=json.dumps(drawn_round.anchor() | {"seed": 1}))
    assert await failing(database, drawn_round.id) == ["ledger"]


async def test_a_round_planned_by_a_rulebook_without_the_section_verifies(database, firm):
    """It was planned by the section of the shipped one."""
    await firm.serve(400)
    older = json.loads(read())
    del older["sampling"]
    content = json.dumps(older, ensure_ascii=False)
    async with database.engine.begin() as connection:
        await adopt(connection, content)
        opened = await open_round(connection, Wanted(RoundKind.DRAWN, WEEK), load(content), NOW)
    assert await failing(database, opened.round.id) == []


async def test_a_rulebook_changed_behind_its_hash_is_found(database, drawn_round):
    change = "UPDATE rulebooks SET content = replace(content, :was, :now)"
    await database.rows(change, was='"margin":0.05', now='"margin":0.051')
    assert await failing(database, drawn_round.id) == ["rulebook"]


async def test_there_must_be_such_a_round(database):
    async with database.engine.connect() as connection:
        with pytest.raises(SamplingError):
            await verify(connection, 1)
