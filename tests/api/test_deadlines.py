"""Deadlines in the running centre: warned of, missed, climbing, re-derived; owners who stay away."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from flows.legs import ledger
from flows.rulebook.loading import read
from flows.rulebook.store import adopt
from flows.staffing import set_presence
from models.case import cases
from models.wake import wakes
from tests.api.centre import Centre, is_problem, reasons

HOUR = timedelta(hours=1)


def kinds(events: list[dict[str, Any]], *wanted: str) -> list[tuple[str, Any]]:
    return [(one["kind"], one["data"].get("level")) for one in events if one["kind"] in wanted]


async def later(centre: Centre, **by: float) -> None:
    await centre.move(timedelta(**by))
    await centre.carry()


async def new_rulebook(centre: Centre, change: Callable[[dict[str, Any]], Any]) -> None:
    """In force from now on; every open case is told to look up, as approving one does."""
    content = json.loads(read())
    change(content)
    async with centre.engine.begin() as connection:
        await adopt(connection, json.dumps(content))
        await centre.office.desk.policies.refresh(connection)
        ids = (await connection.execute(select(cases.c.id).where(cases.c.closed_at.is_(None)))).scalars().all()
        await ledger.poke(connection, ids, await centre.office.desk.clock.now(connection))
    await centre.carry()


async def test_a_missed_deadline_climbs_by_wakes_and_shows_where_people_look(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    await later(centre, hours=54)
    assert kinds(await owner.events(id_), "reminded", "overdue", "escalated") == [("reminded", None)]
    assert (await centre.supervisor.get("/queue")).json()["items"] == []
    await later(centre, hours=18)
    case = await owner.read(id_)
    assert (case["overdue"], case["watch"], case["owner"]) == (True, 1, owner.id)
    (resolve,) = [one for one in case["clocks"] if one["name"] == "resolve"]
    assert (resolve["state"], resolve["level"]) == ("missed", 1)
    assert resolve["next_level_at"] is not None
    for person, mine in ((owner, True), (centre.supervisor, False)):
        (item,) = (await person.get("/queue")).json()["items"]
        assert (item["case"]["id"], item["mine"], item["watched"]) == (id_, mine, not mine)
        assert item["reason"]["en"] == "overdue by 0.0 h, escalated to level 1"
        assert "已升级至 1 级" in item["reason"]["zh"]
    listed = (await centre.supervisor.get("/cases", overdue=True, watch=1)).json()["items"]
    assert [one["id"] for one in listed] == [id_]
    assert (await centre.supervisor.get("/cases", watch=2)).json()["items"] == []
    is_problem(await centre.supervisor.get("/cases", watch=0), 422)
    await later(centre, hours=24)
    case = await centre.general_manager.read(id_)
    assert (case["level"], case["watch"]) == (2, 2)
    assert (await centre.owner(id_)).name == "manager", "the rulebook lets this level take it over"
    assert (await centre.supervisor.get("/queue")).json()["items"] == []


async def test_each_level_is_told_once_however_long_nobody_carried_anything(centre: Centre) -> None:
    id_ = await centre.carried()
    await centre.move(timedelta(hours=75))
    for _ in range(3):
        await centre.carry()
    told = ("reminded", "overdue", "escalated")
    assert kinds(await centre.general_manager.events(id_), *told) == [("overdue", None), ("escalated", 1)]
    await centre.move(timedelta(hours=90))  # the statutory reminder comes due meanwhile
    for _ in range(3):
        await centre.carry()
    await later(centre, hours=24)
    climbed = [level for kind, level in kinds(await centre.general_manager.events(id_), "escalated")]
    assert climbed == [1, 2, 3]
    ledger_says = await centre.general_manager.events(id_)
    assert "内部办结超时未办，升级至 1 级" in reasons(next(one for one in ledger_says if one["kind"] == "escalated"))


async def test_an_owner_who_stays_away_loses_his_case_to_somebody_who_is_there(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    async with centre.engine.begin() as connection:
        await set_presence(connection, owner.name, False, await centre.office.desk.clock.now(connection))
    await later(centre, hours=1)
    assert (await centre.owner(id_)).name == owner.name, "he may be back soon"
    await later(centre, hours=24)
    other = await centre.owner(id_)
    assert other.name != owner.name
    events = await other.events(id_)
    (gone,) = [one for one in events if one["kind"] == "reassigned"]
    assert gone["data"] == {"from": owner.id, "to": None, "absent": True}
    assert "longer than the 4 h on calendar working_days that the rulebook allows" in reasons(gone)
    given = [one for one in events if one["kind"] == "assigned"][-1]
    assert given["data"]["owner"] == other.id
    assert {"staff": owner.id, "zh": "不在岗", "en": "absent"} in given["data"]["passed"]


async def test_who_was_away_for_an_hour_keeps_what_he_has(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    for present in (False, True):
        async with centre.engine.begin() as connection:
            await set_presence(connection, owner.name, present, await centre.office.desk.clock.now(connection))
        await later(centre, hours=1)
    await later(centre, hours=48)
    assert (await centre.owner(id_)).name == owner.name
    assert kinds(await owner.events(id_), "reassigned") == []


async def test_a_new_rulebook_moves_deadlines_to_come_and_nothing_that_was_decided(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    before = await owner.read(id_)

    def longer(book: dict[str, Any]) -> None:
        book["clocks"]["resolve"]["C"]["hours"] = 100
        book["assignment"]["units"]["delay"] = "last_mile"
        del book["clocks"]["unit_hours"]["linehaul"]

    await new_rulebook(centre, longer)
    after = await owner.read(id_)
    due = {one["name"]: one["due_at"] for one in after["clocks"]}
    was = {one["name"]: one["due_at"] for one in before["clocks"]}
    assert due["resolve"] > was["resolve"]
    assert {name: at for name, at in due.items() if name != "resolve"} == {
        name: at for name, at in was.items() if name != "resolve"
    }
    assert (after["rulebook"], after["unit"], after["version"]) == (
        before["rulebook"],
        before["unit"],
        before["version"],
    )
    (told,) = [one for one in await owner.events(id_) if one["kind"] == "rederived"]
    assert [one["name"] for one in told["data"]["clocks"]] == ["resolve"]
    assert "时限规则或日历更新，内部办结由" in reasons(told)
    await centre.carry()
    assert kinds(await owner.events(id_), "rederived") == [("rederived", None)], "once"
    await owner.done(id_, "propose", remedy="道歉")
    await owner.done(id_, "carry-out", method="admit_error", finding="已查实")
    feedback = [one for one in (await owner.read(id_))["clocks"] if one["name"] == "feed_back"]
    assert len(feedback) == 1, "what begins later goes on under the terms in force"


async def test_the_terms_in_force_hold_for_what_begins_later(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    await new_rulebook(centre, lambda book: book["clocks"].update(feed_back={"hours": 2, "calendar": "centre"}))
    await owner.done(id_, "propose", remedy="道歉")
    await owner.done(id_, "carry-out", method="admit_error", finding="已查实")
    (feedback,) = [one for one in (await owner.read(id_))["clocks"] if one["name"] == "feed_back"]
    assert "2 h from" in feedback["why"]["en"]


async def test_an_email_is_acknowledged_within_the_hour_and_a_web_form_answers_itself(centre: Centre) -> None:
    form = await centre.carried(channel="web", acknowledged=True)
    mail = await centre.carried(channel="email")
    states = {}
    for id_ in (form, mail):
        case = await centre.general_manager.read(id_)
        states[id_] = next(one["state"] for one in case["clocks"] if one["name"] == "acknowledge")
    assert (states[form], states[mail]) == ("met", "running")
    owner = await centre.owner(mail)
    await owner.done(mail, "acknowledge", channel="email")
    assert kinds(await owner.events(mail), "acknowledged") == [("acknowledged", None)]
    is_problem(await owner.act(mail, "acknowledge"), 409)


async def test_more_than_one_look_takes_in_does_not_hide_whose_turn_it_is(centre: Centre) -> None:
    """The longest waiting of many comes first, though hundreds of better customers came after."""
    async with centre.engine.begin() as connection:
        for name in centre.people:
            await set_presence(connection, name, False, await centre.office.desk.clock.now(connection))
    first = await centre.carried()
    await centre.move(timedelta(hours=121))
    for _ in range(3):
        await centre.start()
    await centre.carry()
    async with centre.engine.begin() as connection:
        others = select(cases.c.id).where(cases.c.id != first)
        await connection.execute(update(cases).where(cases.c.id.in_(others)).values(urgent=["casualty"]))
        ids = (await connection.execute(others)).scalars().all()
        await ledger.poke(connection, ids, await centre.office.desk.clock.now(connection))
    await centre.carry()
    assert (await centre.handler.get("/queue")).json()["items"][0]["case"]["id"] == first
    order = select(wakes.c.case_id).order_by(wakes.c.place_at).limit(1)
    async with centre.engine.connect() as connection:
        assert str((await connection.execute(order)).scalar_one()) == first
    assert (await centre.handler.post("/queue/take")).json()["case"]["id"] == first
