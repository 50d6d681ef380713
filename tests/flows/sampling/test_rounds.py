import asyncio
from datetime import date, timedelta

import pytest

from flows.sampling.errors import SamplingError
from flows.sampling.rounds import Wanted, all_rounds, draws_of, end, open_round, release, round_named
from models.values.classes import Period
from models.values.round_terms import Disposition, RoundKind, RoundState
from models.values.rounds import Member
from tests.flows.sampling.making import NOW, POLICY, SAMPLING, WEEK

DRAWN = Wanted(RoundKind.DRAWN, WEEK)


async def opened(database, wanted=DRAWN, members=None, now=NOW):
    async with database.engine.begin() as connection:
        return await open_round(connection, wanted, POLICY, now, members)


async def released(database, round_id, replicate=0):
    async with database.engine.begin() as connection:
        return await release(connection, round_id, replicate, NOW)


async def test_a_round_freezes_its_frame_and_draws_from_it(database, firm):
    await firm.serve(300)
    answer = await opened(database)
    assert answer.new
    assert answer.round.population == 300
    assert answer.round.plan.population == 300
    assert answer.round.closes_at == NOW + timedelta(days=SAMPLING.open_days)
    assert await database.value("SELECT count(*) FROM round_members") == 300
    wanted = sum(one.drawn + sum(one.reserves) for one in answer.round.plan.strata)
    assert await database.value("SELECT count(*) FROM round_draws") == wanted
    assert await database.value("SELECT count(DISTINCT customer_id) FROM round_draws") == wanted
    assert await database.value("SELECT count(*) FROM round_draws WHERE released_at IS NOT NULL") == 0


async def test_the_same_period_twice_is_one_round(database, firm):
    await firm.serve(200)
    first = await opened(database)
    again = await opened(database, Wanted(RoundKind.DRAWN, WEEK, seed=99))
    assert not again.new
    assert again.round == first.round


async def test_many_at_once_open_one_round(database, firm):
    await firm.serve(60)
    answers = await asyncio.gather(*(opened(database) for _ in range(12)))
    assert sum(answer.new for answer in answers) == 1
    assert {answer.round.id for answer in answers} == {answers[0].round.id}
    assert await database.value("SELECT count(*) FROM round_members") == 60


async def test_an_overlapping_period_is_refused_and_names_the_other_round(database, firm):
    await firm.serve(60)
    first = await opened(database)
    overlapping = Period(WEEK.last, WEEK.last)
    with pytest.raises(SamplingError, match=f"overlaps round {first.round.id} "):
        await opened(database, Wanted(RoundKind.DRAWN, overlapping))
    assert await database.value("SELECT count(*) FROM rounds") == 1


async def test_a_cancelled_round_blocks_no_other_period(database, firm):
    await firm.serve(60)
    first = await opened(database)
    async with database.engine.begin() as connection:
        await end(connection, first.round.id, RoundState.CANCELLED, NOW)
    assert (await opened(database, Wanted(RoundKind.DRAWN, Period(WEEK.first, WEEK.first + timedelta(days=2))))).new
    again = await opened(database)
    assert (again.new, again.round.state) == (False, RoundState.CANCELLED)


async def test_lists_may_overlap(database, firm):
    await firm.serve(3)
    someone = [Member(await firm.id_of("K000001"))]
    for first in (WEEK.first, WEEK.first + timedelta(days=1)):
        wanted = Wanted(RoundKind.ACCOUNT_VISIT, Period(first, WEEK.last))
        assert (await opened(database, wanted, someone)).new


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(RoundKind.DRAWN, WEEK), "the frame is empty"),
        (Wanted(RoundKind.CENSUS, WEEK), "the list is empty"),
        (Wanted(RoundKind.DRAWN, Period(WEEK.last, WEEK.first)), "ends before it begins"),
        (Wanted(RoundKind.DRAWN, Period(WEEK.first, NOW.date())), "has not ended"),
        (Wanted(RoundKind.DRAWN, Period(date(1, 1, 1), WEEK.last)), "must lie between"),
        (Wanted(RoundKind.DRAWN, WEEK, margin=0), "the margin must be above 0"),
        (Wanted(RoundKind.DRAWN, WEEK, margin=float("nan")), "the margin must be above 0"),
        (Wanted(RoundKind.DRAWN, WEEK, closes_at=NOW), "must close later"),
        (Wanted(RoundKind.DRAWN, WEEK, seed=-1), "a seed is"),
    ],
)
async def test_what_cannot_be_a_round_is_refused_with_its_sentence(database, wanted, said):
    with pytest.raises(SamplingError, match=said) as refused:
        await opened(database, wanted)
    assert refused.value.zh
    for table in ("rounds", "round_members", "round_draws"):
        assert await database.value(f"SELECT count(*) FROM {table}") == 0  # noqa: S608


async def test_a_frame_of_one_customer_is_no_sample(database, firm):
    await firm.serve(1)
    with pytest.raises(SamplingError, match="one customer only"):
        await opened(database)
    assert await database.value("SELECT count(*) FROM round_members") == 0


async def test_a_smaller_margin_draws_more(database, firm):
    await firm.serve(2000)
    wide = await opened(database, Wanted(RoundKind.DRAWN, WEEK, margin=0.2))
    assert wide.round.plan.sampling["margin"] == 0.2
    assert wide.round.plan.answers_wanted < 50


async def test_replicates_are_released_whole_and_in_turn(database, firm):
    await firm.serve(900)
    round_ = (await opened(database)).round
    with pytest.raises(SamplingError, match="the next is number 0"):
        await released(database, round_.id, 1)
    sample = await released(database, round_.id)
    assert {one.replicate for one in sample} == {0}
    assert len(sample) == sum(one.drawn for one in round_.plan.strata)
    with pytest.raises(SamplingError, match="the next is number 1"):
        await released(database, round_.id, 0)
    reserve = await released(database, round_.id, 1)
    assert len(reserve) == sum(one.reserves[0] for one in round_.plan.strata)
    async with database.engine.connect() as connection:
        assert len(await draws_of(connection, round_.id)) == len(sample) + len(reserve)


async def test_when_all_is_released_nothing_is_left_to_release(database, firm):
    await firm.serve(12)
    round_ = (await opened(database)).round
    await released(database, round_.id)
    with pytest.raises(SamplingError, match="every replicate"):
        await released(database, round_.id, 1)


async def test_closing_counts_what_was_not_worked_and_keeps_what_was(database, firm):
    await firm.serve(120)
    round_ = (await opened(database)).round
    sample = await released(database, round_.id)
    await database.rows("UPDATE round_draws SET disposition = 'complete' WHERE position = :one", one=sample[0].position)
    async with database.engine.begin() as connection:
        assert await end(connection, round_.id, RoundState.CLOSED, NOW) == len(sample) - 1
    async with database.engine.connect() as connection:
        found = await draws_of(connection, round_.id)
        assert (await round_named(connection, round_.id)).state is RoundState.CLOSED
    kinds = [one.disposition for one in found]
    assert kinds.count(Disposition.COMPLETE) == 1
    assert kinds.count(Disposition.NOT_WORKED) == len(sample) - 1


async def test_a_round_ends_once_and_releases_nothing_afterwards(database, firm):
    await firm.serve(400)
    round_ = (await opened(database)).round
    async with database.engine.begin() as connection:
        await end(connection, round_.id, RoundState.CANCELLED, NOW)
    with pytest.raises(SamplingError, match="the round has ended"):
        await released(database, round_.id)
    async with database.engine.begin() as connection:
        with pytest.raises(SamplingError, match="the round has ended"):
            await end(connection, round_.id, RoundState.CLOSED, NOW)


async def test_a_round_nobody_opened_is_not_found(database):
    async with database.engine.connect() as connection:
        with pytest.raises(SamplingError, match="no such round"):
            await round_named(connection, 4711)
    with pytest.raises(SamplingError, match="no such round"):
        await released(database, 4711)


async def test_a_census_draws_every_complaint_even_two_of_one_customer(database, firm):
    await firm.serve(3)
    who = await firm.id_of("K000001")
    listed = [Member(who), Member(who), Member(None)]
    round_ = (await opened(database, Wanted(RoundKind.CENSUS, WEEK), listed)).round
    assert round_.population == 3
    assert len(await released(database, round_.id)) == 3
    async with database.engine.connect() as connection:
        assert [one.id for one in await all_rounds(connection, RoundKind.CENSUS)] == [round_.id]
        assert await all_rounds(connection, RoundKind.DRAWN) == []
