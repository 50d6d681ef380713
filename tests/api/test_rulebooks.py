"""The rulebook over HTTP: what would change, who may decide, and what a running API does when it is decided."""

import json

import pytest

from flows.rulebook.changing import propose
from flows.rulebook.loading import read
from flows.staffing import staff_named
from tests.api.centre import DELAY, Centre, is_problem


async def proposed(centre: Centre, hours: int = 12, by: str = "supervisor") -> str:
    content = json.loads(read())
    content["clocks"]["resolve"]["A"]["hours"] = hours
    async with centre.engine.begin() as connection:
        actor = await staff_named(connection, by, centre.office.desk.policies.current)
        return (await propose(connection, centre.office.desk, json.dumps(content), actor, "旺季")).hash


async def test_whoever_decides_sees_what_would_change_in_both_languages(centre: Centre) -> None:
    hash_ = await proposed(centre)
    answer = await centre.manager.get(f"/rulebooks/{hash_}/differences")
    (one,) = answer.json()["items"]
    assert one["path"] == ["clocks", "resolve", "A"]
    assert one["meaning"] == {
        "zh": "投诉内部处理时限(按客户等级)",
        "en": "Internal resolution of a complaint, by class of customer",
    }
    assert one["change"]["en"] == "from 24 h on calendar centre to 12 h on calendar centre"
    assert one["change"]["zh"] == "由 24 小时(centre 日历) 改为 12 小时(centre 日历)"


async def test_approved_it_holds_for_new_cases_without_a_restart(centre: Centre) -> None:
    hash_ = await proposed(centre)
    done = await centre.manager.post(f"/rulebooks/{hash_[:12]}/approve", {"remark": "同意"}, key="k")
    assert done.json() | {"id": 0} == {"id": 0, "hash": hash_, "state": "adopted"}
    again = await centre.manager.post(f"/rulebooks/{hash_[:12]}/approve", {"remark": "同意"}, key="k")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (done.json(), "true")
    centre.office.refreshed_at = 0.0
    id_ = await centre.carried(DELAY)
    assert (await centre.supervisor.read(id_))["rulebook"] == hash_
    changes = (await centre.supervisor.get("/rulebooks")).json()
    assert changes["in_force"] == hash_
    (row,) = changes["items"]
    assert (row["proposer"], row["decider"], row["reason"], row["remark"]) == ("supervisor", "manager", "旺季", "同意")


async def test_four_eyes_and_authority_hold_over_http(centre: Centre) -> None:
    hash_ = await proposed(centre, by="manager")
    is_problem(await centre.manager.post(f"/rulebooks/{hash_}/approve", {}), 403)
    is_problem(await centre.handler.post(f"/rulebooks/{hash_}/approve", {}), 403)
    is_problem(await centre.handler.post(f"/rulebooks/{hash_}/reject", {"reason": "a"}), 403)
    is_problem(await centre.web_form.get("/rulebooks"), 404)
    is_problem(await centre.web_form.post(f"/rulebooks/{hash_}/approve", {}), 403)
    assert (await centre.manager.post(f"/rulebooks/{hash_}/reject", {"reason": "撤回"})).json()["state"] == "rejected"
    is_problem(await centre.general_manager.post(f"/rulebooks/{hash_}/approve", {}), 409)


async def test_the_second_of_two_changes_is_refused_with_a_sentence(centre: Centre) -> None:
    one, other = await proposed(centre, 12), await proposed(centre, 36)
    assert (await centre.manager.post(f"/rulebooks/{one}/approve", {})).status_code == 200
    said = is_problem(await centre.general_manager.post(f"/rulebooks/{other}/approve", {}), 409)
    assert "propose it anew" in said["detail"]
    assert "重新提议" in said["detail_zh"]


@pytest.mark.parametrize("hash_", ["0" * 64, "0" * 8])
async def test_what_nobody_proposed_is_not_found(centre: Centre, hash_: str) -> None:
    is_problem(await centre.manager.post(f"/rulebooks/{hash_}/approve", {}), 404)
    is_problem(await centre.manager.get(f"/rulebooks/{hash_}/differences"), 404)


@pytest.mark.parametrize("hash_", ["xyz", "0" * 7, "0" * 65, "%00" * 8])
async def test_what_is_no_hash_is_refused(centre: Centre, hash_: str) -> None:
    is_problem(await centre.manager.post(f"/rulebooks/{hash_}/approve", {}), 404, 422)


async def test_the_queue_says_what_to_say(centre: Centre) -> None:
    id_ = await centre.carried(DELAY)
    owner = await centre.owner(id_)
    (item,) = [one for one in (await owner.get("/queue")).json()["items"] if one["case"]["id"] == id_]
    assert item["wording"]["zh"] == "处理落实"
    assert [one["part"] for one in item["wording"]["say"]] == ["greeting", "opening", "empathy", "closing"]
    assert all(one["zh"] and one["en"] for one in item["wording"]["say"])
    assert "久等" in item["wording"]["say"][2]["zh"], "a delay is taken seriously as a delay"
