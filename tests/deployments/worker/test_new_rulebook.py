"""A rulebook that comes into force while a worker runs: taken up without a stop, and open cases hear of it."""

import json
from typing import Any

from flows.rulebook.changing import approve, propose
from flows.rulebook.loading import read
from flows.staffing import staff_named
from models.values.people_terms import Role
from tests.fixtures.soundness import assert_sound
from tests.fixtures.worker import until


async def test_a_running_worker_judges_by_the_new_one_and_tells_open_cases(
    database: Any, office: Any, workers: Any
) -> None:
    await office.hire(["经理"], Role.MANAGER)
    (old,) = await office.complain()
    worker = await workers.start()

    async def owned(count: int) -> bool:
        return bool(await database.value("SELECT count(*) FROM cases WHERE owner_id IS NOT NULL") == count)

    await until(lambda: owned(1), what="the first case assigned")
    first = await database.value("SELECT rulebook FROM cases")
    content = json.dumps({**json.loads(read()), "name": "While it runs"})
    async with database.engine.begin() as connection:
        proposer = await staff_named(connection, "组长", office.desk.policies.current)
        proposed = await propose(connection, office.desk, content, proposer, "试行")
    async with database.engine.begin() as connection:
        approver = await staff_named(connection, "经理", office.desk.policies.current)
        await approve(connection, office.desk, proposed.hash, approver)
    (new,) = await office.complain()
    await until(lambda: owned(2), what="the second case assigned")

    async def told() -> bool:
        query = "SELECT (SELECT told_at FROM rulebook_changes) IS NOT NULL AND NOT bool_or(poked) FROM cases"
        return bool(await database.value(query))

    await until(told, what="open cases told, and done with it")
    assert await database.value("SELECT rulebook FROM cases WHERE id = :id", id=new) == proposed.hash != first
    assert await database.value("SELECT rulebook FROM cases WHERE id = :id", id=old) == first
    assert worker.alive
    assert worker.said("open cases told of a new rulebook")
    await assert_sound(database)
