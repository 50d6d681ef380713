"""Whom an incident touched, and the complaints under it: over HTTP, with real shipments."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from flows.acts import joined
from flows.acts.incident_known import PLACES_AT_MOST
from flows.incidents.affected import look_again
from flows.steps import reach_out
from models.case import cases
from models.customer import customers
from models.shipment import shipments
from models.values.people_terms import Role
from tests.api.affecting import TODAY, TRUCK, affected, customer, reported, ship, tasks
from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.incidents import first


async def test_shipments_aboard_at_the_time_are_listed_and_no_others(centre: Centre, hub: Person) -> None:
    someone = await customer(centre, "C1")
    await ship(centre, someone, "aboard")
    await ship(centre, someone, "elsewhere", vehicle="沪B·00000")
    await ship(centre, someone, "weeks-ago", ordered_at=TODAY - timedelta(days=30))
    await ship(centre, someone, "delivered", delivered_at=TODAY - timedelta(days=1))
    await ship(centre, someone, "delivered-after", delivered_at=TODAY)
    await ship(centre, someone, "later", ordered_at=TODAY + timedelta(days=1))
    await ship(centre, someone, "named", vehicle=None, ordered_at=None)
    id_ = await reported(centre, vehicle=TRUCK, waybills=["Wnamed", "W-unknown"])
    page = await affected(centre, id_)
    assert [one["order_id"] for one in page["items"]] == ["aboard", "delivered-after"]
    id_ = await reported(centre, vehicle=TRUCK, waybills=["WNAMED"])
    async with centre.engine.begin() as connection:
        await connection.execute(shipments.update().where(shipments.c.order_id == "named").values(waybill_no="WNAMED"))
    page = await affected(centre, id_)
    assert [one["order_id"] for one in page["items"]] == ["named", "aboard", "delivered-after"]
    assert (page["shipments"], page["customers"]) == (3, 1)


async def test_the_affected_come_in_pages_that_miss_and_repeat_nothing(centre: Centre, hub: Person) -> None:
    ids = [await customer(centre, f"C{number}") for number in range(3)]
    for number in range(7):
        await ship(centre, ids[number % 3], f"O{number}", ordered_at=TODAY - timedelta(days=number % 2))
    id_ = await reported(centre, vehicle=TRUCK)
    seen, cursor = [], None
    while True:
        page = await affected(centre, id_, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["order_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == [f"O{number}" for number in range(7)]
    for wrong in ("nonsense", "W10=", "bnVsbA", "WyIyMDI2LTAzLTAzIiwgIngiLCAxXQ"):
        is_problem(await centre.manager.get(f"/incidents/{id_}/affected", cursor=wrong), 422)


async def test_customers_who_have_not_complained_are_called_once_each(centre: Centre, hub: Person) -> None:
    one, two, third = [await customer(centre, code) for code in ("C1", "C2", "C3")]
    for who, order in ((one, "A1"), (one, "A2"), (two, "B1"), (third, "X1")):
        await ship(centre, who, order)
    complaint = await centre.carried(DELAY, waybill="WX1")
    id_ = await reported(centre, vehicle=TRUCK)
    found = await tasks(centre)
    assert {(task["linked_to"], task["waybill"]) for task in found} == {(id_, "WA1"), (id_, "WB1")}
    listed = {item["order_id"]: item for item in (await affected(centre, id_))["items"]}
    assert listed["A1"]["notice"] == listed["A2"]["notice"]
    assert (listed["X1"]["complaint"], listed["X1"]["notice"]) == (complaint, None)
    await ship(centre, two, "B2", vehicle=None, batch="T-7")
    owner = await centre.owner(id_)
    await owner.done(id_, "trace", batch="T-7")
    await centre.carry()
    assert len(await tasks(centre)) == 3, "only the shipment that nobody knew of"
    is_problem(await owner.act(id_, "trace", batch="T-7"), 409)


async def test_what_is_traced_stands_beside_what_was_known(centre: Centre, hub: Person) -> None:
    one, two = await customer(centre, "C1"), await customer(centre, "C2")
    await ship(centre, one, "A1")
    await ship(centre, two, "B1", vehicle="沪B·00000")
    id_ = await reported(centre, vehicle=TRUCK)
    owner = await centre.owner(id_)
    await owner.done(id_, "trace", vehicle="沪B·00000")
    await centre.carry()
    assert [item["order_id"] for item in (await affected(centre, id_))["items"]] == ["A1", "B1"]
    assert len(await tasks(centre)) == 2
    assert (await centre.manager.get(f"/incidents/{id_}")).json()["vehicle"] == f"{TRUCK}、沪B·00000"
    is_problem(await owner.act(id_, "trace", vehicle=TRUCK), 409)
    for number in range(PLACES_AT_MOST - 2):
        await owner.done(id_, "trace", vehicle=f"V{number}")
    problem = is_problem(await owner.act(id_, "trace", vehicle="V-more"), 409)
    assert "at most 20 vehicles" in problem["detail"]


async def test_a_vehicle_is_one_however_it_is_reported_and_traced(centre: Centre, hub: Person) -> None:
    await ship(centre, await customer(centre, "C1"), "A1")
    await ship(centre, await customer(centre, "C2"), "B1", vehicle="EVER GIVEN")
    id_ = await reported(centre, vehicle="沪ａ 12345")
    assert [item["order_id"] for item in (await affected(centre, id_))["items"]] == ["A1"]
    assert (await centre.manager.get(f"/incidents/{id_}")).json()["vehicle"] == TRUCK
    owner = await centre.owner(id_)
    is_problem(await owner.act(id_, "trace", vehicle="沪A-12345"), 409)
    await owner.done(id_, "trace", vehicle="Ever  Given")
    assert [item["order_id"] for item in (await affected(centre, id_))["items"]] == ["A1", "B1"]
    is_problem(await centre.hub.post("/incidents", first(vehicle="ﷺ" * 3)), 422)


async def test_who_complained_of_the_incident_without_a_waybill_is_not_told_of_it(centre: Centre, hub: Person) -> None:
    one, merged = await customer(centre, "C1"), await customer(centre, "C1-old")
    async with centre.engine.begin() as connection:
        await connection.execute(update(customers).values(merged_into=one).where(customers.c.id == merged))
    complaint = await centre.carried(DELAY)
    id_ = await reported(centre, batch="T-7")
    await (await centre.owner(complaint)).done(complaint, "join", incident=id_)
    async with centre.engine.begin() as connection:
        await connection.execute(update(cases).values(customer_id=merged).where(cases.c.id == UUID(complaint)))
    await ship(centre, one, "A1")
    await (await centre.owner(id_)).done(id_, "trace", vehicle=TRUCK)
    await centre.carry()
    assert await tasks(centre) == []
    (item,) = (await affected(centre, id_))["items"]
    assert (item["complaint"], item["notice"]) == (complaint, None)


async def test_customers_without_end_keep_nobody_from_owning_the_incident_nor_from_climbing(
    centre: Centre, hub: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach_out, "CUSTOMERS", 1)
    for number in range(3):
        await ship(centre, await customer(centre, f"C{number}"), f"A{number}")
    id_ = await reported(centre, vehicle=TRUCK)
    happened = [one["kind"] for one in await centre.manager.events(id_)]
    assert happened.index("assigned") < happened.index("reached_out")
    await (await centre.owner(id_)).done(id_, "trace", batch="T-8")
    await centre.move(timedelta(hours=5))
    await centre.carry()
    happened = [one["kind"] for one in await centre.manager.events(id_)]
    assert happened.index("climbed") < len(happened) - 1 - happened[::-1].index("reached_out")
    assert len(await tasks(centre)) == 3


async def test_whom_an_import_brings_while_the_incident_is_closed_is_told_before_it_is(
    centre: Centre, hub: Person
) -> None:
    id_ = await reported(centre, vehicle=TRUCK)
    await ship(centre, await customer(centre, "C1"), "A1")
    async with centre.engine.begin() as connection:
        await look_again(connection)
        await connection.execute(update(cases).values(stage="scoring").where(cases.c.id == UUID(id_)))
    await centre.carry()
    assert (await centre.manager.read(id_))["stage"] == "closed"
    assert len(await tasks(centre)) == 1


async def test_whom_a_complaint_is_about_does_not_even_see_that_it_is_there(centre: Centre, hub: Person) -> None:
    await ship(centre, await customer(centre, "C1"), "A1")
    complaint = await centre.carried(DELAY, waybill="WA1", about_staff=[centre.handler.id])
    id_ = await reported(centre, vehicle=TRUCK)
    for person, shown in ((centre.manager, complaint), (centre.handler, None)):
        (item,) = (await person.get(f"/incidents/{id_}/affected")).json()["items"]
        assert item["complaint"] == shown


async def test_shipments_that_come_in_later_are_looked_at_as_well(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, vehicle=TRUCK)
    assert await tasks(centre) == []
    await ship(centre, await customer(centre, "C1"), "A1")
    for found in (1, 1):
        async with centre.engine.begin() as connection:
            assert await look_again(connection) == 1
        await centre.carry()
        assert len(await tasks(centre)) == found
    reached = [one["data"]["customers"] for one in await centre.manager.events(id_) if one["kind"] == "reached_out"]
    assert reached == [0, 1], "looking again in vain is no event"


async def test_a_complaint_about_the_incident_is_linked_and_ends_with_it(centre: Centre, hub: Person) -> None:
    complaint = await centre.carried(DELAY, waybill="WX1")
    handler = await centre.owner(complaint)
    id_ = await reported(centre, waybills=["WX1"])
    is_problem(await handler.act(complaint, "end-with-incident", finding="同上"), 409)
    is_problem(await handler.act(complaint, "join", incident=complaint), 422)
    await handler.done(complaint, "join", incident=id_)
    assert (await centre.manager.get(f"/incidents/{id_}")).json()["complaints"] == [complaint]
    problem = is_problem(await handler.act(complaint, "end-with-incident", finding="同上"), 409)
    assert "no finding yet" in problem["detail"]
    owner = await centre.owner(id_)
    await owner.done(id_, "contain", measures="隔离")
    await owner.done(id_, "investigate", finding="装载超高")
    await owner.done(id_, "name-liable", firm_liable=False, why="不可抗力")
    await handler.done(complaint, "propose", remedy="赔付", compensation="50.00")
    problem = is_problem(await handler.act(complaint, "end-with-incident", finding="同上"), 409)
    assert "carry it out first" in problem["detail"]
    await handler.done(complaint, "propose", remedy="致歉", compensation="0")
    assert (await handler.done(complaint, "end-with-incident", finding="同上"))["stage"] == "feed_back"


async def test_complaints_that_cannot_be_ended_hide_no_others(
    centre: Centre, hub: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "AT_ONCE", 1)
    paid, plain = [await centre.carried(DELAY, waybill=f"WX{number}") for number in range(2)]
    id_ = await reported(centre, vehicle=TRUCK)
    for complaint in (plain, paid):
        await (await centre.owner(complaint)).done(complaint, "join", incident=id_)
    owner = await centre.owner(id_)
    await owner.done(id_, "contain", measures="隔离")
    await owner.done(id_, "investigate", finding="装载超高")
    await owner.done(id_, "name-liable", firm_liable=False, why="不可抗力")
    await (await centre.owner(paid)).done(paid, "propose", remedy="赔付", compensation="50.00")
    path, said = f"/incidents/{id_}/end-complaints", {"finding": "已整改"}
    auditor = await centre.hire("auditor", Role.AUDITOR)
    for person in (hub, auditor):
        problem = is_problem(await person.post(path, said), 403)
        assert "your role does not do that" in problem["detail"]
    first_page = (await centre.supervisor.post(path, said)).json()
    assert (first_page["ended"], first_page["next"]) == ([], paid)
    rest = (await centre.supervisor.post(path, said | {"after": paid})).json()
    assert (rest["ended"], rest["next"]) == ([plain], None)


async def test_complaints_under_an_incident_are_ended_together_each_for_itself(centre: Centre, hub: Person) -> None:
    plain, paid, elsewhere = [await centre.carried(DELAY, waybill=f"WX{number}") for number in range(3)]
    id_ = await reported(centre, vehicle=TRUCK)
    for complaint in (plain, paid):
        await (await centre.owner(complaint)).done(complaint, "join", incident=id_)
    path, said = f"/incidents/{id_}/end-complaints", {"finding": "装载超高,已整改"}
    early = (await centre.supervisor.post(path, said)).json()
    assert early["ended"] == []
    assert {one["why"]["en"] for one in early["standing"]} == {
        "the incident has no finding yet; it can be ended with it after that"
    }
    owner = await centre.owner(id_)
    await owner.done(id_, "contain", measures="隔离")
    await owner.done(id_, "investigate", finding="装载超高")
    await owner.done(id_, "name-liable", firm_liable=False, why="不可抗力")
    await (await centre.owner(paid)).done(paid, "propose", remedy="赔付", compensation="50.00")
    his = await centre.owner(plain)
    is_problem(await centre.hub.post(f"/incidents/{plain}/end-complaints", said), 404)
    for repeated in ("false", "true"):
        answer = await centre.supervisor.post(path, said, key="end-them")
        assert answer.headers["idempotent-replayed"] == repeated
        assert answer.json()["ended"] == [plain]
        (left,) = answer.json()["standing"]
        assert left["id"] == paid
        assert "carry it out first" in left["why"]["en"]
    case = await centre.manager.read(plain)
    assert (case["stage"], case["owner"]) == ("feed_back", his.id), "who knows the customer tells him"
    assert (await centre.manager.read(paid))["stage"] == (await centre.manager.read(elsewhere))["stage"] == "carry_out"
