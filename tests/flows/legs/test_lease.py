import asyncio

import pytest

from flows.legs import lease
from tests.fixtures.soundness import assert_sound

WAKES = "SELECT * FROM wakes ORDER BY case_id"


async def reap(carrier, clock):
    resources = carrier.room.resources
    async with resources.engine.begin() as connection:
        return await lease.reap(connection, resources.seal, clock.moment, resources.attempts_at_most)


async def run_out(database, leg_id):
    await database.rows("UPDATE legs SET lease_until = now() - interval '1 second' WHERE id = :id", id=leg_id)


async def test_a_dead_leg_of_many_returns_each_alone_and_counts_nothing(office, carrier, clock, database):
    await office.complain(3)
    leg_id = await carrier.claim()
    assert await reap(carrier, clock) == []
    await run_out(database, leg_id)
    assert [(dead.leg_id, dead.cases) for dead in await reap(carrier, clock)] == [(leg_id, 3)]
    assert {(one.leg_id, one.alone, one.attempts) for one in await database.rows(WAKES)} == {(None, True, 0)}
    assert await database.value("SELECT count(*) FROM events") == 3
    await assert_sound(database)


async def test_the_death_of_a_leg_of_one_counts_until_the_case_is_in_quarantine(office, carrier, clock, database):
    await office.complain()
    for attempt in (1, 2, 3):
        await database.rows("UPDATE wakes SET not_before = now()")
        await run_out(database, await carrier.claim())
        await reap(carrier, clock)
        (wake,) = await database.rows(WAKES)
        assert (wake.leg_id, wake.attempts, wake.alone) == (None, attempt, True)
    assert wake.quarantined_at is not None
    assert wake.error == lease.DIED
    kinds = [row.kind for row in await database.rows("SELECT kind FROM events ORDER BY seq")]
    assert kinds == ["received", "step_failed", "step_failed", "quarantined"]
    await assert_sound(database)


async def test_a_case_whose_leg_died_with_it_is_a_suspect(office, carrier, clock, database):
    await office.complain()
    await run_out(database, await carrier.claim())
    await reap(carrier, clock)
    await database.rows("UPDATE wakes SET not_before = now()")
    assert (await carrier.room.claim("complaint")).suspect


async def test_two_who_reap_find_a_dead_leg_once(office, carrier, clock, database):
    await office.complain()
    await run_out(database, await carrier.claim())
    found = await asyncio.gather(*(reap(carrier, clock) for _ in range(4)))
    assert sum(map(len, found)) == 1
    assert await database.value("SELECT attempts FROM wakes") == 1


async def test_reaping_does_not_wait_for_a_case_somebody_holds(office, carrier, clock, database):
    one, other = await office.complain(2)
    for _ in (one, other):
        object.__setattr__(carrier.room.resources, "leg_cases", 1)
        await run_out(database, await carrier.claim())
    async with database.holding("SELECT 1 FROM cases JOIN wakes ON id = case_id WHERE id = :id FOR UPDATE", id=one):
        assert len(await reap(carrier, clock)) == 2
        held = await database.rows("SELECT case_id FROM wakes WHERE leg_id IS NOT NULL")
        assert [row.case_id for row in held] == [one]
    await reap(carrier, clock)
    assert await database.value("SELECT count(leg_id) FROM wakes") == 0
    await assert_sound(database)


async def test_giving_back_counts_nothing_and_rests_a_while(office, carrier, clock, database):
    await office.complain(3)
    leg_id = await carrier.claim()
    async with database.engine.begin() as connection:
        await lease.give_back(connection, leg_id, "Prefect was away", 3600)
    assert {(one.leg_id, one.alone, one.attempts) for one in await database.rows(WAKES)} == {(None, False, 0)}
    assert await database.value("SELECT state FROM legs") == "given_back"
    assert await carrier.claim() is None


async def test_settling_a_leg_that_was_lost_says_so_and_takes_nothing(office, carrier, clock, database):
    await office.complain(2)
    leg_id = await carrier.claim()
    await run_out(database, leg_id)
    await reap(carrier, clock)
    next_leg = await carrier.claim()
    async with database.engine.begin() as connection:
        assert not await lease.settle(connection, leg_id, carried=2, deferred=0, quarantined=0, message="carried 2")
    assert await database.value("SELECT state FROM legs WHERE id = :id", id=leg_id) == "dead"
    assert await database.value("SELECT count(*) FROM wakes WHERE leg_id = :id", id=next_leg) == 1


async def test_settling_does_not_wait_for_a_wake_somebody_holds(office, carrier, clock, database):
    one, _ = await office.complain(2)
    leg_id = await carrier.claim()
    async with database.holding("SELECT 1 FROM wakes WHERE case_id = :id FOR UPDATE", id=one):
        async with carrier.room.resources.engine.begin() as connection:
            assert await lease.settle(connection, leg_id, carried=0, deferred=0, quarantined=0, message="carried 0")
        assert await database.value("SELECT count(*) FROM wakes WHERE leg_id = :id", id=leg_id) == 1
    await reap(carrier, clock)
    assert {(one.leg_id, one.alone, one.attempts) for one in await database.rows(WAKES)} == {(None, False, 0)}


async def test_renewing_says_that_the_leg_is_lost_or_cancelled(office, carrier, database):
    await office.complain()
    leg_id = await carrier.claim()

    async def renew():
        async with database.engine.begin() as connection:
            return await lease.renew(connection, leg_id, 60)

    assert await renew() == lease.Held(cancelled=False)
    await database.rows("UPDATE legs SET cancel_requested_at = now()")
    assert await renew() == lease.Held(cancelled=True)
    await database.rows("UPDATE legs SET state = 'dead'")
    assert await renew() is None


@pytest.mark.parametrize("claimed_again", [False, True])
async def test_a_late_run_commits_nothing(claimed_again, office, carrier, clock, database):
    """It loaded its cases, then lost its lease; nobody has carried them yet, so only the fence is before them."""
    await office.complain(3)
    leg_id = await carrier.claim()
    late = await carrier.open(leg_id)
    await run_out(database, leg_id)
    await reap(carrier, clock)
    if claimed_again:
        await carrier.claim()
    events, wakes = await database.rows("SELECT * FROM events ORDER BY case_id"), await database.rows(WAKES)
    assert len(late.waiting("classify")) == 3
    for step in carrier.steps().values():
        await late.carry(step)
    assert not late.carried
    assert not late.held
    assert await database.rows("SELECT * FROM events ORDER BY case_id") == events
    assert await database.rows(WAKES) == wakes


async def test_a_late_run_counts_no_attempt_and_postpones_nothing(office, carrier, clock, database):
    (id_,) = await office.complain()
    late = await carrier.open(await carrier.claim())
    await run_out(database, late.id)
    await reap(carrier, clock)
    wakes = await database.rows(WAKES)
    await late.defer(id_, "classify: ValueError")
    async with database.engine.begin() as connection:
        await lease.postpone(connection, id_, late.id, 3600)
        await lease.give_back(connection, late.id, "late", 3600)
    assert await database.rows(WAKES) == wakes
    assert await database.value("SELECT state FROM legs") == "dead"
