"""Old notices go, or lose their text; what is proof in an open case, what waits and what is on its way stays."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from flows.daily.telling import tell
from flows.legs.beside import save_rows
from flows.notices.letting_go import AT_ONCE, let_go
from flows.rulebook.loading import load, read
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.notices import Addressee, notice
from models.values.people_terms import Role
from tests.fixtures.plans import scans, watching
from tests.fixtures.worker import until
from tests.flows.notices.conftest import TEXT, TITLE

POLICY = load(read())
KEEP = timedelta(days=POLICY.rulebook.notices.keep_days)
KEEP_CASE = timedelta(days=POLICY.rulebook.notices.keep_case_days)
MINUTE = timedelta(minutes=1)
EMAIL = NoticeChannel.EMAIL


@pytest.fixture
async def look(database):
    """One look, as late after now as said."""

    async def looked(after):
        async with database.engine.begin() as connection:
            return await let_go(connection, POLICY.rulebook.notices, datetime.now(UTC) + after)

    return looked


@pytest.fixture
async def delivered(post, mailbox):
    """Writes a notice that arrives at once."""
    await post.subscribe("li@centre.example", EMAIL)

    async def written(**about):
        id_ = await post.write(**about)
        await post.postman.deliver()
        return id_

    return written


async def left(database):
    """Of each notice that is there, whether it has its text; and the number of deliveries."""
    rows = await database.rows("SELECT id, payload IS NOT NULL FROM notices")
    return dict(map(tuple, rows)), await database.value("SELECT count(*) FROM deliveries")


async def test_what_is_about_no_case_goes_whole_when_its_time_is_over(post, delivered, look):
    id_ = await delivered()
    assert (await look(KEEP - MINUTE), await left(post.database)) == (0, ({id_: True}, 1))
    assert (await look(KEEP + MINUTE), await left(post.database)) == (1, ({}, 0))
    assert await look(KEEP + MINUTE) == 0


async def test_what_failed_and_what_was_for_nobody_goes_as_well(post, look):
    await post.write(Addressee(role=Role.GENERAL_MANAGER))
    await post.write(Addressee())
    await post.postman.deliver()
    assert await look(KEEP + MINUTE) == 2


async def test_what_waits_or_is_on_its_way_or_must_be_acknowledged_stays(post, delivered, mailbox, receiver, look):
    await delivered()
    receiver.answers = [(500, {}, b"")]
    await post.subscribe(receiver.url)
    on_its_way = await post.write()  # arrived by mail, still tried at the webhook
    await post.postman.deliver()
    waits = await post.write(due=datetime.now(UTC) + 3 * KEEP)
    unread = await delivered()
    await post.database.rows("UPDATE notices SET must_acknowledge = true WHERE id = :id", id=unread)
    await post.database.rows("UPDATE deliveries SET failed_at = now() WHERE notice_id = :id", id=unread)
    assert await look(2 * KEEP) == 1
    assert set((await left(post.database))[0]) == {on_its_way, waits, unread}


async def test_a_notice_of_an_open_case_stays_and_of_a_closed_one_only_its_trail(post, office, delivered, look):
    [case] = await office.complain()
    id_ = await delivered(case_id=case)
    assert await look(10 * KEEP_CASE) == 0, "the case is open"
    closed = "UPDATE cases SET closed_at = now() + :later WHERE id = :id"
    await post.database.rows(closed, id=case, later=KEEP)
    assert await look(KEEP_CASE + KEEP - MINUTE) == 0, "it counts from closing"
    assert await look(KEEP_CASE + KEEP + MINUTE) == 1
    assert await left(post.database) == ({id_: False}, 1)
    row = await post.row(id_)
    assert (row.kind, row.to_role, row.case_id) == ("test", "manager", case)
    assert row.delivered_at is not None
    assert await look(KEEP_CASE + KEEP + MINUTE) == 0, "once"


@pytest.mark.parametrize("downward", [True, False])
async def test_a_notice_stays_while_a_linked_case_is_open(post, office, delivered, look, downward):
    closed, other = await office.complain(2)
    id_ = await delivered(case_id=closed)
    await post.database.rows("UPDATE cases SET closed_at = now() WHERE id = :id", id=closed)
    link, to = (other, closed) if downward else (closed, other)
    await post.database.rows("UPDATE cases SET linked_to = :to WHERE id = :id", id=link, to=to)
    assert await look(2 * KEEP_CASE) == 0
    await post.database.rows("UPDATE cases SET closed_at = now() WHERE id = :id", id=other)
    assert await look(KEEP_CASE + MINUTE) == 1
    assert (await left(post.database))[0] == {id_: False}


async def test_a_summary_keeps_its_figures_and_loses_its_words(post, office, look):
    async with post.database.engine.begin() as connection:
        await tell(connection, post.database.seal, POLICY, datetime.now(UTC))
    await post.postman.deliver()
    before = await post.database.rows("SELECT notice_id, figures FROM shift_handovers")
    assert before
    assert await look(KEEP + MINUTE) == await post.database.value("SELECT count(*) FROM notices")
    assert await post.database.rows("SELECT notice_id, figures FROM shift_handovers") == before
    assert set((await left(post.database))[0].values()) == {False}


async def test_they_go_some_at_a_time_and_who_is_at_one_keeps_it(post, look):
    rows = [
        notice(NoticeKind.TEST, Addressee(), TITLE, TEXT, datetime.now(UTC) - KEEP, due_at=None)
        for _ in range(AT_ONCE + 5)
    ]
    async with post.database.engine.begin() as connection:
        await save_rows(connection, post.database.seal, rows)
    await post.database.rows("UPDATE notices SET resolved_at = created_at, failed_at = created_at")
    held = "SELECT 1 FROM notices ORDER BY id LIMIT 1 FOR UPDATE"
    async with post.database.holding(held):
        assert await look(MINUTE) == AT_ONCE
        assert await look(MINUTE) == 4
        assert await look(MINUTE) == 0
    assert await look(MINUTE) == 1


async def test_two_who_look_at_once_do_not_get_into_each_others_way(post, office, delivered, look):
    for _ in range(3):
        await delivered()
    found = await asyncio.gather(*(look(KEEP + MINUTE) for _ in range(4)))
    assert (sum(found), await left(post.database)) == (3, ({}, 0))


async def test_the_postman_looks_by_himself(post, delivered):
    await delivered()
    kept = await post.write(due=datetime.now(UTC) + KEEP)
    aged = "UPDATE notices SET delivered_at = delivered_at - CAST(:k AS interval), resolved_at = delivered_at"
    await post.database.rows(f"{aged} - CAST(:k AS interval) WHERE delivered_at IS NOT NULL", k=KEEP)
    serving = asyncio.create_task(post.postman.serve())

    async def gone():
        return set((await left(post.database))[0]) == {kept}

    await until(gone, what="the end of the old notice")
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_look_reads_nothing_that_has_lost_its_text(post, office, delivered, look):
    [case] = await office.complain()
    await delivered(case_id=case)
    await post.database.rows(
        "INSERT INTO notices (id, kind, case_id, created_at, resolved_at, delivered_at)"
        " SELECT gen_random_uuid(), kind, case_id, created_at, resolved_at, delivered_at"
        " FROM notices, generate_series(1, 4000)"
    )
    async with post.database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql("VACUUM ANALYZE")
    with watching(post.database.engine) as sent:
        assert await look(2 * KEEP_CASE) == 0
    assert len(sent) == 3
    async with post.database.engine.connect() as connection:
        found = [scan for one in sent for scan in await scans(connection, one) if scan.table == "notices"]
    assert {scan.index for scan in found} == {"notices_kept"}
    assert sum(scan.rows for scan in found) < 10
