"""A complaint joined to an incident keeps it, whatever becomes of the complaint: what was paid is charged by it."""

from typing import Any

import pytest

from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.incidents import asked, reported
from tests.api.settling import DAMAGE, DONE, WAYBILL, complaint

SHARES = [{"party": "linehaul", "percent": "60"}, {"party": "sorting_centre", "percent": "40"}]


async def joined(centre: Centre, incident: str, **more: Any) -> tuple[str, Person]:
    id_, handler = await complaint(centre, **more)
    await handler.done(id_, "join", incident=incident)
    return id_, handler


async def charged(centre: Centre, finance: Person) -> list[tuple[str, str]]:
    found = (await finance.get("/reports/recharges")).json()["items"]
    return [(one["party"], one["charged"]) for one in found]


async def closed(centre: Centre, finance: Person, incident: str) -> str:
    """Joined, settled, paid and closed; the incident has its finding."""
    id_, handler = await joined(centre, incident)
    await handler.done(id_, "propose", remedy="赔付并致歉", compensation="100.00")
    await handler.done(id_, "carry-out", **DONE)
    await handler.done(id_, "feed-back", accepted=True, said="客户接受")
    await finance.done(id_, "confirm-voucher", payment=1)
    await finance.done(id_, "pay", payment=1, paid_on="2026-03-04", reference="ICBC-1")
    await centre.line.done(incident, "respond", agrees=True, statement="属实")
    await centre.carry()
    await centre.supervisor.done(incident, "name-liable", firm_liable=True, shares=SHARES, why="交接不清")
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=4)
    await centre.carry()
    if (await centre.supervisor.read(id_))["stage"] == "confirmation":
        await (await centre.owner(id_)).done(id_, "confirm")
        await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "closed"
    return id_


@pytest.mark.parametrize("way", ["reopen", "repeat", "referral"])
async def test_reopened_in_whichever_way_it_keeps_its_incident_and_its_charges(
    centre: Centre, hub: Person, finance: Person, way: str
) -> None:
    incident = await asked(centre)
    id_ = await closed(centre, finance, incident)
    charges = [("linehaul", "60.00"), ("sorting_centre", "40.00")]
    assert await charged(centre, finance) == charges
    if way == "reopen":
        await centre.supervisor.done(id_, "reopen", why="客户再次来电")
    elif way == "repeat":
        again = await centre.carried(DAMAGE, waybill=WAYBILL)
        assert (await centre.supervisor.read(again))["linked_to"] == id_
    else:
        said = {"number": "R-1", "text": "用户申诉", "waybill": WAYBILL}
        assert (await centre.acceptor.post("/referrals", said)).json()["id"] == id_
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["reopenings"], case["linked_to"]) == ("carry_out", 1, incident)
    assert await charged(centre, finance) == charges


async def test_classified_anew_it_joins_no_other_complaint(centre: Centre, hub: Person) -> None:
    incident = await reported(centre)
    other, _ = await complaint(centre)
    id_ = await centre.carried(DELAY, waybill=WAYBILL)
    handler = await centre.owner(id_)
    await handler.done(id_, "join", incident=incident)
    await handler.done(id_, "classify", kind="complaint", category="damage")
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["linked_to"], case["sibling_of"]) == ("carry_out", incident, other)


async def test_it_joins_one_incident_and_no_second(centre: Centre, hub: Person) -> None:
    id_, handler = await joined(centre, await reported(centre))
    problem = is_problem(await handler.act(id_, "join", incident=await reported(centre)), 409)
    assert "linked to an incident already" in problem["detail"]


async def test_whose_main_case_ended_may_join_an_incident(centre: Centre, hub: Person) -> None:
    main = await centre.carried(DELAY, waybill=WAYBILL, caller={"phone": "13912345678"})
    id_ = await centre.carried(DELAY, waybill=WAYBILL, caller={"phone": "13912345679"})
    assert (await centre.supervisor.read(id_))["linked_to"] == main
    said = {"message": "不投诉了", "channel": "web", "sent_at": (await centre.now()).isoformat()}
    await (await centre.owner(main)).done(main, "withdraw", **said)
    await centre.carry()
    incident = await reported(centre)
    assert (await centre.supervisor.read(main))["stage"] == "closed"
    await (await centre.owner(id_)).done(id_, "join", incident=incident)
    assert (await centre.supervisor.read(id_))["linked_to"] == incident


async def test_ended_with_the_incident_each_open_one_is_either_ended_or_named_with_its_reason(
    centre: Centre, hub: Person, finance: Person
) -> None:
    incident = await asked(centre)
    over = await closed(centre, finance, incident)
    (plain, _), (waits, handler) = [await joined(centre, incident, waybill=f"WX{number}") for number in range(2)]
    proposed = await handler.done(waits, "propose", remedy="赔付", compensation="5000.00", goodwill=True)
    assert proposed["stage"] == "approval"
    path, said = f"/incidents/{incident}/end-complaints", {"finding": "已整改"}
    answer = (await centre.supervisor.post(path, said)).json()
    assert answer["ended"] == [plain]
    (left,) = answer["standing"]
    assert left["id"] == waits
    assert "stands at approval" in left["why"]["en"]
    assert "「待审批」" in left["why"]["zh"]
    again = (await centre.supervisor.post(path, said)).json()
    assert (again["ended"], {one["id"] for one in again["standing"]}) == ([], {plain, waits})
    assert over not in str(again), "what is closed is over"
