"""The other doors over HTTP: enquiry, consultation, suggestion, manual service, from the door to the score."""

import pytest

from tests.api.centre import DELAY, ENQUIRY, is_problem

DOORS = [
    ("/enquiries", "enquiry", {}),
    ("/consultations", "consultation", {}),
    ("/suggestions", "suggestion", {}),
    ("/manual-services", "manual_service", {"service": "long_haul_dispatch"}),
]


async def opened(centre, path="/enquiries", text=ENQUIRY, **more):
    answer = await centre.acceptor.post(path, {"text": text, **more})
    assert answer.status_code == 202, answer.text
    await centre.carry()
    return answer.json()["id"]


@pytest.mark.parametrize(("path", "kind", "more"), DOORS)
async def test_each_door_leads_through_the_short_path(centre, path, kind, more):
    case = await opened(centre, path, **more)
    read = await centre.supervisor.read(case)
    assert (read["procedure"], read["kind"], read["stage"]) == ("request", kind, "answer")
    assert read["request"]["door"] == kind
    assert read["proposed_kind"] is not None, "the system still proposes"
    owner = await centre.owner(case)
    said = {"verdict": "adopted"} if kind == "suggestion" else {}
    await owner.done(case, "answer", text="已答复", **said)
    await centre.carry()
    closed = await centre.supervisor.read(case)
    assert (closed["stage"], closed["outcome"]) == ("closed", "answered")
    assert closed["request"]["first_contact"] is True
    assert closed["request"]["service"] == more.get("service")


async def test_what_surely_is_a_complaint_goes_to_a_person_whatever_the_door(centre):
    case = await opened(centre, text=f"{DELAY},必须赔偿,我要投诉")
    read = await centre.supervisor.read(case)
    assert (read["stage"], read["proposed_kind"], read["procedure"]) == ("triage", "complaint", "request")
    [classified] = [one for one in await centre.supervisor.events(case) if one["kind"] == "classified"]
    assert classified["data"]["mismatch"] is True
    await (await centre.owner(case)).done(case, "classify", kind="complaint", category="delay")
    await centre.carry()
    read = await centre.supervisor.read(case)
    assert (read["procedure"], read["stage"], read["request"]["door"]) == ("complaint", "carry_out", "enquiry")


async def test_a_complaint_that_is_none_goes_on_as_a_request(centre):
    case = await centre.carried(ENQUIRY)
    read = await centre.supervisor.read(case)
    assert (read["procedure"], read["stage"]) == ("request", "answer")
    assert read["owner"] == centre.specialist.id or read["owner"] is not None
    assert read["request"]["door"] is None


async def test_a_request_turns_into_a_complaint_and_back_only_with_four_eyes(centre):
    case = await opened(centre)
    await (await centre.owner(case)).done(case, "turn-into-complaint", category="delay", why="客户不满")
    await centre.carry()
    assert (await centre.supervisor.read(case))["procedure"] == "complaint"
    handler = await centre.owner(case)
    is_problem(await handler.act(case, "classify", kind="enquiry"), 409)
    await handler.done(case, "turn-into-request", kind="enquiry", why="只是问价")
    await centre.carry()
    read = await centre.supervisor.read(case)
    assert (read["kind"], read["stage"], read["request"]["turn_asked"]) == ("complaint", "approval", "enquiry")
    is_problem(await handler.act(case, "agree-turn"), 403)
    await (await centre.owner(case)).done(case, "agree-turn")
    await centre.carry()
    read = await centre.supervisor.read(case)
    assert (read["procedure"], read["kind"], read["stage"]) == ("request", "enquiry", "answer")
    assert read["request"]["was"] == ["enquiry", "complaint"]
    kinds = [one["kind"] for one in await centre.supervisor.events(case)]
    assert [one for one in kinds if "turn" in one] == ["turned_into_complaint", "turn_asked", "turned_into_request"]


async def test_an_open_promise_keeps_a_request_open_and_in_a_queue(centre):
    case = await opened(centre)
    owner = await centre.owner(case)
    await owner.done(case, "promise", what="下午回电", by="2026-03-04T15:00:00+08:00")
    await owner.done(case, "answer", text="价格为 80 元")
    await centre.carry()
    read = await centre.supervisor.read(case)
    assert (read["stage"], read["closed_at"]) == ("promised", None)
    keeper = await centre.owner(case)
    assert case in [one["case"]["id"] for one in (await keeper.get("/queue")).json()["items"] if one["mine"]]
    [promise] = [one["promise"] for one in read["clocks"] if one["name"] == "promise"]
    await keeper.done(case, "keep-promise", promise=promise)
    await centre.carry()
    assert (await centre.supervisor.read(case))["stage"] == "closed"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/manual-services", {"text": "发货"}),
        ("/manual-services", {"text": "发货", "service": "teleport"}),
        ("/enquiries", {"text": "问", "kind": "complaint"}),
        ("/suggestions", {}),
        ("/consultations", {"text": " "}),
    ],
)
async def test_what_no_door_takes_changes_nothing(centre, path, said):
    before = await centre.counts()
    problem = is_problem(await centre.acceptor.post(path, said), 422)
    assert "teleport" not in str(problem)
    assert await centre.counts() == before


async def test_one_key_one_request(centre):
    answers = [await centre.acceptor.post("/enquiries", {"text": ENQUIRY}, key="k") for _ in range(3)]
    assert len({one.json()["id"] for one in answers}) == 1
    assert [one.headers["Idempotent-Replayed"] for one in answers] == ["false", "true", "true"]
