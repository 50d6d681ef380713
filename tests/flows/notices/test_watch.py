"""The centre's own alarms: each occurrence told once, and once when it is over."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from flows.notices.watch import _subjects, watch
from models.values.notice_terms import AlarmName
from tests.fixtures.office import POLICIES


async def look(database, now=None):
    async with database.engine.begin() as connection:
        return await watch(connection, database.seal, POLICIES.current.rulebook.notices, now or datetime.now(UTC))


async def told(database):
    rows = await database.rows("SELECT payload FROM notices ORDER BY id")
    return [database.seal.open(row.payload)["title"]["en"] for row in rows]


async def test_a_well_centre_raises_nothing(database, office):
    await office.complain(3)
    assert await look(database) == []
    assert await told(database) == []


async def test_quarantine_is_told_once_and_its_end_once(database, office):
    [case, _] = await office.complain(2)
    await database.rows("UPDATE wakes SET quarantined_at = now() WHERE case_id = :id", id=case)
    for _ in range(3):
        await look(database)
    assert await told(database) == ["alarm: cases went into quarantine"]
    await database.rows("UPDATE wakes SET quarantined_at = NULL")
    for _ in range(2):
        await look(database)
    assert await told(database) == ["alarm: cases went into quarantine", "recovered: cases left quarantine"]
    await database.rows("UPDATE wakes SET quarantined_at = now() WHERE case_id = :id", id=case)
    await look(database)
    assert len(await told(database)) == 3, "a new occurrence is a new alarm"


async def test_no_worker_and_an_old_due_wake(database, office):
    await office.complain(1)
    later = datetime.now(UTC) + timedelta(minutes=6)
    assert [one.name for one in await look(database, later)] == [AlarmName.NO_WORKER]
    later += timedelta(minutes=15)
    assert [one.name for one in await look(database, later)] == [AlarmName.OLDEST_DUE]
    await database.rows(
        "INSERT INTO legs (id, procedure, worker, state, lease_until, cases, carried, deferred, quarantined)"
        " VALUES (gen_random_uuid(), 'complaint', 'x', 'open', now(), 1, 0, 0, 0)"
    )
    assert [(one.name, bool(one.over)) for one in await look(database, later)] == [(AlarmName.NO_WORKER, True)]
    await database.rows("UPDATE wakes SET due_at = NULL")
    assert [(one.name, bool(one.over)) for one in await look(database, later)] == [(AlarmName.OLDEST_DUE, True)]


async def test_missed_deadlines_are_told_to_the_supervisor_and_the_owner(database, office):
    cases = await office.complain(3)
    owner = await database.value("SELECT id FROM staff WHERE name = '甲'")
    await database.rows("UPDATE cases SET overdue = true, owner_id = :o WHERE id = :id", o=owner, id=cases[0])
    await look(database)
    assert await database.rows("SELECT kind, to_role, to_staff FROM notices ORDER BY id") == [
        ("deadline_missed", "supervisor", None),
        ("deadline_missed", None, owner),
    ]
    await database.rows("UPDATE cases SET closed_at = now()")
    [over] = await look(database)
    assert (over.name, len(over.over), len(over.begun)) == (AlarmName.DEADLINE_MISSED, 1, 0)


@pytest.mark.parametrize("_", range(3))
async def test_of_many_processes_that_look_at_once_one_tells(database, office, _):
    await office.complain(1)
    await database.rows("UPDATE wakes SET quarantined_at = now()")
    await asyncio.gather(*(look(database) for _ in range(5)))
    assert len(await told(database)) == 1


async def test_more_cases_than_a_statement_takes_parameters_are_looked_up_at_once(database, office):
    [case] = await office.complain(1)
    async with database.engine.begin() as connection:
        found = await _subjects(connection, [str(case), *(str(uuid4()) for _ in range(33_000))])
    assert [one.number for one in found] == [1]
