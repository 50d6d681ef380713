"""The counterpart unit of an incident over HTTP: told, silent or not, found liable, appealing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from flows.legs import ledger
from models.notice import deliveries, notices, subscriptions
from tests.api.centre import MORNING, Centre, Person, is_problem, reasons
from tests.api.incidents import KNOWN, SHARED, asked, found, incident, notice_of


async def test_a_unit_sees_its_own_incidents_and_no_others(centre: Centre, hub: Person) -> None:
    id_, complaint = await asked(centre), await centre.start()
    for person, seen in ((centre.hub, True), (centre.line, True), (centre.last_mile, False)):
        assert (await person.get(f"/incidents/{id_}")).status_code == (200 if seen else 404)
        assert (await person.get(f"/cases/{id_}/events")).status_code == (200 if seen else 404)
        listed = (await person.get("/cases")).json()["items"]
        assert [one["id"] for one in listed] == ([id_] if seen else [])
        is_problem(await person.get(f"/cases/{complaint}"), 404)
        is_problem(await person.get(f"/incidents/{id_}/affected"), 403 if seen else 404)


async def test_nobody_confirms_for_another_unit(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    version = (await centre.general_manager.read(id_))["version"]
    before = await centre.counts()
    for person, status in ((centre.hub, 403), (centre.last_mile, 404), (centre.supervisor, 403)):
        answer = await person.act(id_, "respond", version=version, agrees=True, statement="属实")
        problem = is_problem(answer, status)
        assert person is not centre.hub or "nobody confirms for it" in problem["detail"]
    assert await centre.counts() == before
    assert [item["case"]["id"] for item in (await centre.line.get("/queue")).json()["items"]] == [id_]
    done = await centre.line.done(id_, "respond", agrees=False, statement="货到时已破")
    assert done["stage"] == "finding"


async def test_silence_presumes_liability_only_after_proven_delivery(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre, value="1999", **KNOWN)
    await centre.move(timedelta(days=30))
    await centre.carry()
    assert (await incident(centre, id_))["case"]["stage"] == "counterpart", "no delivery was proven"
    delivered = await centre.now()
    await centre.supervisor.done(id_, "deliver", at=delivered.isoformat(), how="email", receipt="回执 3")
    await centre.move(timedelta(days=15))
    await centre.carry()
    view = await incident(centre, id_)
    assert (view["case"]["stage"], view["liable"], view["presumed"]) == ("finding", "linehaul", True)
    (presumed,) = [one for one in await centre.manager.events(id_) if one["kind"] == "presumed"]
    assert reasons(presumed).startswith("干线运输在通知送达后逾期未答")


async def sent_to(centre: Centre, id_: str, **whose: Any) -> None:
    """The notice to the counterpart reaches one subscription."""
    async with centre.engine.begin() as connection:
        now = await centre.office.desk.clock.now(connection)
        where = notices.c.case_id == UUID(id_), notices.c.to_unit == "linehaul"
        query = update(notices).where(*where).values(delivered_at=now).returning(notices.c.id, notices.c.pokes)
        notice = (await connection.execute(query)).one()
        assert notice.pokes
        values = {"channel": "email", "target": b"", "target_key": uuid4().hex} | whose
        query = insert(subscriptions).values(values).returning(subscriptions.c.id)
        subscription = (await connection.execute(query)).scalar_one()
        way = {"notice_id": notice.id, "subscription_id": subscription, "delivered_at": now, "attempts": 1}
        await connection.execute(insert(deliveries).values(way))
        await ledger.poke(connection, [UUID(id_)], now)
    await centre.carry()


async def counterpart(centre: Centre, id_: str) -> tuple[str, str | None]:
    """Whether its notice is proven to have reached it, and its time to answer runs."""
    states = {one["name"]: one["state"] for one in (await centre.manager.read(id_))["clocks"]}
    return states["deliver"], states.get("counterpart")


async def test_a_notice_proves_itself_when_it_reached_the_unit_and_nobody_else(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    await sent_to(centre, id_)
    await sent_to(centre, id_, staff_id=centre.hub.id)
    assert await counterpart(centre, id_) == ("running", None), "the whole centre's mail is not the unit's"
    await sent_to(centre, id_, staff_id=centre.line.id)
    assert await counterpart(centre, id_) == ("met", "running")
    delivered = [one for one in await centre.manager.events(id_) if one["kind"] == "delivered"]
    assert [one["data"]["how"] for one in delivered] == ["outbox"]


async def test_only_the_unit_proves_by_acknowledging_that_it_was_told(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    notice = await notice_of(centre, id_, "counterpart_asked")
    is_problem(await centre.supervisor.post(f"/notices/{notice}/acknowledge"), 403)
    await centre.carry()
    assert await counterpart(centre, id_) == ("running", None), "that somebody else read it proves nothing"
    assert (await centre.line.post(f"/notices/{notice}/acknowledge")).status_code == 200
    await centre.carry()
    assert await counterpart(centre, id_) == ("met", "running")


async def test_a_hold_takes_no_unit_its_word(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "deliver", at=(await centre.now()).isoformat(), how="email", receipt="回执")
    await centre.supervisor.done(id_, "hold", reason="waiting_unit")
    assert (await centre.line.done(id_, "respond", agrees=True, statement="属实"))["stage"] == "finding"
    await centre.carry()
    case = await centre.manager.read(id_)
    assert (case["hold"], case["owner"] is not None) == (None, True), "what was waited for is here"


async def test_a_unit_with_a_minor_share_sees_it_and_appeals_to_somebody_above_the_finder(
    centre: Centre, hub: Person
) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.carry()
    is_problem(await centre.last_mile.get(f"/incidents/{id_}"), 404)
    shares = [{"party": "linehaul", "percent": "90"}, {"party": "last_mile", "percent": "10"}]
    await centre.supervisor.done(id_, "name-liable", firm_liable=True, shares=shares, why="交接不清")
    assert [one["id"] for one in (await centre.last_mile.get("/cases")).json()["items"]] == [id_]
    await centre.last_mile.done(id_, "appeal", party="last_mile", grounds="未经手")
    await centre.carry()
    assert (await centre.owner(id_)).name == "manager"


async def test_a_hold_keeps_no_unit_from_its_appeal(centre: Centre, hub: Person) -> None:
    """Its term runs on."""
    id_ = await found(centre)
    owner = await centre.owner(id_)
    await owner.done(id_, "hold", reason="waiting_unit")
    assert (await centre.line.done(id_, "appeal", party="linehaul", grounds="不服"))["stage"] == "finding"
    await centre.carry()
    case = await centre.manager.read(id_)
    assert (case["hold"], case["owner"] is not None) == (None, True)


async def test_who_filed_the_appeal_does_not_decide_on_it(centre: Centre, hub: Person) -> None:
    id_ = await found(centre)
    await centre.supervisor.done(id_, "appeal", party="linehaul", grounds="不服")
    await centre.carry()
    is_problem(await centre.supervisor.act(id_, "name-liable", firm_liable=False, why="不属实"), 403)
    assert (await centre.owner(id_)).name == "second_supervisor"
    await centre.second_supervisor.done(id_, "name-liable", firm_liable=False, why="不属实")


async def test_what_the_highest_found_is_reviewed_by_the_level_below_it(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.general_manager.done(id_, "name-liable", firm_liable=True, shares=SHARED, why="装载不规范")
    await centre.line.done(id_, "appeal", party="linehaul", grounds="不服")
    await centre.carry()
    is_problem(await centre.general_manager.act(id_, "name-liable", firm_liable=False, why="x"), 403)
    assert (await centre.owner(id_)).name == "manager"
    await centre.manager.done(id_, "name-liable", firm_liable=False, why="申诉成立")


async def test_an_appeal_is_decided_below_where_the_highest_is_of_the_party(centre: Centre, hub: Person) -> None:
    await centre.belong("linehaul", "general_manager")
    id_ = await asked(centre)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.manager.done(id_, "name-liable", firm_liable=True, shares=SHARED, why="装载不规范")
    await centre.line.done(id_, "appeal", party="linehaul", grounds="不服")
    await centre.carry()
    for one in (centre.general_manager, centre.manager):
        problem = is_problem(await one.act(id_, "name-liable", firm_liable=False, why="x"), 403)
        assert "somebody of level 1 or above who is of no party" in problem["detail"]
    problem = is_problem(await centre.handler.act(id_, "name-liable", firm_liable=False, why="x"), 403)
    arbiter = await centre.owner(id_)
    assert arbiter.name in {"supervisor", "second_supervisor"}
    *_, given = [one for one in await centre.manager.events(id_) if one["kind"] == "assigned"]
    assert "level 1 decides" in given["reasons"][-1]["en"]
    notices = (await arbiter.get("/notices", case=id_, kind="liability_to_decide")).json()["items"]
    assert [one["to_staff"] for one in notices] == [arbiter.id]
    await arbiter.done(id_, "name-liable", firm_liable=False, why="申诉成立")


async def test_who_alone_would_decide_files_no_appeal(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.manager.done(id_, "name-liable", firm_liable=True, shares=SHARED, why="装载不规范")
    is_problem(await centre.general_manager.act(id_, "appeal", party="linehaul", grounds="不服"), 403)
    await centre.supervisor.done(id_, "appeal", party="linehaul", grounds="不服")
    await centre.carry()
    assert (await centre.owner(id_)).name == "general_manager"


async def test_an_appeal_is_decided_by_somebody_else_one_level_higher(centre: Centre, hub: Person) -> None:
    id_ = await found(centre)
    finder = await centre.owner(id_)
    problem = is_problem(await centre.hub.act(id_, "appeal", party="sorting_centre", grounds="不服"), 409)
    assert "only a party that bears a share" in problem["detail"]
    is_problem(await centre.hub.act(id_, "appeal", party="linehaul", grounds="不服"), 403)
    await centre.line.done(id_, "appeal", party="linehaul", grounds="货到时已破损,有签收照片")
    await centre.carry()
    assert (await incident(centre, id_))["standing"] == "appealed"
    arbiter = await centre.owner(id_)
    assert arbiter.name in {"supervisor", "second_supervisor"}
    is_problem(await finder.act(id_, "name-liable", firm_liable=True, shares=SHARED, why="维持"), 403)
    theirs = [{"party": "sorting_centre", "percent": "100"}]
    await arbiter.done(id_, "name-liable", firm_liable=True, shares=theirs, why="签收照片为证")
    problem = is_problem(await centre.hub.act(id_, "appeal", party="sorting_centre", grounds="不服"), 409)
    assert "once" in problem["detail"]
    findings = (await centre.manager.get(f"/cases/{id_}/settlement")).json()["findings"]
    assert [(one["round"], one["standing"], one["appellant"]) for one in findings] == [
        (1, "appealed", "linehaul"),
        (2, "final", None),
    ]


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([{"party": "linehaul", "percent": "99"}], "add up to 100 %, not 99 %"),
        ([{"party": "linehaul", "percent": "50"}] * 2, "stands twice"),
        ([{"kind": "carrier", "party": "nobody_knows", "percent": "100"}], "a carrier must be one of"),
        ([], "add up to 100 %, not 0 %"),
    ],
)
async def test_shares_of_an_incident_that_are_none_change_nothing(
    centre: Centre, hub: Person, shares: list[dict[str, str]], sentence: str
) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.carry()
    owner = await centre.owner(id_)
    problem = is_problem(await owner.act(id_, "name-liable", firm_liable=True, shares=shares, why="x"), 409)
    assert sentence in problem["detail"]
    assert (await incident(centre, id_))["shares"] == []


async def test_a_presumption_is_appealed_without_waiting_for_a_finding(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "deliver", at=MORNING.isoformat(), how="email", receipt="邮件回执")
    await centre.move(timedelta(days=10))
    await centre.carry()
    view = await incident(centre, id_)
    assert (view["presumed"], view["standing"], view["shares"]) == (
        True,
        "open",
        [{"kind": "unit", "party": "linehaul", "percent": "100.00"}],
    )
    await centre.line.done(id_, "appeal", party="linehaul", grounds="节假日无人值守")
    await centre.carry()
    arbiter = await centre.owner(id_)
    await arbiter.done(id_, "name-liable", firm_liable=False, why="通知送达有误")
    view = await incident(centre, id_)
    assert (view["liable"], view["standing"], view["shares"]) == (None, "final", [])
