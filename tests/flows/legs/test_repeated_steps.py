"""Every step run twice has one effect: repeated, doubled, or late."""

import asyncio

import pytest

from tests.fixtures.soundness import assert_sound

LEDGER = "SELECT case_id, seq, kind, hash FROM events ORDER BY case_id, seq"


async def to_step(step, office, carrier, clock, database):
    """Bring twelve cases to where the step is due."""
    ids = await office.complain(12)
    if step == "classify":
        return
    await carrier.carry(await carrier.claim())
    if step == "assign":
        for id_ in ids:
            await office.act(id_, "escalate", why="等不及了")
    elif step == "follow_up":
        clock.move(hours=60)
    else:
        for id_ in ids:
            await office.act(id_, "propose", remedy="道歉并优先派送")
            await office.act(id_, "carry-out", method="admit_error", finding="分拣积压")
            await office.act(id_, "feed-back", accepted=True, said="已告知客户")
        await carrier.carry(await carrier.claim())
        for id_ in ids:
            await office.act(id_, "survey", solved=True, satisfaction=4)
    if step == "score":
        await carrier.carry(await carrier.claim(), but="score")
        await database.rows("UPDATE wakes SET leg_id = NULL, not_before = now()")


@pytest.mark.parametrize("step", ["classify", "assign", "follow_up", "analyse", "score"])
async def test_a_step_repeated_by_a_second_run_of_the_leg_has_one_effect(step, office, carrier, clock, database):
    await to_step(step, office, carrier, clock, database)
    before = await database.value("SELECT count(*) FROM events")
    leg_id = await carrier.claim()
    one, late = [await carrier.open(leg_id) for _ in range(2)]
    assert set(late.held) == set(one.held)
    assert len(one.waiting(step)) == 12

    await one.carry(carrier.steps()[step])
    once = await database.rows(LEDGER)
    assert len(once) == before + 12

    await one.carry(carrier.steps()[step])
    await late.carry(carrier.steps()[step])
    await (await carrier.open(leg_id)).carry(carrier.steps()[step])
    assert await database.rows(LEDGER) == once
    await assert_sound(database)


@pytest.mark.parametrize("step", ["classify", "assign", "follow_up", "analyse", "score"])
async def test_a_step_run_twice_at_the_same_time_has_one_effect(step, office, carrier, clock, database):
    await to_step(step, office, carrier, clock, database)
    before = await database.value("SELECT count(*) FROM events")
    leg_id = await carrier.claim()
    legs = [await carrier.open(leg_id) for _ in range(2)]
    await asyncio.gather(*(leg.carry(carrier.steps()[step]) for leg in legs))
    assert await database.value("SELECT count(*) FROM events") == before + 12
    assert await database.value("SELECT count(*) FROM events WHERE kind IN ('step_failed', 'quarantined')") == 0
    await assert_sound(database)
