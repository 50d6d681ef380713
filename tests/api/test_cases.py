"""Reading cases: filters, pages, the ledger, and what one may not know of."""

from typing import Any

import pytest
from sqlalchemy import func, update

from flows.rulebook.loading import read
from flows.rulebook.store import Policies, adopt
from models.case import cases
from models.wake import wakes
from tests.api.centre import DELAY, ENQUIRY, UNCLEAR, Centre, is_problem, reasons

DAMAGE = "收到的电视外箱破损,屏幕碎了,货物严重损坏,要求赔偿"


async def test_a_complaint_is_accepted_with_its_links_and_read_back(centre: Centre) -> None:
    answer = await centre.web_form.post("/complaints", {"text": DELAY, "reference": "web-1", "waybill": "sf123"})
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["stage"] == "received"
    await centre.carry()
    case = (await centre.handler.http.get("http://redress" + accepted["links"]["self"])).json()
    assert (case["number"], case["stage"], case["kind"], case["category"]) == (1, "carry_out", "complaint", "delay")
    assert (case["reference"], case["waybill"], case["unit"]) == ("web-1", "SF123", "linehaul")
    assert case["statement"]["text"] == DELAY
    assert case["owner"] in (centre.handler.id, centre.colleague.id)


async def test_a_case_says_what_its_reader_may_do_now(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    may = set((await owner.read(id_))["acts"])
    assert may >= {"propose", "carry-out", "note", "hold"}
    assert not may & {"approve", "feed-back", "survey", "reopen"}
    assert (await centre.acceptor.read(id_))["acts"] == ["identify", "acknowledge", "note"], (
        "a colleague only adds what he heard"
    )
    await owner.done(id_, "hold", reason="waiting_unit")
    may = set((await owner.read(id_))["acts"])
    assert "resume" in may
    assert "propose" not in may


async def test_every_deadline_of_a_case_says_how_it_came_about(centre: Centre) -> None:
    case = await centre.handler.read(await centre.carried())
    deadlines = {clock["name"]: clock for clock in case["clocks"]}
    assert deadlines["classify"]["state"] == "met"
    assert deadlines["resolve"]["due_at"] == "2026-03-07T02:00:00Z", "class C: 72 hours"
    assert "72 小时" in deadlines["resolve"]["why"]["zh"]
    assert deadlines["statutory"]["due_at"] == "2026-03-11T16:00:00Z", "24:00 of the seventh day after, in Shanghai"
    assert case["next_deadline"] == deadlines["resolve"]["due_at"]


async def test_the_ledger_tells_who_did_what_when_and_why(centre: Centre) -> None:
    id_ = await centre.carried()
    await centre.supervisor.done(id_, "note", text="客户来电催促", contact=True, channel="phone")
    events = await centre.handler.events(id_)
    assert [event["kind"] for event in events] == ["received", "classified", "assigned", "noted"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert [event["actor"] for event in events] == ["acceptor", "system", "system", "supervisor"]
    assert events[1]["reasons"], "a classification says why"
    assert "员工" in reasons(events[2])
    assert events[3]["said"] == {"text": "客户来电催促"}
    assert events[1]["run"], "what the system did leads to the run that did it"
    runs = (await centre.handler.get(f"/cases/{id_}/runs")).json()["items"]
    assert {event["run"] for event in events if event["run"]} == {run["id"] for run in runs}


async def _found(centre: Centre, **query: Any) -> list[str]:
    answer = await centre.supervisor.get("/cases", **query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_cases_are_found_by_what_is_known_of_them(centre: Centre) -> None:
    late = await centre.carried(DELAY, waybill="SF1", reference="r-1")
    broken = await centre.carried(DAMAGE, waybill="SF2", reference="r-2")
    asked = await centre.carried(ENQUIRY)
    unclear = await centre.carried(UNCLEAR)
    new = await centre.start(DELAY, waybill="SF1", reference="r-1")
    async with centre.engine.begin() as connection:
        query = update(cases).where(cases.c.id == late)
        await connection.execute(query.values(customer_class="A", overdue=True))
        query = update(wakes).where(wakes.c.case_id == broken)
        await connection.execute(query.values(quarantined_at=func.now(), error="assign: KeyError"))
    owner = (await centre.owner(broken)).id
    assert await _found(centre) == [new, unclear, asked, broken, late], "newest first"
    assert await _found(centre, stage="triage") == [unclear]
    assert await _found(centre, stage="received") == [new]
    assert broken in await _found(centre, owner=owner)
    assert await _found(centre, owner=centre.revisitor.id) == []
    assert await _found(centre, **{"class": "A"}) == [late]
    assert await _found(centre, waybill="sf1") == [new, late]
    assert await _found(centre, reference="r-2") == [broken]
    assert await _found(centre, kind="complaint", category="damage") == [broken]
    assert await _found(centre, overdue="true") == [late]
    assert late not in await _found(centre, overdue="false")
    assert await _found(centre, quarantined="true") == [broken]
    assert broken not in await _found(centre, quarantined="false")
    assert await _found(centre, waybill="SF1", stage="carry_out", overdue="true") == [late], "all at once"
    shown = (await centre.supervisor.get("/cases", quarantined="true")).json()["items"][0]
    assert shown["quarantined"] is True


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
async def test_pages_leave_no_gap_and_show_nothing_twice(centre: Centre, limit: int) -> None:
    ids = [await centre.start() for _ in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = (await centre.supervisor.get("/cases", **query)).json()
        assert len(page["items"]) <= limit
        seen += [one["id"] for one in page["items"]]
        if len(seen) == 3:
            await centre.start()  # what comes in meanwhile does not push the pages about
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == ids[::-1]


async def test_a_case_about_somebody_does_not_exist_for_him(centre: Centre) -> None:
    named = centre.handler
    id_ = await centre.start(about_staff=[named.id])
    main = await centre.carried()
    await centre.carry()
    for path in ("", "/events", "/runs"):
        is_problem(await named.get(f"/cases/{id_}{path}"), 404)
    version = (await centre.supervisor.read(id_))["version"]
    for act, said in (("note", {"text": "a"}), ("propose", {"remedy": "a"}), ("escalate", {"why": "a"})):
        is_problem(await named.act(id_, act, version=version, **said), 404)
    is_problem(await named.post(f"/cases/{id_}/acts/release"), 404)
    assert [one["id"] for one in (await named.get("/cases")).json()["items"]] == [main]
    assert id_ not in [one["case"]["id"] for one in (await named.get("/queue")).json()["items"]]
    runs = (await centre.supervisor.get(f"/cases/{id_}/runs")).json()["items"]
    for run in runs:
        assert id_ in (await centre.supervisor.get(f"/runs/{run['id']}")).json()["case_ids"]
        assert id_ not in (await named.get(f"/runs/{run['id']}")).json()["case_ids"]
    assert (await centre.supervisor.read(id_))["owner"] == centre.colleague.id, "it went to somebody else"


async def test_a_linked_case_about_somebody_is_not_shown_to_him_on_the_main_one(centre: Centre) -> None:
    main = await centre.carried(waybill="SF9")
    linked = await centre.carried(waybill="SF9", about_staff=[centre.handler.id])
    assert (await centre.supervisor.read(linked))["linked_to"] == main
    assert (await centre.supervisor.read(main))["linked"] == [linked]
    assert (await centre.handler.read(main))["linked"] == []


async def test_a_channel_brings_cases_in_and_sees_none(centre: Centre) -> None:
    id_ = await centre.start(by="web_form")
    await centre.carry()
    run = (await centre.supervisor.get(f"/cases/{id_}/runs")).json()["items"][0]["id"]
    web = centre.web_form
    for path in ("/cases", "/queue", "/runs"):
        assert (await web.get(path)).json()["items"] == []
    for path in (f"/cases/{id_}", f"/cases/{id_}/events", f"/cases/{id_}/runs", f"/runs/{run}"):
        is_problem(await web.get(path), 404)
    is_problem(await web.post(f"/cases/{id_}/acts/note", {"version": 3, "text": "a"}), 404)
    is_problem(await web.post(f"/cases/{id_}/acts/release"), 404)
    is_problem(await web.post(f"/runs/{run}/cancel"), 404)
    assert (await web.post("/queue/take")).json() == {"case": None}


async def test_a_colleague_may_note_a_contact_but_not_decide(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    other = centre.colleague if owner is centre.handler else centre.handler
    for one in (other, centre.acceptor, centre.specialist, centre.revisitor):
        await one.done(id_, "note", text="客户再次来电", contact=True, channel="phone")
        before = await centre.counts()
        for act, said in {
            "propose": {"remedy": "a"},
            "classify": {"kind": "complaint", "category": "loss"},
            "reassign": {"why": "a"},
            "escalate": {"why": "a"},
            "hold": {"reason": "waiting_unit"},
            "promise": {"what": "a", "by": "2026-03-05T10:00:00+08:00"},
            "withdraw": {"message": "a", "channel": "phone", "sent_at": "2026-03-04T09:00:00+08:00"},
        }.items():
            is_problem(await one.act(id_, act, **said), 403)
        assert await centre.counts() == before
    assert [one["actor"] for one in await owner.events(id_)][3:] == [
        other.name,
        "acceptor",
        "specialist",
        "revisitor",
    ]


async def test_a_case_judged_by_a_rulebook_adopted_a_moment_ago_is_read_and_acted_upon(centre: Centre) -> None:
    """The worker may know a new rulebook before the API has looked."""
    await centre.carried()  # the API has just looked
    async with centre.engine.begin() as connection:
        await adopt(connection, read().replace("Redress example rulebook", "A newer rulebook"))
    centre.steps_by = Policies()
    id_ = await centre.carried()
    for path in (f"/cases/{id_}", f"/cases/{id_}/events", "/queue", "/cases"):
        assert (await centre.supervisor.get(path)).status_code == 200, path
    await centre.supervisor.done(id_, "note", text="a")
