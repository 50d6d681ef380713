"""Notices while processes die and Prefect is away: at least once, under the same id."""

from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from flows.legs.beside import save_rows
from flows.notices.subscribing import Wanted, subscribe
from flows.notices.targets import Inside
from models.values.case import Reason
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.notices import Addressee, notice
from tests.fixtures.worker import until, workers_of

WORDS = Reason("测试", "a test")
DELIVERED = "SELECT count(*) FROM notices WHERE delivered_at IS NOT NULL"


async def write(database, receiver, count):
    """So many notices for the receiver; their ids."""
    ids = [uuid7() for _ in range(count)]
    rows = [notice(NoticeKind.TEST, Addressee(), WORDS, WORDS, datetime.now(UTC), id_=id_) for id_ in ids]
    wanted = Wanted(Addressee(), (NoticeKind.TEST,), NoticeChannel.WEBHOOK, receiver.url)
    async with database.engine.begin() as connection:
        await subscribe(connection, database.seal, wanted, Inside.of(receiver.allowed))
        await save_rows(connection, database.seal, rows)
    return [str(id_) for id_ in ids]


async def all_delivered(database, count):
    async def there():
        return await database.value(DELIVERED) == count

    await until(there, what=f"the delivery of {count} notices")


@pytest.mark.timeout(300)
async def test_notices_survive_a_worker_killed_while_it_delivers(database, workers, receiver):
    receiver.gate.clear()  # taken, but not answered: nobody knows whether it arrived
    ids = await write(database, receiver, 5)
    first = workers.spawn(webhook_allow=receiver.allowed)
    await until(lambda: len(receiver.hits) >= 5, what="five deliveries under way")
    first.kill()
    receiver.gate.set()
    assert await database.value(DELIVERED) == 0

    workers.spawn(webhook_allow=receiver.allowed)
    await all_delivered(database, 5)
    taken = [hit.headers["webhook-id"] for hit in receiver.hits]
    assert set(taken) == set(ids), "nothing lost, no other id"
    assert all(taken.count(id_) == 2 for id_ in ids), "each again, as nobody could know"
    assert await database.rows("SELECT DISTINCT attempts FROM deliveries") == [(2,)]


async def test_notices_go_out_while_prefect_is_away(database, receiver, tmp_path):
    await write(database, receiver, 3)
    with workers_of(database, "http://127.0.0.1:9/api", tmp_path) as workers:
        worker = workers.spawn(webhook_allow=receiver.allowed)
        await all_delivered(database, 3)
        assert not worker.said("Prefect in sight")
    assert len(receiver.hits) == 3
