"""The figures of a day against what was played, each day and shift told once, days without a stack caught up with."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from flows.acts.conduct import Promise
from flows.acts.perform import perform
from flows.acts.registry import ACTS
from flows.daily import telling
from flows.daily.telling import tell
from flows.staffing import set_presence, to_staff
from models.case import cases
from models.staff import staff
from models.values.calendar import SHANGHAI
from models.values.people_terms import Role
from tests.fixtures.office import POLICIES, open_office

MORNING = datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)


class SetClock:
    moment = MORNING

    async def now(self, connection):
        return self.moment


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
async def office(database, clock):
    return await open_office(database, clock)


async def told(database, now):
    async with database.engine.begin() as connection:
        return await tell(connection, database.seal, POLICIES.current, now)


async def figures(database, day):
    return await database.value("SELECT figures FROM daily_summaries WHERE day = :day", day=day.date())


async def promise(office, case, until):
    """By its owner, who makes it until then (`Office.act` calls the actor `by`)."""
    async with office.database.engine.begin() as connection:
        row = (await connection.execute(select(cases).where(cases.c.id == case))).mappings().one()
        said = Promise(version=row["version"], what="回电", by=until)
        owner = (await connection.execute(select(staff).where(staff.c.id == row["owner_id"]))).mappings().one()
        actor = to_staff(owner, POLICIES.current)
        await perform(connection, office.desk, ACTS["promise"], case, actor, said, None)


async def test_a_day_is_counted_from_the_ledger(database, office, clock):
    [kept, open_, third] = await office.complain(3)
    await database.rows(
        "UPDATE cases SET kind = 'complaint', category = 'delay', unit = 'linehaul', stage = 'carry_out',"
        " owner_id = (SELECT id FROM staff WHERE name = '甲')"
    )
    await database.rows("UPDATE cases SET urgent = '{media}', severity = 'serious' WHERE id = :id", id=third)
    by = MORNING + timedelta(hours=4)
    for case in (kept, open_):
        await promise(office, case, by)
    clock.moment = MORNING + timedelta(hours=1)
    await office.act(kept, "keep-promise", promise=2)
    await office.act(third, "escalate", why="客户要求")
    assert (await told(database, MORNING + timedelta(days=1))).days == [MORNING.date()]
    found = await figures(database, MORNING)
    assert found["received"] == {
        "cases": 3,
        "by_kind": {"complaint": 3},
        "by_category": {"delay": 3},
        "by_unit": {"linehaul": 3},
    }
    assert found["promises"] == {"due": 2, "kept": 1, "late": 0, "open": 1}
    assert (found["closed"]["cases"], found["open"], found["escalated"]) == (0, 3, 1)
    number = await database.value("SELECT number FROM cases WHERE id = :id", id=third)
    assert found["notable"] == [{"number": number, "why": ["escalated", "media", "serious"]}]


async def test_each_day_and_shift_is_told_once_however_often_it_is_asked(database, office):
    await office.complain(1)
    next_day = MORNING + timedelta(days=1)
    everything = await asyncio.gather(*(told(database, next_day) for _ in range(5)))
    assert sorted(len(one.days) for one in everything) == [0, 0, 0, 0, 1]
    assert sum(one.shift is not None for one in everything) == 1
    kinds = "SELECT kind, count(*) FROM notices GROUP BY kind ORDER BY kind"
    assert await database.rows(kinds) == [("daily_summary", 1), ("shift_handover", 1)]
    assert (await told(database, next_day + timedelta(hours=7))).shift.name == "late"


async def test_days_without_a_stack_are_caught_up_with(database, office):
    await office.complain(1)
    later = MORNING + timedelta(days=4)
    assert (await told(database, later)).days == [(MORNING + timedelta(days=one)).date() for one in range(4)]
    assert (await figures(database, MORNING))["received"]["cases"] == 1
    assert (await figures(database, MORNING + timedelta(days=1)))["received"]["cases"] == 0
    assert (await told(database, later)).days == []


async def test_an_absent_owner_hands_his_cases_over(database, office):
    await office.hire(["丁"], Role.COMPLAINT_HANDLER)
    [case] = await office.complain(1)
    await database.rows(
        "UPDATE cases SET stage = 'carry_out', overdue = true, owner_id = (SELECT id FROM staff WHERE name = '丁')"
    )
    async with database.engine.begin() as connection:
        await set_presence(connection, "丁", False, MORNING)
    await told(database, MORNING)
    [handed] = (await database.value("SELECT figures FROM shift_handovers"))["handed"]
    number = await database.value("SELECT number FROM cases WHERE id = :id", id=case)
    assert handed["cases"] == [number]
    assert handed["to_roles"] == ["complaint_handler"]
    text = database.seal.open(await database.value("SELECT payload FROM notices"))["text"]
    assert f"丁 → 投诉专员：{number}" in text["zh"]


async def test_a_hand_over_counts_every_case_however_few_are_read_at_once(database, office, monkeypatch):
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    await office.complain(5)
    await database.rows("UPDATE cases SET stage = 'carry_out', overdue = true")
    await told(database, MORNING)
    found = await database.value("SELECT figures FROM shift_handovers")
    assert (found["cases"], found["overdue"]) == (5, 5)
    assert sum(len(one["cases"]) for one in found["handed"]) == 5


async def test_an_empty_centre_tells_its_shift_and_no_day(database, office):
    found = await told(database, MORNING)
    assert found.days == []
    assert found.shift.name == "early"
