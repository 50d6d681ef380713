"""Whose case it is: matched when it is classified, or named by a person later."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from flows.customers.erasing import erase
from flows.customers.merging import merge
from models.customer_class import class_overrides
from models.values.case import Refusal
from tests.fixtures.soundness import assert_sound
from tests.flows.customers.carried import carry
from tests.flows.customers.test_erasing import by

PEOPLE = "customer_id,name,phone\nc1,王小明,13812345678\nc2,王小明,13812345670\n"
ORDERS = (
    "customer_id,order_id,ordered_at,amount,waybill_no\n"
    "c1,o1,2024-03-01,1,SF1\nc2,o1,2024-03-01,1,SF2\nc1,o3,2024-03-01,1,SF3\nc2,o3,2024-03-01,1,SF3\n"
)


async def customer_of(database, case_id):
    query = "SELECT code FROM cases JOIN customers ON customers.id = customer_id WHERE cases.id = :id"
    return await database.value(query, id=case_id)


@pytest.mark.parametrize(
    ("said", "code", "by_what"),
    [
        ({"caller": {"phone": "+86 138-1234-5678"}}, "c1", "phone"),
        ({"caller": {"phone": "13812345678"}, "waybill": "SF2"}, "c1", "phone"),
        ({"waybill": "sf2"}, "c2", "waybill"),
        ({"waybill": "SF3"}, None, None),
        ({"caller": {"name": "王小明"}}, None, None),
        ({"caller": {"phone": "13899999999"}}, None, None),
        ({}, None, None),
    ],
)
async def test_a_case_finds_its_customer_when_it_is_classified(importer, office, database, said, code, by_what):
    await importer.customers(PEOPLE)
    await importer.shipments(ORDERS)
    (id_,) = await office.complain(1, **said)
    assert await customer_of(database, id_) is None, "intake stays one statement"
    await carry(office)
    assert await customer_of(database, id_) == code
    data = await database.value("SELECT data FROM events WHERE case_id = :id AND seq = 2", id=id_)
    assert data.get("matched_by") == by_what
    await assert_sound(database)


async def give_class(office, code, customer_class):
    async with office.database.engine.begin() as connection:
        id_ = await office.database.value("SELECT id FROM customers WHERE code = :code", code=code)
        staff = await office.database.value("SELECT id FROM staff WHERE name = '组长'")
        values = {"customer_id": id_, "customer_class": customer_class, "reason": "x", "staff_id": staff}
        until = date.today() + timedelta(days=30)  # noqa: DTZ011 - a month from today, wherever that is
        await connection.execute(insert(class_overrides).values(**values, until=until))
    return id_


async def test_a_person_names_the_customer_and_a_higher_class_brings_the_deadline_forward(importer, office, database):
    await importer.customers(PEOPLE)
    id_ = await give_class(office, "c2", "A")
    (case,) = await office.complain(1)
    await carry(office)
    before = {clock["name"]: clock["due_at"] for clock in await database.value("SELECT clocks FROM cases")}
    await office.act(case, "identify", by="组长", customer=id_, why="回拨确认")
    row = (await database.rows("SELECT * FROM cases"))[0]
    assert (row.customer_id, row.customer_class) == (id_, "A")
    after = {clock["name"]: clock["due_at"] for clock in row.clocks}
    assert after["resolve"] < before["resolve"]
    assert after["statutory"] == before["statutory"]
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'identified'") == 1
    with pytest.raises(Refusal, match="customer of the case already"):
        await office.act(case, "identify", by="组长", customer=id_)
    await assert_sound(database)


async def test_an_unknown_customer_cannot_be_named(office):
    (case,) = await office.complain(1)
    await carry(office)
    with pytest.raises(Refusal, match="there is no such customer"):
        await office.act(case, "identify", by="组长", customer=999)


async def test_of_merged_records_the_standing_one_is_named(importer, office, database):
    await importer.customers(PEOPLE)
    await by(office, merge, "c2", "c1")
    (case,) = await office.complain(1)
    await carry(office)
    id_ = await database.value("SELECT id FROM customers WHERE code = 'c2'")
    await office.act(case, "identify", by="组长", customer=id_)
    assert await customer_of(database, case) == "c1"


async def test_a_case_erased_before_it_was_classified_still_goes_on(importer, office, database):
    await importer.customers(PEOPLE)
    (case,) = await office.complain(1, caller={"phone": "13812345678"})
    await by(office, erase, "c1")
    await carry(office)
    assert await database.value("SELECT stage FROM cases WHERE id = :id", id=case) != "received"
    await assert_sound(database)
