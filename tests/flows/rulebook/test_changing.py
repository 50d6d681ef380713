"""Another rulebook in force, by four eyes, in the real database; running processes and open cases hear of it."""

import asyncio
import json
from typing import Any

import pytest

from flows.acts.refusals import NotFound, NotYours
from flows.rulebook.changing import approve, history, propose, reject, tell_open_cases
from flows.rulebook.learned import keep, own
from flows.rulebook.loading import RulebookError, load, read
from flows.rulebook.store import Policies, content_in_force, in_force
from flows.staffing import staff_named
from models.values.case import Refusal
from models.values.learned import written
from models.values.people_terms import Role
from tests.fixtures.office import Office


def newer(name: str = "Newer", **sections: Any) -> str:
    content = json.loads(read())
    for section, settings in sections.items():
        content[section] |= settings
    return json.dumps({**content, "name": name})


BROKEN = json.dumps({**json.loads(read()), "default_class": "E"})


@pytest.fixture
async def staffed(office: Office) -> Office:
    await office.hire(["经理"], Role.MANAGER)
    await office.hire(["总经理"], Role.GENERAL_MANAGER)
    return office


async def act(office: Office, work: Any, who: str, *said: Any) -> Any:
    async with office.database.engine.begin() as connection:
        actor = await staff_named(connection, who, office.desk.policies.current)
        return await work(connection, office.desk, said[0], actor, *said[1:])


async def current(office: Office) -> str:
    async with office.database.engine.begin() as connection:
        return str(await in_force(connection))


async def changes(office: Office) -> list[dict[str, Any]]:
    async with office.database.engine.begin() as connection:
        return await history(connection, office.desk)


async def test_one_proposes_another_approves_and_it_is_on_record(staffed: Office) -> None:
    before = await current(staffed)
    proposed = await act(staffed, propose, "组长", newer(), "旺季时限")
    assert await current(staffed) == before, "a proposal changes nothing"
    approved = await act(staffed, approve, "经理", proposed.hash[:12], "同意")
    assert await current(staffed) == approved.hash == proposed.hash
    (row,) = await changes(staffed)
    assert (row["proposer"], row["decider"], row["base"]) == ("组长", "经理", before)
    assert (row["state"], row["reason"], row["remark"]) == ("adopted", "旺季时限", "同意")
    sealed = await staffed.database.value("SELECT reason FROM rulebook_changes")
    assert "旺季" not in str(bytes(sealed))


async def test_who_proposed_it_does_not_approve_it(staffed: Office) -> None:
    before = await current(staffed)
    proposed = await act(staffed, propose, "经理", newer(), "试行")
    with pytest.raises(NotYours, match="four eyes"):
        await act(staffed, approve, "经理", proposed.hash)
    with pytest.raises(NotYours, match="not by supervisor"):
        await act(staffed, approve, "组长", proposed.hash)
    with pytest.raises(NotYours, match="not by complaint_handler"):
        await act(staffed, propose, "甲", newer("Mine"), "试行")
    assert await current(staffed) == before
    assert [row["state"] for row in await changes(staffed)] == ["proposed"]


async def test_of_two_changes_at_once_the_second_is_refused_with_a_sentence(staffed: Office) -> None:
    one = await act(staffed, propose, "组长", newer("One"), "甲方案")
    other = await act(staffed, propose, "组长", newer("Other"), "乙方案")
    outcomes = await asyncio.gather(
        act(staffed, approve, "经理", one.hash), act(staffed, approve, "总经理", other.hash), return_exceptions=True
    )
    (done,) = [one for one in outcomes if not isinstance(one, Exception)]
    (refused,) = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, Refusal)
    assert "compare it with the present one and propose it anew" in str(refused)
    assert await current(staffed) == done.hash
    assert sorted(row["state"] for row in await changes(staffed)) == ["adopted", "outdated"]
    again = await act(staffed, propose, "组长", newer("Other" if done.hash == one.hash else "One"), "再次提议")
    assert (await act(staffed, approve, "总经理", again.hash)).hash == again.hash


async def test_the_same_one_is_not_proposed_twice_nor_the_one_in_force(staffed: Office) -> None:
    await act(staffed, propose, "组长", newer(), "试行")
    with pytest.raises(Refusal, match="proposed already"):
        await act(staffed, propose, "经理", newer(), "试行")
    with pytest.raises(Refusal, match="the one in force already"):
        await act(staffed, propose, "经理", read(), "试行")


async def test_a_rejected_one_is_not_approved_and_an_unknown_one_not_found(staffed: Office) -> None:
    proposed = await act(staffed, propose, "组长", newer(), "试行")
    await act(staffed, reject, "组长", proposed.hash, "撤回")
    with pytest.raises(Refusal, match="was rejected already"):
        await act(staffed, approve, "经理", proposed.hash)
    with pytest.raises(NotFound):
        await act(staffed, approve, "经理", "0" * 64)
    with pytest.raises(Refusal, match="first 8 signs"):
        await act(staffed, approve, "经理", proposed.hash[:7])


async def test_a_rulebook_with_a_mistake_is_neither_kept_nor_proposed(staffed: Office) -> None:
    with pytest.raises(RulebookError, match="default_class: 'E' is not known here"):
        await act(staffed, propose, "组长", BROKEN, "试行")
    assert await changes(staffed) == []
    assert await staffed.database.value("SELECT count(*) FROM rulebooks") == 1


async def test_an_earlier_rulebook_comes_back_the_same_way(staffed: Office) -> None:
    first = await current(staffed)
    proposed = await act(staffed, propose, "组长", newer(), "试行")
    await act(staffed, approve, "经理", proposed.hash)
    back = await act(staffed, propose, "组长", read(), "恢复")
    await act(staffed, approve, "经理", back.hash)
    assert await current(staffed) == first
    assert await staffed.database.value("SELECT count(*) FROM rulebooks") == 2


async def test_open_cases_are_told_some_at_a_time_and_each_once(staffed: Office) -> None:
    ids = sorted(await staffed.complain(5))
    await staffed.database.rows("UPDATE cases SET stage = 'closed', closed_at = now() WHERE id = :id", id=ids[0])
    proposed = await act(staffed, propose, "组长", newer(), "试行")
    await act(staffed, approve, "经理", proposed.hash)
    told = []
    for _ in range(5):
        async with staffed.database.engine.begin() as connection:
            told.append(await tell_open_cases(connection, await staffed.desk.clock.now(connection), at_most=3))
    assert told == [3, 1, 0, 0, 0]
    rows = await staffed.database.rows("SELECT id FROM cases WHERE poked ORDER BY id")
    assert [row.id for row in rows] == ids[1:]
    assert await staffed.database.value("SELECT told_at IS NOT NULL FROM rulebook_changes")


async def test_a_case_keeps_the_rulebook_it_is_judged_by(staffed: Office) -> None:
    first = await current(staffed)
    (old,) = await staffed.complain()
    await staffed.database.rows("UPDATE cases SET rulebook = :hash WHERE id = :id", hash=first, id=old)
    proposed = await act(staffed, propose, "组长", newer(), "试行")
    await act(staffed, approve, "经理", proposed.hash)
    assert await staffed.database.value("SELECT rulebook FROM cases WHERE id = :id", id=old) == first


async def test_a_process_goes_on_with_the_former_one_while_it_reads_the_new(staffed: Office) -> None:
    policies = Policies()
    async with staffed.database.engine.begin() as connection:
        former = await policies.refresh(connection)
    proposed = await act(staffed, propose, "组长", newer("Read meanwhile"), "试行")
    await act(staffed, approve, "经理", proposed.hash)
    load.cache_clear()
    async with staffed.database.engine.begin() as connection:
        reading = asyncio.create_task(policies.refresh(connection))
        turns = 0
        while not reading.done():
            assert policies.current is former
            await asyncio.sleep(0)
            turns += 1
    assert policies.current.hash == proposed.hash
    assert turns > 10, "the process had its turns while the rulebook was read"


async def test_one_that_cannot_be_read_here_leaves_the_former_in_force(staffed: Office) -> None:
    policies = Policies()
    async with staffed.database.engine.begin() as connection:
        former = await policies.refresh(connection)
    broken = json.dumps({**json.loads(read()), "default_class": "E"})
    await staffed.database.rows(
        "INSERT INTO rulebooks (hash, content, adopted_at) VALUES (:hash, :content, now())",
        hash="b" * 64,
        content=broken,
    )
    async with staffed.database.engine.begin() as connection:
        assert await policies.refresh(connection) is former
        assert await policies.refresh(connection) is former
        with pytest.raises(RulebookError):
            await Policies().refresh(connection)


async def test_weights_trained_elsewhere_come_with_the_rulebook(
    staffed: Office, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "here"))
    policy = load(read())
    assert policy.learned is not None
    assert policy.rulebook.taxonomy.learned is not None
    name = keep(written(policy.learned).replace(b'"bias":[', b'"bias":[ '), own())
    content = read().replace(policy.rulebook.taxonomy.learned.weights, name)
    proposed = await act(staffed, propose, "组长", content, "新权重")
    await act(staffed, approve, "经理", proposed.hash)
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "there"))
    load.cache_clear()
    async with staffed.database.engine.begin() as connection:
        assert (await Policies().refresh(connection)).hash == proposed.hash
        assert await content_in_force(connection) == content
    assert (tmp_path / "there" / "learned" / f"{name}.json.gz").is_file()
