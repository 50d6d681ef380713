"""Imports: real files, twice, two at once, killed half-way, and everything bad a file can hold."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from flows.acts.report import FirstReport, report
from flows.customers import importing
from flows.customers.columns import What
from flows.customers.importing import Wanted
from flows.customers.table_file import Unusable
from models.locks import Lock
from models.values.case import StaffFacts
from models.values.people_terms import Role

HEADER = "customer_id,order_id,ordered_at,amount,promised_at,delivered_at,review_score\n"
ROWS = (
    HEADER + "c1,o1,2024-03-01,120.50,2024-03-04,2024-03-03,5\nc1,o2,2024-03-02,-20.00,,,\nc2,o1,,7,,2024/3/9 08:30,4\n"
)


async def everything(database):
    """All imported rows, without what only counts or tells times."""
    rows = {}
    for table, order in (("customers", "code"), ("phones", "key"), ("shipments", "customer_id, order_id")):
        rows[table] = await database.rows(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608 - our own words
    return rows


async def test_rows_arrive_with_money_exact_and_days_as_they_were(importer, database):
    outcome = await importer.shipments(ROWS)
    assert (outcome.rows, outcome.new, outcome.customers, outcome.left_out) == (3, 3, 2, 0)
    rows = await database.rows(
        "SELECT s.*, code FROM shipments s JOIN customers c ON c.id = customer_id ORDER BY code, order_id"
    )
    assert [(row.code, row.amount, row.currency) for row in rows] == [
        ("c1", Decimal("120.50"), "CNY"),
        ("c1", Decimal("-20.00"), "CNY"),
        ("c2", Decimal("7.00"), "CNY"),
    ]
    assert rows[0].review_score == 5
    assert rows[2].ordered_at is None
    assert rows[2].delivered_at == date(2024, 3, 9)


async def test_a_second_run_changes_nothing(importer, database):
    await importer.shipments(ROWS)
    before = await everything(database)
    outcome = await importer.shipments(ROWS)
    assert (outcome.new, outcome.changed, outcome.unchanged, outcome.customers) == (0, 0, 3, 0)
    assert await everything(database) == before


async def test_a_correction_changes_its_row_and_an_empty_cell_takes_nothing_away(importer, database):
    await importer.shipments(ROWS)
    outcome = await importer.shipments(HEADER + "c1,o1,2024-03-01,121.00,,,\n")
    assert (outcome.new, outcome.changed) == (0, 1)
    row = (await database.rows("SELECT * FROM shipments WHERE order_id = 'o1' ORDER BY customer_id"))[0]
    assert (row.amount, row.delivered_at) == (Decimal("121.00"), date(2024, 3, 3))


async def test_both_real_files_arrive_whole(importer, database, real_data):
    outcome = await importer.shipments(real_data("shipments.csv.gz"))
    assert (outcome.rows, outcome.new, outcome.customers, outcome.left_out) == (10_324, 10_324, 142, 0)
    assert outcome.warned == 12, "delivered before ordered: warned about and kept"
    assert "shipment_no" in outcome.ignored
    assert await database.value("SELECT count(*) FROM shipments WHERE delivered_at < ordered_at") == 12
    assert await database.value("SELECT DISTINCT currency FROM shipments") == "USD"
    again = await importer.shipments(real_data("shipments.csv.gz"))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 10_324)
    outcome = await importer.shipments(real_data("transactions_cdnow.csv.gz"), currency="USD")
    assert (outcome.rows, outcome.new, outcome.customers, outcome.left_out) == (69_659, 69_659, 23_570, 0)
    with gzip.open(real_data("transactions_cdnow.csv.gz"), "rt") as file:
        amount = sum(Decimal(line.rsplit(",", 1)[1]) for line in list(file)[1:])
    assert await database.value("SELECT sum(amount) FROM shipments WHERE order_id LIKE 'CD%'") == amount


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("c9,o9,2024-03-01,12.50,,", "row has 6 cells where the header has 7"),
        (",o9,2024-03-01,12.50,,,", "customer_id is empty"),
        ("c9,,2024-03-01,12.50,,,", "order_id is empty"),
        ("c9,o9,2024-03-01,,,,", "amount is empty"),
        ("c9,o9,2024-03-01,twelve,,,", "amount is not an amount such as 1234.50"),
        ('c9,o9,2024-03-01,"1,234.50",,,', "amount is not an amount such as 1234.50"),
        ("c9,o9,2024-03-01,NaN,,,", "amount is not an amount such as 1234.50"),
        ("c9,o9,2024-03-01,1e5,,,", "amount is not an amount such as 1234.50"),
        ("c9,o9,2024-03-01,12.505,,,", "amount has more than two decimals; money is kept exactly"),
        ("c9,o9,2024-02-30,12.50,,,", "ordered_at is not a day such as 2024-03-31"),
        ("c9,o9,0001-01-01,12.50,,,", "ordered_at does not lie between the years 1900 and 2200"),
        ("c9,o9,2024-03-01,12.50,,,9", "review_score is not a whole number from 1 to 5"),
        (f"{'c' * 65},o9,2024-03-01,12.50,,,", "customer_id is longer than 64 characters"),
        ("c9\x07,o9,2024-03-01,12.50,,,", "customer_id holds control characters"),
        ('"c9,o9,2024-03-01,12.50,,,', "the quotation marks do not pair up"),
        ("c9\x00,o9,2024-03-01,12.50,,,", "the line holds a NUL character or is far too long"),
        ("c" * 200_000, "the line holds a NUL character or is far too long"),
    ],
)
async def test_a_bad_row_is_named_by_its_line_and_left_out_alone(importer, database, row, sentence):
    outcome = await importer.shipments(f"{HEADER}c1,o1,2024-03-01,1,,,\n{row}\nc2,o2,2024-03-01,2,,,\n")
    assert importer.lines() == [(3, sentence)]
    assert (outcome.rows, outcome.new, outcome.left_out) == (3, 2, 1)
    assert await database.value("SELECT count(*) FROM shipments") == 2


async def test_no_sentence_repeats_what_stood_in_the_file(importer):
    await importer.customers("customer_id,name,phone\nc1,王小明,13812\nc2,赵大,绝密\n")
    assert len(importer.warned) == 2
    said = " ".join(fault.why.en + fault.why.zh for fault in importer.warned)
    for personal in ("王小明", "13812", "绝密"):
        assert personal not in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("customer_id,order_id,ordered_at\n", "the header lacks amount; the first line must name the columns"),
        ("customer_id,order_id,amuont,ordered_at\n", "lacks amount (is amuont meant for amount?)"),
        ("customer_id,order_id,amount\n", "the header lacks ordered_at (or delivered_at)"),
        ("王小明,13812345678,o1,2024-03-01\n", "Unknown here: (a column), (a column)"),
        ("customer_id,order_id,amount,amount,ordered_at\n", "names a column twice: amount"),
        ("customer_id;order_id;amount\n", "do not stand apart by commas"),
        ("", "is empty"),
        (HEADER.encode("utf-16"), "is UTF-16; save it as CSV UTF-8"),
        (b"PK\x03\x04rest", "is a spreadsheet or a zip archive"),
        (gzip.compress(ROWS.encode() * 50)[:-20], "is a damaged or incomplete .gz; nothing was imported"),
    ],
)
async def test_an_unusable_file_gets_a_sentence_and_changes_nothing(importer, database, content, sentence):
    with pytest.raises(Unusable) as caught:
        await importer.shipments(content)
    assert sentence in str(caught.value)
    assert "王小明" not in str(caught.value)
    assert "13812345678" not in str(caught.value)
    assert await database.value("SELECT count(*) FROM customers") == 0


PEOPLE = "customer_id,name,phone,line,branch\nc1,王小明,138 1234 5678,road,北京\nc2,赵大,010-62345678,air,上海\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
async def test_every_encoding_of_the_trade_is_read(importer, database, encoding):
    outcome = await importer.customers(PEOPLE.encode(encoding))
    assert (outcome.new, outcome.phones, outcome.left_out) == (2, 2, 0)
    assert await database.value("SELECT branch FROM customers WHERE code = 'c1'") == "北京"
    sealed = await database.value("SELECT name FROM customers WHERE code = 'c1'")
    assert database.seal.open(sealed) == {"name": "王小明"}


@pytest.mark.parametrize(("most", "odd"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
async def test_a_line_in_another_encoding_is_named_and_left_out(importer, most, odd):
    lines = [f"c{number},王小明,,,北京\n".encode(most) for number in range(5)]
    lines.insert(3, "c9,赵大,,,上海\n".encode(odd))
    outcome = await importer.customers(b"customer_id,name,phone,line,branch\n" + b"".join(lines))
    sentence = f"this line is not {most.upper()} like those before it: the file mixes encodings"
    assert importer.lines() == [(5, sentence)]
    assert outcome.new == 5


async def test_quoted_lines_are_one_row_and_an_open_quote_swallows_nothing(importer):
    outcome = await importer.customers('customer_id,name,remark\nc1,A,"two\nlines"\nc2,"B,x\nc3,C,y\nc4,D,z\n')
    assert importer.lines() == [(4, "the quotation marks do not pair up")]
    assert (outcome.new, outcome.left_out) == (3, 1)


async def test_a_file_of_one_row_repeated_is_one_row(importer, database):
    row = "c1,o1,2024-03-01,1.00,,,\n"
    outcome = await importer.shipments(HEADER + row * 30_000)
    assert (outcome.new, outcome.repeated, outcome.left_out) == (1, 29_999, 0)
    assert await database.value("SELECT sum(amount) FROM shipments") == 1


async def test_of_two_lines_that_contradict_each_other_the_first_counts(importer, database):
    await importer.shipments(HEADER + "c1,o1,2024-03-01,1.00,,,\nc1,o1,2024-03-01,2.00,,,\nc1,o1,2024-03-01,1.00,,,\n")
    assert importer.lines() == [(3, "says something else about an order than line 2, which counts")]
    assert await database.value("SELECT amount FROM shipments") == 1


async def test_delivered_before_ordered_is_warned_about_and_kept(importer, database):
    outcome = await importer.shipments(HEADER + "c1,o1,2024-03-05,9.00,,2024-03-01,\n")
    assert (outcome.new, outcome.left_out, outcome.warned) == (1, 0, 1)
    assert "the amount counts, the dates do not" in importer.warned[0].why.en
    assert await database.value("SELECT amount FROM shipments") == 9


async def test_a_phone_that_is_none_is_warned_about_and_the_customer_kept(importer, database):
    outcome = await importer.customers("customer_id,phone\nc1,12345;13812345678\n")
    assert (outcome.new, outcome.phones, outcome.warned) == (1, 1, 1)


async def test_several_phones_however_written_are_one_each(importer, database):
    await importer.customers("customer_id,phone\nc1,138 1234 5678;+86-13812345678、(010)62345678\n")
    assert await database.value("SELECT count(*) FROM phones") == 2


async def test_a_phone_of_another_customer_is_reported_and_not_moved(importer, database):
    await importer.customers("customer_id,phone\nc1,13812345678\n")
    owner = await database.value("SELECT customer_id FROM phones")
    outcome = await importer.customers("customer_id,phone\nc2,13812345678\nc3,13900000001\nc4,+86 139 0000 0001\n")
    assert outcome.duplicates == 2
    assert [(fault.line, fault.why.en) for fault in importer.warned] == [
        (2, "phone belongs to customer c1: a possible duplicate, not moved"),
        (4, "phone belongs to customer c3: a possible duplicate, not moved"),
    ]
    assert await database.value("SELECT customer_id FROM phones ORDER BY created_at LIMIT 1") == owner
    assert await database.value("SELECT count(*) FROM possible_duplicates") == 2


async def test_customers_twice_change_nothing_and_nothing_personal_is_legible(importer, database):
    await importer.customers(PEOPLE)
    before = await everything(database)
    outcome = await importer.customers(PEOPLE)
    assert (outcome.new, outcome.changed, outcome.unchanged, outcome.phones) == (0, 0, 2, 0)
    assert await everything(database) == before
    stored = str(before)
    for personal in ("王小明", "赵大", "13812345678", "62345678"):
        assert personal not in stored


async def test_prospects_are_marked_and_their_first_order_makes_them_customers(importer, database):
    await importer.customers("customer_id,name\np1,A\np2,B\n", prospects=True)
    assert await database.value("SELECT count(*) FROM customers WHERE prospect") == 2
    await importer.shipments(HEADER + "p1,o1,2024-03-01,1.00,,,\n")
    assert await database.value("SELECT count(*) FROM customers WHERE prospect") == 1
    outcome = await importer.customers("customer_id,name\np1,A\np2,B\n", prospects=True)
    assert (outcome.changed, outcome.unchanged) == (0, 2)


async def test_shipments_may_bring_their_customers_along(importer, database):
    outcome = await importer.shipments(
        "customer_id,order_id,ordered_at,amount,name,phone,consignee,waybill_no\n"
        "c1,o1,2024-03-01,1.00,王小明,13812345678,赵大,sf001\nc1,o2,2024-03-02,1.00,王小明,13812345678,13812345678,SF002\n"
    )
    assert (outcome.new, outcome.customers, outcome.phones) == (2, 1, 1)
    rows = await database.rows("SELECT waybill_no, consignee_key FROM shipments ORDER BY order_id")
    assert rows[0].waybill_no == "SF001"
    assert rows[1].consignee_key == await database.value("SELECT key FROM phones")


async def test_two_imports_at_once_both_arrive(importer, database, tmp_path):
    files = []
    for name in "ab":
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text(
            HEADER + "".join(f"c{n},o{n},2024-03-01,1.00,,,\n" for n in range(2000)) + f"{name},o,2024-03-01,1,,,\n"
        )
    runs = [importing.run(database.engine, database.seal, Wanted(What.SHIPMENTS, file)) for file in files]
    outcomes = await asyncio.gather(*runs)
    assert sorted(outcome.new for outcome in outcomes) == [1, 2001]
    assert await database.value("SELECT count(*) FROM shipments") == 2002


async def test_the_second_import_waits_for_the_first_and_says_so(importer, database):
    async with database.holding(f"SELECT pg_advisory_xact_lock({Lock.CUSTOMERS.value})"):
        waiting = asyncio.create_task(importer.shipments(ROWS))
        while not importer.said:  # noqa: ASYNC110 - the sentence is the event
            await asyncio.sleep(0.01)
        assert "this import waits for it" in importer.said[0]
        assert not waiting.done()
    assert (await waiting).new == 3


@pytest.mark.parametrize("when", ["copying", "saving"])
async def test_an_import_killed_half_way_leaves_nothing(importer, database, when):
    await importer.shipments(ROWS)
    before = await everything(database)
    path = importer.file(HEADER + "".join(f"k{n},o{n},2024-03-01,1.00,,,\n" for n in range(50_000)))
    calls = []

    def progress(position: int, size: int) -> None:
        calls.append(position)
        if len(calls) == {"copying": 2, "saving": 4}[when]:
            with ThreadPoolExecutor() as pool:
                pool.submit(asyncio.run, kill_importer(database.url)).result()

    listener = importing.Listener(progress=progress)
    with pytest.raises(Unusable, match="the database went away; nothing was imported, run it again"):
        await importing.run(database.engine, database.seal, Wanted(What.SHIPMENTS, path), listener)
    assert await everything(database) == before
    assert (await importer.shipments(path)).new == 50_000


async def kill_importer(url: str) -> None:
    """End the database session that holds the lock of imports, as a restart of the server would."""
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    other = await asyncpg.connect(dsn)
    killed = await other.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    assert killed
    await other.close()


async def test_a_vehicle_is_one_however_files_write_it(importer, database):
    header = "customer_id,order_id,ordered_at,amount,vehicle\n"
    written = ("沪A·80017", "沪A80017", "沪a 80017", "沪Ａ８００１７")
    rows = [f"c1,o{number},2024-03-01,1.00,{one}\n" for number, one in enumerate(written)]
    await importer.shipments(header + "".join(rows))
    assert await database.value("SELECT DISTINCT vehicle FROM shipments") == "沪A·80017"
    again = await importer.shipments(header + "c1,o0,2024-03-01,1.00,沪A-80017\n")
    assert (again.changed, again.unchanged) == (0, 1)
    assert (await importer.shipments(header + f"c1,o9,2024-03-01,1.00,{'ﷺ' * 3}\n")).left_out == 1, "54 characters"


async def test_open_incidents_look_for_customers_among_shipments_that_came_in(importer, office, database):
    (hub,) = await office.hire(["华东分拨"], Role.BUSINESS_UNIT)
    actor = StaffFacts(hub, "华东分拨", Role.BUSINESS_UNIT, 0, "sorting_centre")
    said = {"kind": "damage", "what": "外箱破裂", "where": "月台", "discovered_at": datetime.now(UTC), "vehicle": "V1"}
    async with database.engine.begin() as connection:
        told = await report(connection, office.desk, actor, FirstReport.model_validate(said), None)
    graded = "UPDATE cases SET stage = 'containment'{} WHERE id = :id"
    await database.rows(graded.format(""), id=told.id)
    assert (await importer.shipments(ROWS)).incidents == 1
    assert await database.value("SELECT details ->> 'reach' FROM cases") == "again"
    assert await database.value("SELECT due_at <= clock_timestamp() FROM wakes")
    assert (await importer.shipments(ROWS)).incidents == 0, "nothing new came in"
    await database.rows(graded.format(", closed_at = now()"), id=told.id)
    assert (await importer.shipments(HEADER + "c9,o9,2024-03-01,1.00,,,\n")).incidents == 0, "it is closed"
