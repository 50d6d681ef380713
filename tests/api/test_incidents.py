"""A business incident over HTTP: from the first report in seconds to its score."""

import asyncio
from datetime import UTC, timedelta
from typing import Any

import pytest

from models.values.people_terms import Role
from tests.api.centre import MANY, MORNING, Centre, Person, is_problem
from tests.api.incidents import FORM, KNOWN, WHAT, first, found, incident, notice_of, reported


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


async def test_who_acknowledged_a_general_incident_hears_that_it_is_critical(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, value="500", **KNOWN)
    for _ in range(2):
        await centre.move(timedelta(hours=5))
        await centre.carry()
    await centre.general_manager.done(id_, "acknowledge-incident")
    notice = await notice_of(centre, id_, "incident_graded")
    await (await centre.owner(id_)).done(id_, "regrade", casualties=1, why="一人送医")
    view = await incident(centre, id_)
    assert (view["grade"], view["knows"], view["acknowledged_by"]) == ("critical", 3, None)
    assert await notice_of(centre, id_, "incident_graded") != notice
    clock = [one for one in (await centre.manager.read(id_))["clocks"] if one["name"] == "incident_acknowledge"][-1]
    assert clock["state"] == "running"


async def test_no_hold_stops_the_clocks_of_an_incident_nor_what_becomes_known_of_it(
    centre: Centre, hub: Person
) -> None:
    id_ = await reported(centre, value="500", **KNOWN)
    owner = await centre.owner(id_)
    await owner.done(id_, "hold", reason="waiting_customer")
    held = await owner.read(id_)
    assert {one["name"] for one in held["clocks"] if one["state"] == "paused"} == set()
    assert [one["data"]["pauses"] for one in await owner.events(id_) if one["kind"] == "held"] == [False]
    await owner.done(id_, "regrade", casualties=1, why="一人送医")
    await owner.done(id_, "value", value="700")
    await owner.done(id_, "trace", batch="T-7")
    await owner.done(id_, "fill-form", fields=FORM)
    await owner.done(id_, "tell-authority", duty="safety_authority", receipt="1")
    assert (await incident(centre, id_))["grade"] == "critical"


async def test_an_authority_cannot_have_been_told_before_the_accident(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, casualties=1, dangerous_goods=False, value="1")
    owner, before = await centre.owner(id_), (MORNING - timedelta(minutes=1)).isoformat()
    said = {"duty": "safety_authority", "receipt": "1"}
    problem = is_problem(await owner.act(id_, "tell-authority", at=before, **said), 422)
    assert "before it was discovered" in problem["detail"]
    await owner.done(id_, "tell-authority", at=MORNING.isoformat(), **said)


async def test_a_smaller_loss_lowers_the_grade_only_from_above(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, value="50000", **KNOWN)
    owner = await centre.owner(id_)
    for act, why in (("value", {}), ("regrade", {"why": "误填"})):
        problem = is_problem(await owner.act(id_, act, value="10", **why), 403)
        assert "only a supervisor" in problem["detail"]
    await owner.done(id_, "value", value="40000")
    await centre.supervisor.done(id_, "value", value="10")
    assert (await incident(centre, id_))["grade"] == "general"


async def test_of_two_who_write_over_each_other_one_looks_again(centre: Centre, hub: Person) -> None:
    id_ = await reported(centre, **KNOWN)
    owner = await centre.owner(id_)
    for act, one, other in (
        ("fill-form", {"fields": {"goods": "玻璃"}}, {"fields": {"goods": "陶瓷"}}),
        ("value", {"value": "500"}, {"value": "5000"}),
    ):
        version = (await owner.read(id_))["version"]
        await owner.done(id_, act, version=version, **one)
        is_problem(await centre.supervisor.act(id_, act, version=version, **other), 409)
    version = (await owner.read(id_))["version"]
    await owner.done(id_, "trace", version=version, batch="T-7")
    await centre.supervisor.done(id_, "trace", version=version, batch="T-8")
    assert (await incident(centre, id_))["batch"] == "T-7、T-8", "what adds up needs no second look"


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
    assert "上报单未填(" in problem["detail_zh"]
    assert "货物名称" in problem["detail_zh"]
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
    assert (units["sorting_centre"]["cases"], units["sorting_centre"]["liable_cases"]) == ([id_], [])
    assert (units["linehaul"]["cases"], units["linehaul"]["liable_cases"]) == ([], [id_])
    table = (await centre.manager.get("/reports/incidents", format="csv")).text.splitlines()
    assert len(table) == 3


async def test_whose_corrective_action_it_is_reads_the_incident_and_reports_it_done(
    centre: Centre, hub: Person
) -> None:
    id_ = await found(centre)
    owner, mine = await centre.owner(id_), await centre.hire("mine", Role.BUSINESS_UNIT, "claims")
    other = await centre.hire("other", Role.QUALITY_INSPECTOR)
    is_problem(await mine.get(f"/incidents/{id_}"), 404)
    by = (MORNING + timedelta(days=3)).isoformat()
    auditor = await centre.hire("auditor", Role.AUDITOR)
    is_problem(await owner.act(id_, "plan-correction", what="限高", owner=auditor.id, by=by), 422)
    refs = []
    for person in (mine, other):
        await owner.done(id_, "plan-correction", what="限高", owner=person.id, by=by)
        refs.append((await owner.events(id_))[-1]["data"]["correction"])
    assert [one["id"] for one in (await mine.get("/cases")).json()["items"]] == [id_]
    is_problem(await mine.act(id_, "fill-form", fields=FORM), 403)
    problem = is_problem(await mine.act(id_, "complete-correction", correction=refs[1], how="已改"), 403)
    assert "somebody else's" in problem["detail"]
    handler = (await centre.manager.read(id_))["handler"]
    await mine.done(id_, "complete-correction", correction=refs[0], how="已改")
    assert (await centre.manager.read(id_))["handler"] == handler, "who handles it stays who handled it"
    await owner.done(id_, "complete-correction", correction=refs[1], how="已改")
    await centre.move(timedelta(days=22))
    await centre.carry()
    said = {"effective": True, "finding": "三周无复发"}
    if (await centre.manager.read(id_))["owner"] != other.id:
        await (await centre.owner(id_)).done(id_, "reassign", to=other.id, why="轮值")
    problem = is_problem(await other.act(id_, "check-effect", **said), 403)
    assert "does not check the effect" in problem["detail"]


async def test_what_one_may_not_know_of_the_figures_is_not_found(centre: Centre, hub: Person) -> None:
    is_problem(await centre.hub.get("/reports/incidents"), 404)
    is_problem(await centre.manager.get("/reports/incidents", **{"from": "2026-02-01", "to": "2026-01-01"}), 422)
