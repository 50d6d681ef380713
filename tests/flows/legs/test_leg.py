"""One case must not fail or hold back the others of its leg."""

import asyncio
import time
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from flows.legs import lease, ledger, quarantine
from flows.legs.blame import Blame, DatabaseAway, blame
from flows.legs.leg import LegCancelled, LegLost
from flows.legs.resources import TIMEOUT_SHARE
from flows.steps.classify import Classify
from tests.fixtures.soundness import assert_sound

TIMEOUT_SECONDS = 3.0  # as the fixture `carrier` sets it on its connections

CLASSIFIED = "SELECT count(*) FROM events WHERE kind = 'classified'"
LEFT = "SELECT * FROM wakes WHERE case_id = :id"


class Poisoned(Classify):
    """Raises at the named point for one case, and quotes what the caller said."""

    def __init__(self, carrier, at, victim):
        super().__init__(carrier.room.policies, carrier.room.resources.seal)
        self.__dict__.update(at=at, victim=victim)

    async def load(self, connection, facts, now):
        if self.at == "load" and self.victim in {one.id for one in facts}:
            raise LookupError("张三 13800138000")
        return await super().load(connection, facts, now)

    def decide(self, facts, loaded, now):
        decision = super().decide(facts, loaded, now)
        if facts.id == self.victim:
            match self.at:
                case "stall":
                    time.sleep(TIMEOUT_SECONDS + 1)  # the poison itself, not a wait of the test
                case "decide":
                    raise ValueError("张三 13800138000")
                case "write":  # a value the database refuses
                    return replace(decision, changes={**decision.changes, "kind": "张三 13800138000"})
                case "store":  # a value that cannot even be written down
                    return replace(decision, data={**decision.data, "confidence": float("nan")})
                case "send":  # a value that cannot be sent
                    return replace(decision, changes={**decision.changes, "level": "张三 13800138000"})
        return decision


@pytest.mark.parametrize("at", ["load", "decide", "write", "store", "send"])
async def test_a_case_that_fails_anywhere_fails_alone(at, office, carrier, clock, database, capsys):
    ids = await office.complain(30)
    victim = ids[7]
    leg = await carrier.open(await carrier.claim())
    await leg.carry(Poisoned(carrier, at, victim))
    assert await database.value(CLASSIFIED) == 29
    assert leg.deferred == {victim}
    assert len(leg.carried) == 29
    (wake,) = await database.rows(LEFT, id=victim)
    assert (wake.leg_id, wake.attempts) == (None, 1)
    (told,) = await database.rows("SELECT data::text FROM events WHERE kind = 'step_failed'")
    assert "138" not in wake.error + told.data + capsys.readouterr().out
    await assert_sound(database)


async def test_a_rule_that_outlasts_the_transaction_counts_against_its_case_alone(office, carrier, database):
    ids = await office.complain(3)
    bounded = replace(carrier.room.resources, lease_seconds=TIMEOUT_SECONDS / TIMEOUT_SHARE)
    slow = replace(carrier, room=replace(carrier.room, resources=bounded))
    leg = await slow.open(await slow.claim())
    await leg.carry(Poisoned(slow, "stall", ids[1]))
    assert leg.deferred == {ids[1]}
    assert await database.value(CLASSIFIED) == 2
    (wake,) = await database.rows(LEFT, id=ids[1])
    assert (wake.leg_id, wake.attempts) == (None, 1)
    await assert_sound(database)


async def test_a_case_that_cannot_be_planned_fails_alone(office, carrier, database):
    """It is judged by a rulebook that this process does not know."""
    ids = await office.complain(3)
    await database.rows("UPDATE cases SET rulebook = 'lost' WHERE id = :id", id=ids[0])
    leg = await carrier.carry(await carrier.claim())
    assert leg.deferred == {ids[0]}
    assert await database.value(CLASSIFIED) == 2


async def test_after_the_bound_it_is_in_quarantine_until_a_person_releases_it(office, carrier, clock, database):
    ids = await office.complain(2)
    for _ in range(3):
        leg = await carrier.open(await carrier.claim())
        await leg.carry(Poisoned(carrier, "decide", ids[0]))
        await database.rows("UPDATE wakes SET not_before = now(), leg_id = NULL")
    assert leg.quarantined == {ids[0]}
    (wake,) = await database.rows(LEFT, id=ids[0])
    assert wake.quarantined_at is not None
    assert wake.error.startswith("classify: ValueError at decide:")
    await assert_sound(database)

    supervisor = await database.value("SELECT id FROM staff WHERE name = '组长'")
    async with database.engine.begin() as connection:
        assert await quarantine.release(connection, database.seal, ids[0], supervisor, clock.moment)
    async with database.engine.begin() as connection:
        assert not await quarantine.release(connection, database.seal, ids[0], supervisor, clock.moment)
    for _ in range(2):
        if leg_id := await carrier.claim():
            await carrier.carry(leg_id)
    assert await database.value(CLASSIFIED) == 2
    assert await database.value("SELECT actor_id FROM events WHERE kind = 'released'") == supervisor
    await assert_sound(database)


def test_back_off_doubles_up_to_a_minute():
    assert [quarantine.backoff(attempts) for attempts in (1, 2, 3, 6, 7, 50)] == [1, 2, 4, 32, 60, 60]


@pytest.mark.parametrize("tables", ["cases", "cases JOIN wakes ON id = case_id"])
async def test_a_case_held_from_outside_is_postponed_alone(tables, office, carrier, database):
    ids = await office.complain(30)
    leg_id = await carrier.claim()
    async with database.holding(f"SELECT 1 FROM {tables} WHERE id = :id FOR UPDATE", id=ids[3]):  # noqa: S608
        with capture_logs() as said:
            leg = await carrier.carry(leg_id)
    assert leg.deferred == {ids[3]}
    (line,) = [line for line in said if line["event"] == "case postponed"]
    assert (line["case"], line["error"]) == (str(ids[3]), "LockNotAvailableError")
    assert await database.value(CLASSIFIED) == 29
    (wake,) = await database.rows(LEFT, id=ids[3])
    assert (wake.attempts, wake.quarantined_at, wake.error) == (0, None, None)
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'step_failed'") == 0
    await assert_sound_after_settling(carrier, leg, database)


async def assert_sound_after_settling(carrier, leg, database):
    resources = carrier.room.resources
    async with resources.engine.begin() as connection:
        await lease.settle(connection, leg.id, carried=29, deferred=1, quarantined=0, message=leg.message)
    async with resources.engine.begin() as connection:
        await lease.reap(connection, resources.seal, await resources.clock.now(connection), 3)
    assert await database.value("SELECT count(leg_id) FROM wakes") == 0
    await assert_sound(database)


@pytest.mark.parametrize(("flag", "outcome"), [("lost", LegLost), ("cancelled", LegCancelled)])
async def test_a_leg_that_is_lost_or_cancelled_stops_at_the_next_chunk(flag, outcome, office, carrier, database):
    await office.complain(30)
    leg = await carrier.open(await carrier.claim())
    classify = carrier.steps()["classify"]
    real = classify.load

    async def load(*arguments):
        setattr(leg, flag, True)
        return await real(*arguments)

    object.__setattr__(classify, "load", load)
    with pytest.raises(outcome):
        await leg.carry(classify)
    assert await database.value(CLASSIFIED) == 25
    assert leg.message == "carried 25, released 30"


async def test_a_lost_connection_is_nobodys_fault(office, carrier, database):
    await office.complain(30)
    leg = await carrier.open(await carrier.claim())
    classify = carrier.steps()["classify"]

    async def load(connection, facts, now):
        await database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return await Classify.load(classify, connection, facts, now)

    object.__setattr__(classify, "load", load)
    with pytest.raises(DatabaseAway):
        await leg.carry(classify)
    assert await database.value("SELECT sum(attempts) FROM wakes") == 0
    assert await database.value("SELECT count(*) FROM events") == 30


async def test_a_session_idle_in_its_transaction_is_ended_before_the_lease(office, carrier, database):
    """What a frozen worker holds is free again: its time-outs are the server's, not its own."""
    (id_,) = await office.complain()
    engine = carrier.room.resources.engine
    caught = None
    async with engine.connect() as connection:
        await ledger.lock_cases(connection, [id_])
        idle = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        )
        while await database.value(idle):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)
        try:
            await ledger.lock_cases(connection, [id_])
        except Exception as error:  # noqa: BLE001 - which one it is, is the question
            caught = error
    assert caught is not None
    assert blame(caught) is Blame.DATABASE


async def test_a_poke_while_a_leg_holds_the_case_is_not_lost(office, carrier, clock, database):
    (id_,) = await office.complain()
    leg = await carrier.open(await carrier.claim())
    async with database.engine.begin() as connection:
        await ledger.poke(connection, [id_], clock.moment)
    await leg.carry(carrier.steps()["classify"])
    await leg.carry(carrier.steps()["assign"])
    (wake,) = await database.rows(LEFT, id=id_)
    assert wake.due_at == clock.moment
