"""Merge and undo on the real database: nothing moves, so an undo restores exactly; chains in any order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.acts.refusals import NotFound
from flows.customers.family import by_code, family
from flows.customers.merging import duplicates, merge, unmerge
from flows.rules.identity import roots
from flows.staffing import staff_named
from models.values.case import Refusal

CODES = [f"c{number}" for number in range(1, 7)]
STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "merge", "unmerge"]), st.sampled_from(CODES), st.sampled_from(CODES)),
    max_size=12,
)


async def identities(database):
    """Everything identity is made of."""
    return {
        "customers": await database.rows("SELECT * FROM customers ORDER BY id"),
        "phones": await database.rows("SELECT * FROM phones ORDER BY key"),
        "shipments": await database.rows("SELECT * FROM shipments ORDER BY customer_id, order_id"),
        "cases": await database.rows("SELECT id, customer_id, caller_key FROM cases ORDER BY id"),
    }


async def do(office, what, *codes):
    async with office.database.engine.begin() as connection:
        actor = await staff_named(connection, "组长", office.desk.policies.current)
        await what(connection, office.desk, *codes, actor, "同一客户,王小明来电确认")


async def fill(importer):
    rows = "".join(f"{code},客户{code},1381234567{place}\n" for place, code in enumerate(CODES))
    await importer.customers("customer_id,name,phone\n" + rows)
    await importer.shipments(
        "customer_id,order_id,ordered_at,amount\n" + "".join(f"{code},o1,2024-03-01,1.00\n" for code in CODES)
    )


async def test_a_merge_and_its_undo_restore_exactly(importer, office, database):
    await fill(importer)
    await office.complain(2, caller={"phone": "13812345671"})
    before = await identities(database)
    await do(office, merge, "c2", "c1")
    assert await identities(database) != before
    await do(office, unmerge, "c2")
    assert await identities(database) == before


async def test_merging_twice_or_with_oneself_or_in_a_circle_is_refused(importer, office, database):
    await fill(importer)
    await do(office, merge, "c2", "c1")
    before = await identities(database)
    for pair, sentence in (
        (("c2", "c1"), "was merged already"),
        (("c2", "c3"), "was merged already"),
        (("c1", "c2"), "the other was merged himself"),
        (("c3", "c3"), "cannot be merged with himself"),
    ):
        with pytest.raises(Refusal, match=sentence):
            await do(office, merge, *pair)
    with pytest.raises(NotFound):
        await do(office, merge, "nobody", "c1")
    with pytest.raises(Refusal, match="is not merged"):
        await do(office, unmerge, "c1")
    assert await identities(database) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
async def test_any_chain_of_merges_and_undos_is_what_the_rule_says_and_comes_undone_in_any_order(
    importer, office, database, steps, data
):
    await database.rows("TRUNCATE customers, phones, shipments, merges, cases, events, wakes CASCADE")
    await fill(importer)
    before = await identities(database)
    standing = {}
    for what, one, into in steps:
        try:
            await do(office, merge, one, into) if what == "merge" else await do(office, unmerge, one)
        except Refusal:
            continue
        if what == "merge":
            standing[one] = into
        else:
            del standing[one]
        expected = roots(standing.items(), CODES)
        async with database.engine.begin() as connection:
            for code in CODES:
                found = await family(connection, await by_code(connection, code))
                codes = await database.rows("SELECT code FROM customers WHERE id = ANY(:ids)", ids=found)
                assert {row.code for row in codes} == {other for other in CODES if expected[other] == expected[code]}
    while standing:
        code = data.draw(st.sampled_from(sorted(standing)))
        await do(office, unmerge, code)
        del standing[code]
    assert await identities(database) == before


async def test_what_came_in_while_merged_stays_with_the_record_it_named(importer, office, database):
    await fill(importer)
    await do(office, merge, "c2", "c1")
    await importer.shipments("customer_id,order_id,ordered_at,amount\nc2,o9,2024-03-02,5.00\n")
    outcome = await importer.customers("customer_id,phone\nc1,13812345671\n")
    assert outcome.duplicates == 0, "they are one customer now"
    await do(office, unmerge, "c2")
    rows = await database.rows("SELECT code FROM shipments JOIN customers ON id = customer_id WHERE order_id = 'o9'")
    assert [row.code for row in rows] == ["c2"]


async def test_a_possible_duplicate_is_listed_until_it_is_merged(importer, office, database):
    await fill(importer)
    await importer.customers("customer_id,phone\nc3,13812345670\n")
    async with database.engine.begin() as connection:
        assert [(row["code"], row["of"]) for row in await duplicates(connection, 10)] == [("c3", "c1")]
    await do(office, merge, "c3", "c1")
    async with database.engine.begin() as connection:
        assert await duplicates(connection, 10) == []


async def test_reasons_are_under_seal(importer, office, database):
    await fill(importer)
    await do(office, merge, "c2", "c1")
    assert "王小明" not in str(await database.rows("SELECT * FROM merges"))
    sealed = await database.value("SELECT reason FROM merges")
    assert "王小明" in database.seal.open(sealed)["reason"]
