"""A business incident over HTTP: from the first report in seconds to its score."""

import asyncio
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from flows.legs import ledger
from models.notice import deliveries, notices, subscriptions
from models.values.vocabulary import Role
from tests.api.centre import MANY, MORNING, Centre, Person, is_problem

WHERE, WHAT = "华东分拨中心三号月台", "叉车翻倒,两托货物倾覆,外箱破裂"
FORM = {
    "reporter": "某某",
    "unit_head": "某某某",
    "goods": "玻璃器皿",
    "pieces_booked": "24",
    "pieces_found": "18",
    "summary": "装车时叉车转弯过急",
    "extent": "六件破碎",
    "on_site": "已隔离并拍照",
}


def first(**more: Any) -> dict[str, Any]:
    return {"kind": "damage", "what": WHAT, "where": WHERE, "discovered_at": MORNING.isoformat(), **more}


KNOWN = {"casualties": 0, "dangerous_goods": False}


@pytest.fixture
async def hub(centre: Centre) -> Person:
    """The unit that reports; another one, and one that has nothing to do with it, are there too."""
    await centre.hire("line", Role.BUSINESS_UNIT, "linehaul")
    await centre.hire("last_mile", Role.BUSINESS_UNIT, "last_mile")
    await centre.hire("inspector", Role.QUALITY_INSPECTOR)
    return await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")


async def reported(centre: Centre, **more: Any) -> str:
    answer = await centre.hub.post("/incidents", first(**more))
    assert answer.status_code == 202, answer.text
    await centre.carry()
    id_: str = answer.json()["id"]
    return id_


async def incident(centre: Centre, id_: str, by: str = "general_manager") -> dict[str, Any]:
    answer = await centre.people[by].get(f"/incidents/{id_}")
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def asked(centre: Centre, **more: Any) -> str:
    """An incident about which the unit `linehaul` is asked."""
    id_ = await reported(centre, **more)
    owner = await centre.owner(id_)
    await owner.done(id_, "contain", measures="隔离")
    await owner.done(id_, "investigate", finding="装载超高", counterpart="linehaul")
    await centre.carry()
    return id_


SHARED = [
    {"party": "linehaul", "percent": "66.67"},
    {"kind": "carrier", "party": "linehaul_contractor", "percent": "33.33"},
]


async def found(centre: Centre, **more: Any) -> str:
    """One that the counterpart confirmed, and for which it was found liable."""
    id_ = await asked(centre, **more)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.carry()
    await (await centre.owner(id_)).done(id_, "name-liable", firm_liable=True, shares=SHARED, why="装载不规范")
    return id_


async def test_a_first_report_needs_four_fields_and_is_graded_at_once(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre)
    view = await incident(centre, id_)
    assert (view["grade"], view["unit"], view["what"]) == ("major", "sorting_centre", WHAT)
    assert view["case"]["stage"] == "containment"
    assert view["case"]["owner"] in {centre.handler.id, centre.colleague.id}
    graded = next(one for one in await centre.manager.events(id_) if one["kind"] == "graded")
    assert "not known: value, casualties, dangerous goods; at least major" in graded["reasons"][0]["en"]


async def test_the_level_that_must_know_gets_its_notice_in_the_same_transaction(centre: Centre, hub: Person) -> None:
    for more, role in (({"value": "500"}, "supervisor"), ({"casualties": 1}, "general_manager")):
        id_ = await reported(centre, **(KNOWN | more))
        async with centre.engine.connect() as connection:
            query = "SELECT to_role, must_acknowledge FROM notices WHERE case_id = $1"
            rows = (await connection.exec_driver_sql(query, (id_,))).all()
        assert rows == [(role, True)]


@pytest.mark.parametrize(
    ("more", "grade"),
    [
        ({"value": "9999.99"}, "general"),
        ({"value": "10000"}, "major"),
        ({"value": "30000"}, "major"),
        ({"value": "30000.01"}, "critical"),
        ({"value": "1", "casualties": 1}, "critical"),
        ({"value": "1", "dangerous_goods": True}, "critical"),
        ({"value": None}, "major"),
        ({"value": "1", "casualties": None}, "major"),
    ],
)
async def test_grades_follow_the_rulebook(centre: Centre, hub: Person, more: dict[str, Any], grade: str) -> None:
    assert (await incident(centre, await reported(centre, **(KNOWN | more))))["grade"] == grade


async def test_of_many_reports_with_one_key_one_incident_comes_out(centre: Centre, hub: Person) -> None:
    answers = await asyncio.gather(*(centre.hub.post("/incidents", first(), key="once") for _ in range(MANY)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.headers["idempotent-replayed"] == "false" for answer in answers) == 1


WRONG = [
    ({"discovered_at": (MORNING + timedelta(hours=1)).isoformat()}, 422, "discovered_at lies in the future"),
    ({"phoned_at": (MORNING - timedelta(hours=1)).isoformat()}, 422, "phoned_at lies before the discovery"),
    ({"casualties": -1}, 422, "casualties: must be at least 0"),
    ({"value": "-1"}, 422, "value: must be at least 0"),
    ({"kind": "earthquake"}, 422, "kind: must be one of"),
    ({"unit": "linehaul"}, 403, "a unit reports for itself"),
    ({"what": " "}, 422, "what: must not be empty"),
    ({"colour": "red"}, 422, "(a field): is not known here"),
]


@pytest.mark.parametrize(("more", "status", "sentence"), WRONG, ids=lambda value: str(value)[:40])
async def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(
    centre: Centre, hub: Person, more: dict[str, Any], status: int, sentence: str
) -> None:
    before = await centre.counts()
    problem = is_problem(await centre.hub.post("/incidents", first(**more)), status)
    assert sentence in problem["detail"]
    assert await centre.counts() == before


async def test_a_web_form_reports_no_incident_and_the_centre_names_the_unit(centre: Centre, hub: Person) -> None:
    is_problem(await centre.web_form.post("/incidents", first()), 403)
    problem = is_problem(await centre.acceptor.post("/incidents", first()), 422)
    assert "say which unit reports it" in problem["detail"]
    answer = await centre.acceptor.post("/incidents", first(unit="last_mile"))
    assert (await incident(centre, answer.json()["id"]))["unit"] == "last_mile"


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
    kinds = [one["kind"] for one in await centre.manager.events(id_)]
    assert kinds.count("presumed") == 1


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


async def notice_of(centre: Centre, id_: str, kind: str) -> str:
    found = (await centre.general_manager.get("/notices", case=id_, kind=kind)).json()["items"]
    newest: str = found[0]["id"]
    return newest


async def test_only_the_unit_proves_by_acknowledging_that_it_was_told(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    notice = await notice_of(centre, id_, "counterpart_asked")
    assert (await centre.supervisor.post(f"/notices/{notice}/acknowledge")).status_code == 200
    await centre.carry()
    assert await counterpart(centre, id_) == ("running", None), "that somebody else read it proves nothing"
    other = await asked(centre)
    notice = await notice_of(centre, other, "counterpart_asked")
    assert (await centre.line.post(f"/notices/{notice}/acknowledge")).status_code == 200
    await centre.carry()
    assert await counterpart(centre, other) == ("met", "running")


async def test_acknowledging_the_notice_is_acknowledging_the_incident(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, value="500", **KNOWN)
    notice = await notice_of(centre, id_, "incident_graded")
    assert (await centre.supervisor.post(f"/notices/{notice}/acknowledge")).status_code == 200
    await centre.carry()
    await centre.move(timedelta(hours=5))
    await centre.carry()
    view = await incident(centre, id_)
    assert (view["acknowledged_by"], view["knows"]) == (centre.supervisor.id, 1)


async def test_who_knew_of_a_lower_grade_does_not_know_of_the_higher_one(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, value="500", **KNOWN)
    notice = await notice_of(centre, id_, "incident_graded")
    assert (await centre.general_manager.post(f"/notices/{notice}/acknowledge")).status_code == 200
    await centre.carry()
    assert (await incident(centre, id_))["acknowledged_by"] == centre.general_manager.id
    await (await centre.owner(id_)).done(id_, "regrade", casualties=1, why="一人送医")
    await centre.carry()
    view = await incident(centre, id_)
    assert (view["acknowledged_by"], view["knows"]) == (None, 3)
    notice = await notice_of(centre, id_, "incident_graded")
    assert (await centre.general_manager.post(f"/notices/{notice}/acknowledge")).status_code == 200
    await centre.carry()
    assert (await incident(centre, id_))["acknowledged_by"] == centre.general_manager.id


async def test_a_hold_takes_no_unit_its_word(centre: Centre, hub: Person) -> None:
    id_ = await asked(centre)
    await centre.line.done(id_, "deliver", at=(await centre.now()).isoformat(), how="email", receipt="回执")
    await centre.supervisor.done(id_, "hold", reason="waiting_unit")
    assert (await centre.line.done(id_, "respond", agrees=True, statement="属实"))["stage"] == "finding"
    await centre.carry()
    case = await centre.manager.read(id_)
    assert (case["hold"], case["owner"] is not None) == (None, True), "what was waited for is here"


async def test_a_level_that_is_silent_is_passed_over_up_to_the_top(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, value="500", **KNOWN)
    is_problem(await centre.handler.act(id_, "acknowledge-incident"), 403)
    for knows in (2, 3, 3):
        await centre.move(timedelta(hours=5))
        await centre.carry()
        assert (await incident(centre, id_))["knows"] == knows
    is_problem(await centre.supervisor.act(id_, "acknowledge-incident"), 403)
    await centre.general_manager.done(id_, "acknowledge-incident")
    is_problem(await centre.general_manager.act(id_, "acknowledge-incident"), 409)
    kinds = [one["kind"] for one in await centre.manager.events(id_)]
    assert kinds.count("climbed") == 2


async def test_a_report_to_an_authority_has_its_own_clock_and_is_owed_once(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, casualties=2, dangerous_goods=False, value="1")
    view = await incident(centre, id_)
    assert view["duties"] == ["safety_authority"]
    owed = next(one for one in (await centre.manager.read(id_))["clocks"] if one["name"] == "authority")
    assert owed["due_at"] == (MORNING + timedelta(hours=1)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    owner = await centre.owner(id_)
    problem = is_problem(await owner.act(id_, "tell-authority", duty="police", receipt="1"), 409)
    assert "safety_authority" in problem["detail"]
    is_problem(await centre.hub.act(id_, "tell-authority", duty="safety_authority", receipt="1"), 403)
    await owner.done(id_, "tell-authority", duty="safety_authority", receipt="1")
    is_problem(await owner.act(id_, "tell-authority", duty="safety_authority", receipt="1"), 409)
    await owner.done(id_, "regrade", dangerous_goods=True, why="含锂电池")
    assert (await incident(centre, id_))["duties"] == ["safety_authority", "transport_authority"]


async def test_regrading_keeps_what_was_and_takes_back_casualties_only_from_above(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre)
    owner = await centre.owner(id_)
    await owner.done(id_, "value", value="800")
    assert (await incident(centre, id_))["grade"] == "major", "casualties and goods are still not known"
    await owner.done(id_, "regrade", casualties=1, dangerous_goods=False, why="一人擦伤")
    is_problem(await owner.act(id_, "regrade", casualties=0, why="误报"), 403)
    await centre.supervisor.done(id_, "regrade", casualties=0, why="误报")
    events = [one["data"] for one in await centre.manager.events(id_) if one["kind"] == "regraded"]
    assert [(one["before"], one["grade"]) for one in events] == [
        ("major", "major"),
        ("major", "critical"),
        ("critical", "general"),
    ]
    view = await incident(centre, id_)
    assert (view["grade"], view["knows"]) == ("general", 3), "who was told was told"


async def test_an_authority_is_owed_its_report_from_when_the_centre_knew(centre: Centre, hub: Person) -> None:
    answer = await centre.hub.post("/incidents", first(casualties=1, dangerous_goods=False, value="1"))
    await centre.move(timedelta(minutes=50))  # nobody carried it meanwhile
    await centre.carry()
    owed = next(one for one in (await centre.manager.read(answer.json()["id"]))["clocks"] if one["name"] == "authority")
    assert owed["due_at"] == (MORNING + timedelta(hours=1)).astimezone(UTC).isoformat().replace("+00:00", "Z")


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


async def test_an_incident_goes_its_whole_way_and_is_closed_by_the_level_of_its_grade(
    centre: Centre, hub: Person
) -> None:
    id_ = await found(centre)
    owner = await centre.owner(id_)
    by = (MORNING + timedelta(days=3)).isoformat()
    await owner.done(id_, "plan-correction", what="限高", owner=owner.id, by=by)
    planned = (await owner.events(id_))[-1]["data"]["correction"]
    told = (await centre.general_manager.get("/notices", case=id_, kind="correction_planned")).json()["items"]
    assert [one["to_staff"] for one in told] == [owner.id]
    await owner.done(id_, "complete-correction", correction=planned, how="已加装限高杆")
    await centre.carry()
    checker = await centre.owner(id_)
    problem = is_problem(await checker.act(id_, "check-effect", effective=True, finding="有效"), 409)
    assert "the effect is checked from" in problem["detail"]
    await centre.move(timedelta(days=22))
    await centre.carry()
    await checker.done(id_, "check-effect", effective=True, finding="三周无复发")
    await centre.carry()
    manager = await centre.owner(id_)
    assert manager.name == "manager", "a major incident"
    problem = is_problem(await manager.act(id_, "conclude"), 409)
    assert "its root cause is not named" in problem["detail"]
    assert "the report form lacks" in problem["detail"]
    await owner.done(id_, "fill-form", fields=FORM)
    await owner.done(id_, "name-cause", method="five_whys", whys=["转弯过急", "赶班", "人手不足"])
    await centre.general_manager.done(id_, "acknowledge-incident")
    is_problem(await centre.supervisor.act(id_, "conclude"), 403)
    await manager.done(id_, "conclude", remark="同意")
    await centre.carry()
    view = await incident(centre, id_)
    assert view["case"]["stage"] == "closed"
    assert view["missing"] == []
    report = (await centre.manager.get("/reports/incidents")).json()
    units = {unit["unit"]: unit for unit in report["units"]}
    assert units["sorting_centre"]["reporting"] == 1.0
    assert units["sorting_centre"]["completeness"] == 0.5, "complete, but weeks late"
    assert units["linehaul"]["liable"] == 1
    assert units["sorting_centre"]["cases"] == [id_]
    table = (await centre.manager.get("/reports/incidents", format="csv")).text.splitlines()
    assert len(table) == 3


async def test_what_one_may_not_know_of_the_figures_is_not_found(centre: Centre, hub: Person) -> None:
    is_problem(await centre.hub.get("/reports/incidents"), 404)
    is_problem(await centre.manager.get("/reports/incidents", **{"from": "2026-02-01", "to": "2026-01-01"}), 422)
