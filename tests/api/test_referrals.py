"""Referrals of the regulator (12305) over HTTP: linked or opened, on a clock of their own, answered with a dossier."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.values.people_terms import Role
from tests.api.centre import ENQUIRY, MANY, UNCLEAR, Centre, is_problem
from tests.api.incidents import first
from tests.fixtures.paper import read_back

WAYBILL = "SD202603180001"
CALLER = {"name": "欧阳明月", "phone": "13912345678"}
WORDS = "快递延误了八天,请联系 13912345678 欧阳明月"


def referral(**more: Any) -> dict[str, Any]:
    return {"number": "12305-2026-0001", "text": "用户申诉快递延误,请于期限内处理并答复", "waybill": WAYBILL} | more


async def referred(centre: Centre, **more: Any) -> dict[str, Any]:
    answer = await centre.acceptor.post("/referrals", referral(**more))
    assert answer.status_code == 202, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


async def to_its_end(centre: Centre, id_: str) -> None:
    """A complaint at carry-out."""
    handler = await centre.owner(id_)
    await handler.done(id_, "propose", remedy="道歉")
    await handler.done(id_, "carry-out", method="admit_error", finding="已查")
    await handler.done(id_, "feed-back", accepted=True, said="接受")
    await centre.carry()
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=4)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "closed"


async def test_a_referral_links_to_its_complaint_and_starts_a_clock_of_its_own(centre: Centre) -> None:
    id_ = await centre.carried(waybill=WAYBILL)
    taken = await referred(centre, waybill=WAYBILL.lower())
    assert (taken["id"], taken["opened"]) == (id_, False)
    case = await centre.supervisor.read(id_)
    assert case["urgent"] == ["regulator"]
    [clock] = [one for one in case["clocks"] if one["name"] == "regulator"]
    assert (clock["due_at"], clock["state"]) == (taken["due_at"], "running")
    queue = (await (await centre.owner(id_)).get("/queue")).json()["items"]
    assert "regulator" in queue[0]["reason"]["en"]


async def test_a_referral_without_its_complaint_opens_one_that_stays_urgent(centre: Centre) -> None:
    taken = await referred(centre, text="快递延误了,说好三天到,现在八天了还没送到", caller=CALLER)
    assert taken["opened"]
    await centre.carry()
    case = await centre.supervisor.read(taken["id"])
    assert (case["category"], case["urgent"], case["waybill"]) == ("delay", ["regulator"], WAYBILL)
    assert (await centre.supervisor.events(taken["id"]))[0]["kind"] == "received"


@pytest.mark.parametrize("text", [ENQUIRY, UNCLEAR])
async def test_what_the_regulator_refers_is_a_complaint_however_it_reads(centre: Centre, text: str) -> None:
    taken = await referred(centre, text=text)
    id_ = taken["id"]
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["procedure"], case["kind"], case["category"], case["stage"]) == (
        "complaint",
        "complaint",
        None,
        "triage",
    )
    clerk = await centre.owner(id_)
    refused = is_problem(await clerk.act(id_, "classify", kind="enquiry"), 409)
    assert "the regulator waits" in refused["detail"]
    await clerk.done(id_, "classify", kind="complaint", category="delay")
    assert (await referred(centre, number="R-2", case_number=case["number"]))["id"] == id_
    await centre.carry()
    owner = await centre.owner(id_)
    await owner.done(id_, "answer-regulator", referral=taken["referral"], text="已妥善处理")


async def test_a_closed_complaint_is_handled_again_one_level_higher(centre: Centre) -> None:
    id_ = await centre.carried(waybill=WAYBILL)
    await to_its_end(centre, id_)
    assert (await referred(centre))["id"] == id_
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["level"], case["reopenings"], case["closed_at"]) == ("carry_out", 1, 1, None)


async def test_a_referral_names_its_complaint_by_number_or_reference(centre: Centre) -> None:
    by_number = await centre.carried(waybill="A1")
    by_reference = await centre.carried(waybill="A2", reference="web-77")
    number = (await centre.supervisor.read(by_number))["number"]
    assert (await referred(centre, number="R1", waybill="A2", case_number=number))["id"] == by_number
    assert (await referred(centre, number="R2", waybill="A9", reference="web-77"))["id"] == by_reference
    is_problem(await centre.acceptor.post("/referrals", referral(number="R3", case_number=999_999)), 404)


async def test_the_day_a_referral_names_goes_before_the_rulebooks(centre: Centre) -> None:
    taken = await referred(centre, due_at="2026-03-09T18:00:00+08:00")
    assert taken["due_at"] == "2026-03-09T10:00:00Z"


async def test_fifty_times_one_referral_is_one(centre: Centre) -> None:
    before = (await centre.counts())["cases"]
    answers = await asyncio.gather(*(centre.acceptor.post("/referrals", referral()) for _ in range(MANY)))
    assert len({one.json()["id"] for one in answers}) == 1
    assert [one.headers["Idempotent-Replayed"] for one in answers].count("false") == 1
    counts = await centre.counts()
    assert (counts["cases"] - before, counts["referrals"]) == (1, 1)
    [clock] = [
        one for one in (await centre.supervisor.read(answers[0].json()["id"]))["clocks"] if one["name"] == "regulator"
    ]
    assert clock["state"] == "running"


async def test_a_number_that_is_known_names_no_other_case(centre: Centre) -> None:
    """Whoever says so; and nothing of it is taken for a repetition, or kept."""
    ids = [await centre.carried(waybill=waybill) for waybill in ("A1", "A2", "A3")]
    mine, other, _ = [(await centre.supervisor.read(id_))["number"] for id_ in ids]
    taken = await referred(centre, waybill="A1", case_number=mine)
    before = await centre.counts()
    named = (
        {"case_number": other},
        {"case_number": 999_999},
        {"waybill": "A2"},
        {"waybill": "A4", "reference": "web-9"},
    )
    for said, status in zip(named, (409, 409, 409, 202), strict=True):
        answer = await centre.handler.post("/referrals", referral(text="另一件", **said))
        if status == 202:
            assert (answer.json()["id"], answer.headers["Idempotent-Replayed"]) == (taken["id"], "true")
        else:
            assert f"was recorded for case {mine}" in is_problem(answer, status)["detail"]
    assert await centre.counts() == before
    assert await referred(centre, waybill="A1") == taken
    assert await referred(centre, case_number=mine) == taken


async def test_a_repetition_that_names_what_was_linked_to_its_case_is_one(centre: Centre) -> None:
    main = await centre.carried(waybill=WAYBILL)
    linked = await centre.carried(waybill=WAYBILL)
    number = (await centre.supervisor.read(linked))["number"]
    taken = await referred(centre, case_number=number)
    assert taken["id"] == main
    assert await referred(centre, case_number=number) == taken


async def test_the_first_answer_to_a_key_is_given_again_whatever_came_in_since(centre: Centre) -> None:
    said = referral(waybill="A1", reference="web-1")
    taken = await centre.acceptor.post("/referrals", said, key="once")
    async with centre.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE cases SET waybill = NULL, reference = NULL")
    await centre.carried(waybill="A1")
    again = await centre.acceptor.post("/referrals", said, key="once")
    assert (again.status_code, again.json()) == (202, taken.json())


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"received_at": "2026-03-05T10:00:00+08:00"}, 422),
        ({"due_at": "2026-03-01T10:00:00+08:00"}, 422),
        ({"number": "编号 1"}, 422),
        ({"text": " "}, 422),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(centre: Centre, said: dict[str, Any], status: int) -> None:
    before = await centre.counts()
    is_problem(await centre.acceptor.post("/referrals", referral(**said)), status)
    is_problem(await centre.revisitor.post("/referrals", referral()), 403)
    assert await centre.counts() == before


async def test_the_regulator_is_answered_once_and_the_clock_fires_once_even_on_a_closed_case(centre: Centre) -> None:
    id_ = await centre.carried(waybill=WAYBILL)
    taken = await referred(centre)
    await to_its_end(centre, id_)
    for _ in range(3):
        await centre.move(timedelta(days=10))
        await centre.carry()
    missed = [one["data"]["clocks"] for one in await centre.supervisor.events(id_) if one["kind"] == "overdue"]
    assert missed == [["regulator"]]
    is_problem(await centre.handler.act(id_, "answer-regulator", referral="R9", text="x"), 409)
    is_problem(await centre.revisitor.act(id_, "answer-regulator", referral=taken["referral"], text="x"), 403)
    await centre.handler.done(id_, "answer-regulator", referral=taken["referral"], text="已妥善处理")
    is_problem(await centre.handler.act(id_, "answer-regulator", referral=taken["referral"], text="再答"), 409)
    case = await centre.supervisor.read(id_)
    assert [one["state"] for one in case["clocks"] if one["name"] == "regulator"] == ["missed"]
    assert (case["overdue"], case["next_deadline"]) == (False, None)


async def test_a_referral_about_a_complaint_under_an_incident_goes_to_the_complaint(centre: Centre) -> None:
    id_ = await centre.carried(WORDS, waybill=WAYBILL)
    handler = await centre.owner(id_)
    await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
    incident = (await centre.hub.post("/incidents", first(waybills=[WAYBILL]))).json()["id"]
    await centre.carry()
    await handler.done(id_, "join", incident=incident)
    taken = await referred(centre)
    assert (taken["id"], taken["opened"]) == (id_, False)
    await handler.done(id_, "answer-regulator", referral=taken["referral"], text="已妥善处理")


async def dossier(centre: Centre, who: str, id_: str) -> str:
    """The text of the PDF."""
    answer = await centre.people[who].get(f"/cases/{id_}/dossier")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return read_back(answer.content)


async def test_a_dossier_tells_timeline_deadlines_evidence_and_proof_in_both_languages(centre: Centre) -> None:
    id_ = await centre.carried(WORDS, waybill=WAYBILL, caller=CALLER, recording="rec/4711")
    handler = await centre.owner(id_)
    await referred(centre)
    await handler.done(id_, "settle", freight="20", evidence=[{"kind": "invoice", "reference": "inv/9"}])
    told = await dossier(centre, handler.name, id_)
    events = await centre.supervisor.events(id_)
    for wanted in (
        "快递 express",
        "电话 phone",
        "监管转办 regulator",
        "工单档案",
        "Case dossier",
        "12305-2026-0001",
        "法定期限",
        "监管转办",
        "rec/4711",
        "inv/9",
        "sound",
        "redress ledger verify",
        f"事项数 events {len(events)}",
    ):
        assert wanted in told.replace("\n", " "), wanted
    assert CALLER["phone"] in told
    async with centre.engine.begin() as connection:
        head = (await connection.exec_driver_sql("SELECT encode(head, 'hex') FROM cases")).scalar_one()
    assert head in told.replace("\n", "")


async def test_a_dossier_is_masked_for_those_who_need_not_call(centre: Centre) -> None:
    id_ = await centre.carried(WORDS, waybill=WAYBILL, caller=CALLER)
    await centre.hire("auditor", Role.AUDITOR)
    told = await dossier(centre, "auditor", id_)
    assert "masked" in told
    for secret in (CALLER["phone"], CALLER["name"]):
        assert secret not in told


async def test_who_agreed_is_named_to_nobody_who_need_not_call(centre: Centre) -> None:
    id_ = await centre.carried(WORDS, waybill=WAYBILL)
    handler = await centre.owner(id_)
    await handler.done(id_, "propose", remedy="赔付", compensation="50.00")
    agreed = {"amount": "50.00", "agreed_at": (await centre.now()).isoformat(), "how": "phone", "by": "欧阳小姐"}
    await handler.done(id_, "agree", **agreed)
    await centre.hire("auditor", Role.AUDITOR)
    assert "欧阳小姐" in await dossier(centre, handler.name, id_)
    assert "欧阳小姐" not in await dossier(centre, "auditor", id_)


async def test_who_reads_a_dossier_is_on_record_and_others_get_none(centre: Centre) -> None:
    id_ = await centre.carried(waybill=WAYBILL, about_staff=[centre.colleague.id])
    await dossier(centre, "supervisor", id_)
    async with centre.engine.begin() as connection:
        rows = (await connection.exec_driver_sql("SELECT staff_id, kind, case_id::text FROM accesses")).all()
    assert [tuple(row) for row in rows] == [(centre.supervisor.id, "dossier", id_)]
    is_problem(await centre.revisitor.get(f"/cases/{id_}/dossier"), 403)
    is_problem(await centre.colleague.get(f"/cases/{id_}/dossier"), 404)
    is_problem(await centre.web_form.get(f"/cases/{id_}/dossier"), 404)


async def test_a_dossier_says_where_the_ledger_was_changed(centre: Centre) -> None:
    id_ = await centre.carried(waybill=WAYBILL)
    async with centre.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE events SET data = '{}' WHERE seq = 2")
    told = await dossier(centre, "supervisor", id_)
    assert "TAMPERED" in told
    assert "#2: this event, or one before it, was changed" in told
