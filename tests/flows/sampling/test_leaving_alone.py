from datetime import timedelta

import pytest

from flows.sampling.leaving_alone import facts_of
from flows.sampling.rounds import Wanted, open_round, release
from models.values.round_terms import Disposition, RoundKind
from models.values.rounds import EligibilityFacts, Member
from tests.flows.sampling.making import NOW, POLICY, WEEK

DAY = timedelta(days=1)


async def facts(database, *ids, now=NOW):
    async with database.engine.connect() as connection:
        return await facts_of(connection, ids, now)


@pytest.fixture
async def who(database, firm):
    """K1, and K2 merged into him."""
    for code in ("K1", "K2"):
        await firm.know(code)
    await database.rows(
        "UPDATE customers SET merged_into = (SELECT id FROM customers WHERE code = 'K1') WHERE code = 'K2'"
    )
    return await firm.id_of("K1")


async def surveyed(database, who, kind, disposition, at):
    async with database.engine.begin() as connection:
        wanted = Wanted(kind, WEEK, closes_at=NOW + 99 * DAY)
        round_ = (await open_round(connection, wanted, POLICY, NOW, [Member(who)])).round
        await release(connection, round_.id, 0, NOW)
    await database.rows(
        "UPDATE round_draws SET disposition = :how, settled_at = :at WHERE round_id = :round",
        how=disposition,
        at=at,
        round=round_.id,
    )


async def test_a_customer_of_whom_nothing_is_known_has_no_phone_and_nothing_else(database, who):
    assert await facts(database, who) == {who: EligibilityFacts(who)}


async def test_nobody_asked_about_nobody_answered(database):
    assert await facts(database) == {}


async def test_phones_and_wishes_of_merged_records_are_the_customers(database, who):
    await database.rows(
        """INSERT INTO phones (key, customer_id, number)
        SELECT 'k' || id, id, 'x' FROM customers WHERE code IN ('K1', 'K2')"""
    )
    await database.rows("UPDATE customers SET do_not_call = true WHERE code = 'K2'")
    found = (await facts(database, who))[who]
    assert (found.phones, found.do_not_call) == (2, True)


async def test_open_complaints_count_until_they_close(database, who, office):
    await office.complain(2)
    await database.rows("UPDATE cases SET customer_id = (SELECT id FROM customers WHERE code = 'K2')")
    assert (await facts(database, who))[who].open_complaints == 2
    await database.rows("UPDATE cases SET closed_at = now() WHERE number = (SELECT min(number) FROM cases)")
    assert (await facts(database, who))[who].open_complaints == 1
    await database.rows("UPDATE cases SET kind = 'enquiry'")
    assert (await facts(database, who))[who].open_complaints == 0


@pytest.mark.parametrize(
    ("kind", "field"),
    [(RoundKind.CENSUS, "transactional_at"), (RoundKind.ACCOUNT_VISIT, "relationship_at")],
)
@pytest.mark.parametrize(
    "how", [Disposition.COMPLETE, Disposition.PARTIAL, Disposition.REFUSED, Disposition.BROKEN_OFF]
)
async def test_a_survey_that_reached_him_counts_by_its_kind(database, who, kind, field, how):
    await surveyed(database, who, kind, how, NOW - DAY)
    found = (await facts(database, who))[who]
    assert getattr(found, field) == NOW - DAY
    assert [found.transactional_at, found.relationship_at].count(None) == 1


@pytest.mark.parametrize("how", [Disposition.NO_ANSWER, Disposition.COOL_DOWN, Disposition.WRONG_NUMBER])
async def test_one_that_did_not_reach_him_does_not_count(database, who, how):
    await surveyed(database, who, RoundKind.CENSUS, how, NOW - DAY)
    assert (await facts(database, who))[who] == EligibilityFacts(who)


async def test_the_revisit_of_a_complaint_counts_as_a_survey_about_it(database, who, office):
    (case,) = await office.complain()
    await database.rows("UPDATE cases SET customer_id = :who", who=who)
    at = NOW - 3 * DAY
    await database.rows("UPDATE events SET kind = 'surveyed', at = :at WHERE case_id = :case", at=at, case=case)
    assert (await facts(database, who))[who].transactional_at == at
