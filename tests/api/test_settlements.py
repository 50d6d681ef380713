"""Settlement with a customer over HTTP: limit, agreement, advance, vouchers with finance."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.values.people_terms import Role
from tests.api.centre import MANY, Centre, Person, is_problem
from tests.api.settling import DONE, WAYBILL, complaint, settlement

GOOD = {"declared_value": "800.00", "loss": "650.50", "freight": "20"}
PHOTOGRAPH = {"kind": "photograph", "reference": "archive/2026/4711.jpg", "sha256": "a" * 64}


async def test_a_settlement_goes_from_the_loss_to_the_money_on_the_customers_account(
    centre: Centre, finance: Person
) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "settle", **GOOD, evidence=[PHOTOGRAPH], note="外箱有撕裂")
    known = await settlement(handler, id_)
    assert (known["owed_at_most"], known["limit_basis"], known["currency"]) == ("650.50", "declared_value", "CNY")
    assert known["evidence"] == [PHOTOGRAPH]

    # Approved by somebody else: four eyes.
    assert (await handler.done(id_, "propose", remedy="按损失赔付", compensation="650.50"))["stage"] == "approval"
    await centre.carry()
    is_problem(await handler.act(id_, "approve"), 403)
    await (await centre.owner(id_)).done(id_, "approve")

    # 先行赔付, before the customer agreed to the whole, and without anybody found liable
    await handler.done(id_, "advance", amount="200", why="客户急需补货")
    agreed = {"amount": "650.50", "agreed_at": "2026-03-04T10:00:00+08:00", "how": "phone", "party": "consignee"}
    await handler.done(id_, "agree", **agreed, by="陈先生本人")
    await handler.done(id_, "carry-out", **DONE)

    # Finance has two vouchers, and pays what it confirmed.
    listed = (await finance.get("/payments", state="awaiting")).json()["items"]
    assert [(one["voucher"][-2:], one["kind"], one["amount"]) for one in listed] == [
        ("-1", "advance", "200.00"),
        ("-2", "compensation", "450.50"),
    ]
    is_problem(await finance.act(id_, "pay", payment=1, paid_on="2026-03-04", reference="ICBC-1"), 409)
    for number in (1, 2):
        await finance.done(id_, "confirm-voucher", payment=number)
        await finance.done(id_, "pay", payment=number, paid_on="2026-03-04", reference=f"ICBC-{number}")
    is_problem(await finance.act(id_, "pay", payment=1, paid_on="2026-03-04", reference="ICBC-9"), 409)
    known = await settlement(finance, id_)
    assert (known["paid"], known["committed"], known["agreed_amount"]) == ("650.50", "650.50", "650.50")
    assert {one["state"] for one in known["payments"]} == {"paid"}
    events = {one["kind"]: one for one in await centre.supervisor.events(id_)}
    assert events["agreed"]["said"] == {"by": "陈先生本人"}
    assert "陈" not in str(events["agreed"]["data"])
    assert events["paid"]["data"]["amount"] == "450.50"


async def test_who_accepts_the_outcome_agrees_to_what_it_pays_and_finance_waits_for_that(
    centre: Centre, finance: Person
) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付并致歉", compensation="80.00")
    await handler.done(id_, "carry-out", **DONE)
    await finance.done(id_, "confirm-voucher", payment=1)
    early = await finance.act(id_, "pay", payment=1, paid_on="2026-03-04", reference="ICBC-1")
    assert "has not agreed" in is_problem(early, 409)["detail"]
    await handler.done(id_, "feed-back", accepted=True, said="客户接受")
    await finance.done(id_, "pay", payment=1, paid_on="2026-03-04", reference="ICBC-1")
    assert (await settlement(finance, id_))["agreed_how"] == "feed_back"


async def test_what_the_customer_refuses_is_not_paid(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    await handler.done(id_, "carry-out", **DONE)
    await handler.done(id_, "feed-back", accepted=False, said="太少")
    await handler.done(id_, "propose", remedy="多赔", compensation="120")
    await handler.done(id_, "carry-out", **DONE)
    known = await settlement(finance, id_)
    assert [(one["amount"], one["state"]) for one in known["payments"]] == [
        ("80.00", "cancelled"),
        ("120.00", "awaiting"),
    ]
    assert known["committed"] == "120.00"
    is_problem(await finance.act(id_, "confirm-voucher", payment=1), 409)


async def test_a_payment_over_the_limit_in_two_halves_is_refused(centre: Centre) -> None:
    """Two complaints on one waybill have one limit."""
    first, handler = await complaint(centre)
    await handler.done(first, "settle", declared_value="300")
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    other = await centre.start("包裹里少了两件货,短少丢失,要求赔偿", waybill=WAYBILL)
    await centre.carry()
    if (await centre.supervisor.read(other))["stage"] == "triage":
        clerk = await centre.owner(other)
        await clerk.done(other, "classify", kind="complaint", category="loss")
        await centre.carry()
    colleague = await centre.owner(other)
    await colleague.done(other, "settle", declared_value="300")
    refused = is_problem(await colleague.act(other, "propose", remedy="赔付", compensation="150.01"), 409)
    assert "150.00 paid or promised on its waybill" in refused["detail"]
    assert (await centre.supervisor.read(other))["remedy"] is None
    # two halves are one sum for the authority as well
    half = await colleague.done(other, "propose", remedy="赔付", compensation="150.00")
    assert half["stage"] == "approval"
    await centre.supervisor.done(other, "approve")
    # 通融赔付: more than is owed, by a manager
    asked = await colleague.done(other, "propose", remedy="通融", compensation="160", goodwill=True)
    assert asked["stage"] == "approval"
    is_problem(await centre.supervisor.act(other, "approve"), 403)
    await centre.manager.done(other, "approve")


async def test_a_proposal_within_no_limit_is_not_carried_out_over_one_that_became_known(centre: Centre) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="100")
    await handler.done(id_, "settle", freight="20")
    refused = is_problem(await handler.act(id_, "carry-out", **DONE), 409)
    assert "60.00 owed at most" in refused["detail"]
    is_problem(await handler.act(id_, "advance", amount="10", why="急用"), 409)


async def test_a_voucher_that_came_back_is_the_same_money_again(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    await handler.done(id_, "carry-out", **DONE)
    await finance.done(id_, "return-voucher", payment=1, why="收款账号有误")
    assert (await settlement(finance, id_))["committed"] == "0.00"
    is_problem(await handler.act(id_, "voucher", payment=2), 409)
    await handler.done(id_, "voucher", payment=1)
    is_problem(await handler.act(id_, "voucher", payment=1), 409)
    known = await settlement(finance, id_)
    assert [(one["number"], one["state"]) for one in known["payments"]] == [(1, "awaiting")]


async def test_finance_alone_pays_and_never_what_it_handled(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    await handler.done(id_, "carry-out", **DONE)
    for one in (handler, centre.supervisor, centre.general_manager, centre.revisitor):
        is_problem(await one.act(id_, "confirm-voucher", payment=1), 403)
    is_problem(await finance.act(id_, "propose", remedy="再赔", compensation="10"), 403)
    is_problem(await finance.act(id_, "settle", loss="10"), 403)


@pytest.mark.parametrize(
    ("act", "said", "status"),
    [
        ("advance", {"amount": "80.01", "why": "急用"}, 409),
        ("advance", {"amount": "-5", "why": "急用"}, 422),
        ("advance", {"amount": "0.001", "why": "急用"}, 422),
        ("agree", {"amount": "79", "agreed_at": "2026-03-04T10:00:00+08:00", "how": "phone", "by": "陈"}, 409),
        ("agree", {"amount": "80", "agreed_at": "2001-03-04T10:00:00+08:00", "how": "phone", "by": "陈"}, 409),
        ("agree", {"amount": "80", "agreed_at": "2026-03-04T09:59:00+08:00", "how": "phone", "by": "陈"}, 409),
        ("agree", {"amount": "80", "agreed_at": "2026-03-05T09:00:00+08:00", "how": "phone", "by": "陈"}, 409),
        ("settle", {"evidence": [{"kind": "photograph", "reference": "陈先生 身份证.jpg"}]}, 422),
        ("settle", {"declared_value": "NaN"}, 422),
        ("settle", {"loss": "12345678901.00"}, 422),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(
    centre: Centre, act: str, said: dict[str, Any], status: int
) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    before = await centre.counts()
    problem = is_problem(await handler.act(id_, act, **said), status)
    assert "陈" not in str(problem)
    assert await centre.counts() == before


@pytest.mark.parametrize("paid_on", ["2026-03-03", "2026-03-05", "0001-01-01", "9999-12-31", "yesterday"])
async def test_the_day_of_payment_is_plausible(centre: Centre, finance: Person, paid_on: str) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    await handler.done(id_, "carry-out", **DONE)
    await handler.done(id_, "feed-back", accepted=True, said="接受")
    await finance.done(id_, "confirm-voucher", payment=1)
    is_problem(await finance.act(id_, "pay", payment=1, paid_on=paid_on, reference="B-1"), 409, 422)


async def test_fifty_identical_requests_pay_once(centre: Centre, finance: Person) -> None:
    """With a key, and without one: the version moves with every act about money."""
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="100")
    version = (await handler.read(id_))["version"]
    advances = (handler.act(id_, "advance", amount="40", why="急用", version=version) for _ in range(MANY))
    answers = await asyncio.gather(*advances)
    assert sorted(one.status_code for one in answers) == [200] + [409] * (MANY - 1)
    version = (await handler.read(id_))["version"]
    keyed = (handler.act(id_, "advance", amount="30", why="急用", version=version, key="once") for _ in range(MANY))
    assert {one.status_code for one in await asyncio.gather(*keyed)} == {200}
    await finance.done(id_, "confirm-voucher", payment=1)
    version = (await finance.read(id_))["version"]
    pay = {"payment": 1, "paid_on": "2026-03-04", "reference": "B-1", "version": version}
    answers = await asyncio.gather(*(finance.act(id_, "pay", **pay) for _ in range(MANY)))
    assert [one.status_code for one in answers].count(200) == 1
    known = await settlement(finance, id_)
    assert (known["committed"], known["paid"]) == ("70.00", "40.00")
    assert len(known["payments"]) == 2


async def test_who_deals_with_no_money_finds_no_list_of_it(centre: Centre, finance: Person) -> None:
    auditor = await centre.hire("auditor", Role.AUDITOR)
    for path in ("/payments", "/reports/recharges"):
        for one in (finance, auditor, centre.supervisor, centre.general_manager):
            assert (await one.get(path)).status_code == 200
        for one in (centre.handler, centre.revisitor, centre.web_form):
            is_problem(await one.get(path), 404)
    is_problem(await centre.web_form.get("/payments"), 404)


async def test_payments_are_paged_by_when_they_are_due(centre: Centre, finance: Person) -> None:
    for number in range(3):
        id_, handler = await complaint(centre, waybill=f"SD{number}")
        await handler.done(id_, "propose", remedy="赔付", compensation="80")
        await handler.done(id_, "carry-out", **DONE)
    first = (await finance.get("/payments", limit=2)).json()
    rest = (await finance.get("/payments", limit=2, cursor=first["next"])).json()
    assert len({one["voucher"] for one in (*first["items"], *rest["items"])}) == 3
    assert rest["next"] is None
    for wrong in ("x", "e30=", "WzFd", "WyIyMDI2IiwgIngiLCAxXQ==", "é"):
        is_problem(await finance.get("/payments", cursor=wrong), 422)


async def test_finance_is_reminded_and_missed_once_even_after_the_case_is_closed(
    centre: Centre, finance: Person
) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    await handler.done(id_, "carry-out", **DONE)
    await handler.done(id_, "feed-back", accepted=True, said="接受")
    await centre.carry()
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=5)
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert case["stage"] == "closed"
    [clock] = [one for one in case["clocks"] if one["name"] == "payment"]
    assert clock["state"] == "running"
    for _ in range(3):
        await centre.move(timedelta(days=7))
        await centre.carry()
    said = [one["data"]["clocks"] for one in await centre.supervisor.events(id_) if one["kind"] == "overdue"]
    assert said == [["payment"]]
    await finance.done(id_, "confirm-voucher", payment=1)
    today = (await centre.now()).date().isoformat()
    await finance.done(id_, "pay", payment=1, paid_on=today, reference="B-1")
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["overdue"], case["next_deadline"]) == ("closed", False, None)
