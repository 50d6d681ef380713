"""Erasing: what is personal is gone, shipments stay, cases go on, the ledger still verifies."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest

from flows.customers import importing
from flows.customers.columns import What
from flows.customers.erasing import erase
from flows.customers.merging import merge
from flows.legs.beside import save_rows
from flows.legs.verify import verify
from flows.staffing import staff_named
from models.values.case import Reason, Refusal, Row
from models.values.notice_terms import NoticeKind
from models.values.notices import Addressee, notice
from tests.fixtures.soundness import assert_sound
from tests.fixtures.worker import until

PEOPLE = "customer_id,name,phone,branch\nc1,王小明,13812345678,王家村\nc2,小明,010-62345678,\nc3,赵大,13900000003,\n"
ORDERS = (
    "customer_id,order_id,ordered_at,amount,consignee\n"
    "c1,o1,2024-03-01,1.00,赵大\nc2,o1,2024-03-01,2.00,\nc3,o1,2024-03-01,4.00,王小明\n"
)
PERSONAL = ("王小明", "小明", "13812345678", "62345678", "王家村", "晚到五天")


async def by(office, what, *codes, why="客户王小明要求删除"):
    async with office.database.engine.begin() as connection:
        actor = await staff_named(connection, "组长", office.desk.policies.current)
        return await what(connection, office.desk, *codes, actor, why)


async def assert_verified(database):
    async with database.engine.begin() as connection:
        verdict = await verify(connection, database.seal)
    assert verdict.sound, verdict.findings
    await assert_sound(database)
    return verdict


async def opened(database):
    """Whatever any sealed value of the database says, and all plain ones."""
    said = []
    for table in ("customers", "phones", "events", "merges", "accesses", "cases"):
        for row in await database.rows(f"SELECT * FROM {table}"):  # noqa: S608 - our own words
            for name, value in row._mapping.items():
                sealed = isinstance(value, bytes) and name in {"name", "number", "sealed", "reason", "undone_reason"}
                said.append(str(database.seal.open(value)) if sealed else str(value))
    return said


async def attached(database, *which):
    """One sheet of paper each, by case and the sign its digest consists of."""
    async with database.engine.begin() as connection:
        for case_id, sign in which:
            values = {"case_id": case_id, "digest": sign * 64, "label": "paper", "media": "application/pdf", "size": 5}
            values |= {"at": datetime.now(UTC), "staff_id": 1}
            kept = Row("contents", {"digest": sign * 64}, {"sealed": {"base64": "JVBERi0="}})
            await save_rows(connection, database.seal, [kept, Row("attachments", values)])


async def left(database):
    """Whether what was attached can still be read."""
    rows = await database.rows("SELECT digest, sealed IS NOT NULL AS kept FROM contents")
    return {row.digest[0]: row.kept for row in rows}


async def test_everything_personal_goes_and_the_ledger_verifies(importer, office, database):
    await importer.customers(PEOPLE)
    await importer.shipments(ORDERS)
    ids = await office.complain(2, caller={"phone": "138 1234 5678", "name": "王小明"}, reference="王小明-1")
    (other,) = await office.complain(1, caller={"phone": "13900000003"})
    done = await by(office, erase, "c1", why="依法删除")
    assert (done.cases, done.events) == (2, 2)
    assert all(code.startswith("erased-") for code in done.codes)
    said = await opened(database)
    hers = [one for one in said if "小明" in one or "13812345678" in one or "王家村" in one]
    assert hers == ["{'name': '小明'}"], "c2 is another customer"
    assert await database.value("SELECT sealed FROM events WHERE case_id = :id AND seq = 1", id=other) is not None
    verdict = await assert_verified(database)
    assert verdict.erased == 2
    events = await database.rows("SELECT kind, actor_id, data FROM events WHERE case_id = :id ORDER BY seq", id=ids[0])
    assert events[-1].kind == "erased"
    assert events[-1].actor_id is not None
    assert events[-1].data["events"] == 1
    assert events[-1].data["reasons"][0]["en"] == "the customer's personal data was erased"


async def test_what_was_attached_goes_unless_another_case_has_it_too(importer, office, database):
    await importer.customers(PEOPLE)
    (hers,) = await office.complain(1, caller={"phone": "138 1234 5678", "name": "王小明"})
    (other,) = await office.complain(1, caller={"phone": "13900000003"})
    await attached(database, (hers, "a"), (hers, "b"), (other, "b"))
    await by(office, erase, "c1")
    assert await left(database) == {"a": False, "b": True}


async def test_what_was_attached_to_two_customers_goes_with_the_second(importer, office, database):
    await importer.customers(PEOPLE)
    (hers,) = await office.complain(1, caller={"phone": "138 1234 5678", "name": "王小明"})
    (his,) = await office.complain(1, caller={"phone": "13900000003"})
    await attached(database, (hers, "a"), (his, "a"))
    await by(office, erase, "c1")
    assert await left(database) == {"a": True}
    await by(office, erase, "c3")
    assert await left(database) == {"a": False}


async def test_what_many_cases_of_one_customer_share_goes(importer, office, database, monkeypatch):
    monkeypatch.setattr("flows.customers.erasing.CHUNK", 1)
    await importer.customers(PEOPLE)
    first, second = await office.complain(2, caller={"phone": "138 1234 5678", "name": "王小明"})
    await attached(database, (first, "a"), (second, "a"))
    await by(office, erase, "c1")
    assert await left(database) == {"a": False}


async def test_shipments_stay_under_an_anonymous_code(importer, office, database):
    await importer.customers(PEOPLE)
    await importer.shipments(ORDERS)
    done = await by(office, erase, "c1")
    row = (await database.rows("SELECT * FROM shipments WHERE amount = 1"))[0]
    assert await database.value("SELECT code FROM customers WHERE id = :id", id=row.customer_id) == done.codes[0]
    assert row.consignee_key is None
    assert await database.value("SELECT consignee_key FROM shipments WHERE amount = 4") is None, "he was named there"
    assert await database.value("SELECT sum(amount) FROM shipments") == 7


async def test_an_erased_customer_does_not_come_back_with_the_next_import(importer, office, database):
    await importer.customers(PEOPLE)
    await importer.shipments(ORDERS)
    done = await by(office, erase, "c1")
    outcome = await importer.shipments(ORDERS.replace("c2,o1,2024-03-01,2.00,\nc3,o1,2024-03-01,4.00,王小明\n", ""))
    assert (outcome.new, outcome.customers) == (0, 0)
    outcome = await importer.customers(PEOPLE)
    assert (outcome.new, outcome.changed, outcome.phones) == (0, 0, 0)
    assert [fault.why.en for fault in importer.warned] == ["this customer was erased: kept anonymous"]
    row = (await database.rows("SELECT * FROM customers WHERE code = :code", code=done.codes[0]))[0]
    assert row.name is None
    assert await database.value("SELECT count(*) FROM customers") == 3


async def test_merged_records_are_erased_together(importer, office, database):
    await importer.customers(PEOPLE)
    await importer.shipments(ORDERS)
    await by(office, merge, "c2", "c1")
    await office.complain(1, caller={"phone": "010-62345678"}, text="王小明说晚到五天")
    done = await by(office, erase, "c2")
    assert len(done.codes) == 2
    said = await opened(database)
    assert not [one for one in said for word in PERSONAL if word in one and "要求删除" not in one]
    await assert_verified(database)


async def test_erasing_twice_is_refused(importer, office):
    await importer.customers(PEOPLE)
    done = await by(office, erase, "c1")
    with pytest.raises(Refusal, match="was erased already"):
        await by(office, erase, done.codes[0])


async def test_cases_of_one_caller_stay_cases_of_one_caller(importer, office, database):
    await importer.customers(PEOPLE)
    await office.complain(2, caller={"phone": "13812345678"})
    before = await database.value("SELECT caller_key FROM cases LIMIT 1")
    await by(office, erase, "c1")
    keys = {row.caller_key for row in await database.rows("SELECT caller_key FROM cases")}
    assert len(keys) == 1
    assert before not in keys
    assert None not in keys


async def test_notices_about_his_cases_are_emptied(importer, office, database):
    await importer.customers(PEOPLE)
    [his] = await office.complain(1, caller={"phone": "138 1234 5678", "name": "王小明"})
    [other] = await office.complain(1, caller={"phone": "13900000003"})
    words = Reason("王小明的包裹", "the parcel of Wang Xiaoming")
    rows = [notice(NoticeKind.TEST, Addressee(), words, words, datetime.now(UTC), case_id=id_) for id_ in (his, other)]
    async with database.engine.begin() as connection:
        await save_rows(connection, database.seal, rows)
    await by(office, erase, "c1", why="依法删除")
    assert await database.rows("SELECT case_id FROM notices WHERE payload IS NULL") == [(his,)]


async def test_an_import_under_way_does_not_bring_back_whom_somebody_erases(importer, office, database):
    await importer.customers(PEOPLE)
    erasing, said = [], []

    def meanwhile(line):
        if "saving" in line:
            erasing.append(asyncio.create_task(by(office, partial(erase, say=said.append), "c1")))

    path = importer.file(PEOPLE.replace("王家村", "李家村"))
    async with database.holding("SELECT 1 FROM customers WHERE code = 'c1' FOR UPDATE"):
        wanted = importing.Wanted(What.CUSTOMERS, path)
        run = asyncio.create_task(
            importing.run(database.engine, database.seal, wanted, importing.Listener(say=meanwhile))
        )
        await until(lambda: bool(said), what="the erasure waits for the import")
    await run
    await erasing[0]
    assert said == ["an import, a merge or an erasure is under way; this erasure waits for it ..."]
    assert not [one for one in await opened(database) if "王小明" in one or "李家村" in one or one == "c1"]
