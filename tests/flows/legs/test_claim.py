import asyncio
from datetime import timedelta

from flows.legs.claim import next_due, unsettled

ORDERED = "SELECT case_id FROM wakes WHERE leg_id = :leg"


async def taken(database, leg_id):
    return {row.case_id for row in await database.rows(ORDERED, leg=leg_id)}


async def small(carrier, cases):
    """The carrier with legs of so many cases at most."""
    object.__setattr__(carrier.room.resources, "leg_cases", cases)
    return carrier


async def test_two_claims_at_once_share_nothing(office, carrier, database):
    ids = await office.complain(40)
    await small(carrier, 10)
    legs = await asyncio.gather(*(carrier.claim() for _ in range(6)))
    parts = [await taken(database, leg) for leg in legs if leg]
    assert sorted(id_ for part in parts for id_ in part) == sorted(ids)
    assert all(len(part) == 10 for part in parts)
    assert await database.value("SELECT sum(cases) FROM legs") == 40


async def test_the_urgent_go_first_but_overtake_only_so_far(office, carrier, clock, database):
    (ordinary,) = await office.complain()
    clock.move(minutes=5)
    (urgent,) = await office.complain()
    await database.rows("UPDATE wakes SET rank = 0, order_at = due_at WHERE case_id = :id", id=urgent)
    clock.move(minutes=90)
    (much_later,) = await office.complain()
    await database.rows("UPDATE wakes SET rank = 0, order_at = due_at WHERE case_id = :id", id=much_later)
    await small(carrier, 1)
    order = [await taken(database, await carrier.claim()) for _ in range(3)]
    assert order == [{urgent}, {ordinary}, {much_later}]


async def test_what_is_not_due_is_left(office, carrier, clock, database):
    (later,) = await office.complain()
    await database.rows("UPDATE wakes SET due_at = due_at + interval '1 hour', order_at = order_at + interval '1 hour'")
    assert await carrier.claim() is None
    async with database.engine.begin() as connection:
        assert await next_due(connection) == clock.moment + timedelta(hours=1)
        assert not await unsettled(connection, clock.moment)
    clock.move(hours=1)
    assert await taken(database, await carrier.claim()) == {later}


async def test_back_off_counts_in_the_databases_own_time(office, carrier, clock, database):
    await office.complain()
    await database.rows("UPDATE wakes SET not_before = now() + interval '1 hour'")
    clock.move(days=30)
    assert await carrier.claim() is None
    await database.rows("UPDATE wakes SET not_before = now()")
    assert await carrier.claim()


async def test_what_is_in_quarantine_is_left(office, carrier, database):
    await office.complain()
    await database.rows("UPDATE wakes SET quarantined_at = now()")
    assert await carrier.claim() is None


async def test_a_case_that_must_be_alone_gets_a_leg_to_itself(office, carrier, database):
    first, *rest = await office.complain(4)
    lone = rest.pop()
    await database.rows("UPDATE wakes SET alone = true WHERE case_id = :id", id=lone)
    assert await taken(database, await carrier.claim()) == {first, *rest}
    assert await taken(database, await carrier.claim()) == {lone}


async def test_a_case_somebody_holds_is_passed_over_without_waiting(office, carrier, database):
    first, second = await office.complain(2)
    async with database.holding("SELECT 1 FROM wakes WHERE case_id = :id FOR UPDATE", id=first):
        assert await taken(database, await carrier.claim()) == {second}
    assert await taken(database, await carrier.claim()) == {first}


async def test_another_procedures_wakes_are_not_taken(office, carrier, database):
    await office.complain()
    await database.rows("UPDATE wakes SET procedure = 'revisit'")
    assert await carrier.claim() is None


async def test_a_long_worker_name_fits(office, carrier, database):
    await office.complain()
    object.__setattr__(carrier.room.resources, "worker", "w" * 200)
    assert await carrier.claim()
