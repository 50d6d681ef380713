"""My queue: urgent first, each place with its reason; taking the next; releasing from quarantine."""

from datetime import timedelta

from sqlalchemy import func, update

from flows.staffing import set_presence
from models.case import cases
from models.wake import wakes
from tests.api.centre import DELAY, UNCLEAR, Centre, is_problem

URGENT = "你们的快递延误八天,里面是救命药,我已经向邮政管理局12305申诉,律师函随后就到"


async def nobody_is_in(centre: Centre) -> None:
    async with centre.engine.begin() as connection:
        for name in centre.people:
            await set_presence(connection, name, False, await centre.office.desk.clock.now(connection))


async def test_the_urgent_comes_first_and_every_place_has_its_reason(centre: Centre) -> None:
    await nobody_is_in(centre)
    usual = await centre.carried()
    better = await centre.carried()
    late = await centre.carried()
    urgent = await centre.carried()
    async with centre.engine.begin() as connection:
        for id_, values in {
            better: {"customer_class": "A"},
            late: {"overdue": True},
            urgent: {"urgent": ["regulator"]},
        }.items():
            await connection.execute(update(cases).where(cases.c.id == id_).values(values))
    items = (await centre.handler.get("/queue")).json()["items"]
    assert items[0]["case"]["id"] == urgent
    assert items[-1]["case"]["id"] == usual
    assert [one["place"] for one in items] == [1, 2, 3, 4]
    assert "regulator" in items[0]["reason"]["en"]
    assert "紧急" in items[0]["reason"]["zh"]
    assert all(one["reason"]["zh"] and one["reason"]["en"] and one["wording"]["zh"] for one in items)
    assert not any(one["mine"] for one in items)
    taken = [(await centre.handler.post("/queue/take")).json()["case"]["id"] for _ in range(4)]
    assert taken == [one["case"]["id"] for one in items], "taken in the order shown"
    assert (await centre.handler.post("/queue/take")).json() == {"case": None}
    assert all(one["mine"] for one in (await centre.handler.get("/queue")).json()["items"])
    assert (await centre.colleague.get("/queue")).json()["items"] == []


async def test_a_text_that_names_the_regulator_is_urgent_from_the_start(centre: Centre) -> None:
    await nobody_is_in(centre)
    await centre.carried(DELAY)
    urgent = await centre.carried(URGENT)
    assert "regulator" in (await centre.handler.read(urgent))["urgent"]
    first = (await centre.handler.get("/queue")).json()["items"][0]
    assert first["case"]["id"] == urgent


async def test_the_queue_holds_what_one_can_do_and_nothing_else(centre: Centre) -> None:
    await nobody_is_in(centre)
    complaint = await centre.carried()
    unclear = await centre.carried(UNCLEAR)

    async def seen(name: str) -> set[str]:
        return {one["case"]["id"] for one in (await centre.people[name].get("/queue")).json()["items"]}

    assert await seen("handler") == {complaint, unclear}
    assert await seen("acceptor") == {unclear}
    assert await seen("revisitor") == set()


async def test_the_urgent_is_seen_however_many_wait_before_it(centre: Centre) -> None:
    """More cases wait than one look takes in."""
    await nobody_is_in(centre)
    for _ in range(210):
        await centre.start()
    urgent = await centre.start(URGENT)
    unclear = await centre.start(UNCLEAR)
    await centre.carry()
    first = (await centre.handler.get("/queue", limit=1)).json()["items"][0]
    assert first["case"]["id"] == urgent
    shown = (await centre.acceptor.get("/queue")).json()["items"]
    assert [one["case"]["id"] for one in shown] == [unclear], "others' work does not hide mine"


async def test_what_is_on_hold_leaves_the_queue_and_comes_back(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    await owner.done(id_, "hold", reason="waiting_customer", until="2026-03-05T10:00:00+08:00")
    assert (await owner.get("/queue")).json()["items"] == []
    await centre.move(timedelta(hours=24))
    await centre.carry()
    assert [one["case"]["id"] for one in (await owner.get("/queue")).json()["items"]] == [id_]


async def test_a_supervisor_releases_a_case_from_quarantine_and_nobody_below_does(centre: Centre) -> None:
    id_ = await centre.start()
    async with centre.engine.begin() as connection:
        await connection.execute(update(wakes).values(quarantined_at=func.now(), error="classify: ValueError"))
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "received", "quarantine holds it"
    is_problem(await centre.handler.post(f"/cases/{id_}/acts/release"), 403)
    answer = await centre.supervisor.post(f"/cases/{id_}/acts/release")
    assert answer.status_code == 200, answer.text
    assert (await centre.supervisor.events(id_))[-1]["actor"] == "supervisor"
    is_problem(await centre.supervisor.post(f"/cases/{id_}/acts/release"), 409)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "carry_out"
