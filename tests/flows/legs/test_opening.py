"""What a decision does beside its case: cases it opens and rows it writes, in the one transaction."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from flows.legs import ledger
from flows.legs.chain import Entry
from models.values.case import Decision, Opening, Row
from models.values.stage_terms import EventKind
from tests.fixtures.soundness import assert_sound

ROWS = "SELECT key, request FROM idempotency_keys"


async def decide(office, carrier, clock, case_id, *openings, rows=()):
    """A note on one case that opens others and writes rows."""
    async with office.database.engine.begin() as connection:
        facts, head = (await ledger.lock_cases(connection, [case_id]))[case_id]
        decision = Decision(EventKind.NOTED, opens=openings, rows=rows)
        entry = Entry(facts, head, decision)
        plan = carrier.room.plan
        await ledger.write(connection, office.database.seal, [entry], lambda one: plan(one, clock.moment), clock.moment)
        return facts


def another(facts, clock):
    begun = replace(facts, id=uuid7(), events=0, version=1, clocks=(), recorded_at=clock.moment)
    return Opening(begun, Decision(EventKind.RECEIVED, sealed={"text": "快递晚到五天了,我要投诉"}))


def row(office, request):
    values = {"staff_id": office.actor.id, "key": "k", "request": request, "status": 200, "answer": {}}
    return Row("idempotency_keys", values)


async def test_a_decision_opens_a_case_that_is_carried_like_any_other(office, carrier, clock, database):
    (id_,) = await office.complain()
    facts = await decide(office, carrier, clock, id_)
    opening = another(facts, clock)
    await decide(office, carrier, clock, id_, opening)
    await carrier.carry(await carrier.claim())
    (opened,) = await database.rows("SELECT stage, procedure FROM cases WHERE id = :id", id=opening.facts.id)
    assert opened.procedure == "complaint"
    assert opened.stage != "received"
    await assert_sound(database)


async def test_a_row_of_the_same_key_takes_the_new_values(office, carrier, clock, database):
    (id_,) = await office.complain()
    await decide(office, carrier, clock, id_, rows=(row(office, "one"),))
    await decide(office, carrier, clock, id_, rows=(row(office, "two"),))
    assert [tuple(one) for one in await database.rows(ROWS)] == [("k", "two")]


async def test_what_cannot_be_opened_leaves_nothing_behind(office, carrier, clock, database):
    (id_,) = await office.complain()
    facts = await decide(office, carrier, clock, id_)
    doubled = Opening(replace(facts, events=0), Decision(EventKind.RECEIVED))
    before = await database.value("SELECT count(*) FROM events")
    with pytest.raises(IntegrityError):
        await decide(office, carrier, clock, id_, doubled, rows=(row(office, "one"),))
    assert await database.value("SELECT count(*) FROM events") == before
    assert await database.rows(ROWS) == []
