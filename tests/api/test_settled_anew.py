"""Money of a proposal that is dropped, over HTTP: never paid beside what is proposed next; and who agrees late."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.settling import DAMAGE, DONE, WAYBILL, complaint, settlement

WITHDRAWN: dict[str, Any] = {"message": "不投诉了", "channel": "phone", "sent_at": "2026-03-04T10:00:00+08:00"}
PAY = {"paid_on": "2026-03-04", "reference": "B-1"}


async def carried_out(id_: str, handler: Person, amount: str) -> None:
    assert (await handler.done(id_, "propose", remedy="赔付", compensation=amount))["stage"] == "carry_out"
    await handler.done(id_, "carry-out", **DONE)


async def states(who: Person, id_: str) -> list[tuple[str, str]]:
    return [(one["amount"], one["state"]) for one in (await settlement(who, id_))["payments"]]


async def closed_unverified(centre: Centre, id_: str, handler: Person) -> None:
    """Nobody reaches the customer: a written answer, and the case is closed."""
    while (await handler.done(id_, "contact", outcome="no_answer"))["stage"] == "feed_back":
        await centre.move(timedelta(days=1))
    await centre.supervisor.done(id_, "answer", text="书面答复")
    await centre.carry()
    case = await centre.supervisor.read(id_)
    if case["stage"] == "confirmation":
        await centre.supervisor.done(id_, "confirm")
        await centre.carry()
        case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "unverified")


async def test_reopened_what_nobody_agreed_to_is_not_paid_beside_the_new_proposal(
    centre: Centre, finance: Person
) -> None:
    id_, handler = await complaint(centre)
    await carried_out(id_, handler, "50")
    await closed_unverified(centre, id_, handler)
    await centre.supervisor.done(id_, "reopen", why="客户来电")
    case = await centre.supervisor.read(id_)
    assert (float(case["paid"]), await states(centre.supervisor, id_)) == (0, [("50.00", "cancelled")])
    await carried_out(id_, centre.supervisor, "50")
    await centre.supervisor.done(id_, "feed-back", accepted=True, said="接受")
    assert await states(centre.supervisor, id_) == [("50.00", "cancelled"), ("50.00", "awaiting")]
    is_problem(await finance.act(id_, "confirm-voucher", payment=1), 409)


async def test_a_repeat_that_reopens_it_cancels_what_nobody_agreed_to(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await carried_out(id_, handler, "50")
    await closed_unverified(centre, id_, handler)
    await complaint_again(centre)
    assert (await centre.supervisor.read(id_))["stage"] == "carry_out"
    assert await states(centre.supervisor, id_) == [("50.00", "cancelled")]
    event = next(one for one in await centre.supervisor.events(id_) if one["kind"] == "reopened")
    assert event["data"]["payments_cancelled"] == [1]


async def complaint_again(centre: Centre) -> None:
    """The same cause on the same waybill."""
    id_ = await centre.carried(DAMAGE, waybill=WAYBILL)
    if (await centre.supervisor.read(id_))["stage"] == "triage":
        await centre.supervisor.done(id_, "classify", kind="complaint", category="damage")
    await centre.carry()


async def test_a_referral_that_reopens_it_cancels_what_nobody_agreed_to(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await carried_out(id_, handler, "50")
    await closed_unverified(centre, id_, handler)
    number = (await centre.supervisor.read(id_))["number"]
    answer = await centre.supervisor.post("/referrals", {"number": "R-1", "text": "转办", "case_number": number})
    assert answer.status_code in (200, 201, 202), answer.text
    assert await states(centre.supervisor, id_) == [("50.00", "cancelled")]


async def test_refused_what_finance_only_confirmed_is_not_paid(centre: Centre, finance: Person) -> None:
    """It cannot have been: paying takes an agreement."""
    id_, handler = await complaint(centre)
    await carried_out(id_, handler, "80")
    await finance.done(id_, "confirm-voucher", payment=1)
    await handler.done(id_, "feed-back", accepted=False, said="太少")
    await carried_out(id_, handler, "120")
    await handler.done(id_, "feed-back", accepted=True, said="接受")
    assert await states(centre.supervisor, id_) == [("80.00", "cancelled"), ("120.00", "awaiting")]
    is_problem(await finance.act(id_, "pay", payment=1, **PAY), 409)


async def accepted(centre: Centre, finance: Person, amount: str) -> str:
    """At the revisit of an accepted outcome, its voucher confirmed."""
    id_, handler = await complaint(centre)
    await carried_out(id_, handler, amount)
    await handler.done(id_, "feed-back", accepted=True, said="接受")
    await finance.done(id_, "confirm-voucher", payment=1)
    await centre.carry()
    return id_


async def test_unsolved_what_came_back_is_never_sent_again(centre: Centre, finance: Person) -> None:
    id_ = await accepted(centre, finance, "200")
    await finance.done(id_, "return-voucher", payment=1, why="账号有误")
    await centre.revisitor.done(id_, "survey", solved=False, satisfaction=1)
    assert await states(centre.supervisor, id_) == [("200.00", "cancelled")]
    await carried_out(id_, centre.supervisor, "200")
    is_problem(await centre.supervisor.act(id_, "voucher", payment=1), 409)


async def test_what_finance_may_be_paying_stands_and_counts(centre: Centre, finance: Person) -> None:
    id_ = await accepted(centre, finance, "200")
    await centre.revisitor.done(id_, "survey", solved=False, satisfaction=1)
    assert await states(centre.supervisor, id_) == [("200.00", "confirmed")]
    await centre.supervisor.done(id_, "propose", remedy="赔付", compensation="1900")
    event = (await centre.supervisor.events(id_))[-1]
    assert (event["data"]["total"], event["data"]["level"]) == ("2100.00", 2)
    await finance.done(id_, "return-voucher", payment=1, why="账号有误")
    assert await states(centre.supervisor, id_) == [("200.00", "cancelled")], "no proposal stands for it any more"


async def test_an_advance_that_came_back_is_no_part_of_the_next_proposal(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await handler.done(id_, "propose", remedy="赔付", compensation="200")
    await handler.done(id_, "advance", amount="200", why="急用")
    await finance.done(id_, "return-voucher", payment=1, why="账号有误")
    await carried_out(id_, handler, "200")
    is_problem(await handler.act(id_, "voucher", payment=1), 409)
    assert await states(centre.supervisor, id_) == [("200.00", "cancelled"), ("200.00", "awaiting")]


@pytest.mark.parametrize("agreed", [True, False])
async def test_withdrawn_what_was_not_agreed_to_goes_and_what_was_stays(
    centre: Centre, finance: Person, agreed: bool
) -> None:
    id_ = await centre.carried(DELAY)
    handler = await centre.owner(id_)
    await carried_out(id_, handler, "80")
    if agreed:
        await handler.done(id_, "feed-back", accepted=True, said="接受")
    await centre.supervisor.done(id_, "withdraw", **WITHDRAWN)
    assert await states(centre.supervisor, id_) == [("80.00", "awaiting" if agreed else "cancelled")]
    assert ((await centre.supervisor.read(id_))["remedy"] is not None) == agreed


@pytest.mark.parametrize("advanced", [False, True])
async def test_withdrawn_before_it_is_carried_out_what_was_agreed_to_goes_to_finance(
    centre: Centre, finance: Person, advanced: bool
) -> None:
    id_ = await centre.carried(DELAY)
    handler = await centre.owner(id_)
    await handler.done(id_, "propose", remedy="赔付", compensation="150")
    now = (await centre.now()).isoformat()
    await handler.done(id_, "agree", amount="150", agreed_at=now, how="phone", by="陈先生")
    if advanced:
        await handler.done(id_, "advance", amount="100", why="急用")
    await centre.supervisor.done(id_, "withdraw", **WITHDRAWN)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "closed"
    asked = ["100.00", "50.00"] if advanced else ["150.00"]
    assert await states(centre.supervisor, id_) == [(amount, "awaiting") for amount in asked]
    for number in range(1, len(asked) + 1):
        await finance.done(id_, "confirm-voucher", payment=number)
        await finance.done(id_, "pay", payment=number, **PAY)
    event = next(one for one in await centre.supervisor.events(id_) if one["kind"] == "withdrawn")
    assert event["data"]["with_finance"]["amount"] == asked[-1]


async def test_withdrawn_nothing_goes_to_finance_that_carrying_out_would_refuse(centre: Centre) -> None:
    """Neither over a limit that became known, nor twice."""
    id_ = await centre.carried(DELAY)
    handler = await centre.owner(id_)
    await handler.done(id_, "propose", remedy="赔付", compensation="150")
    now = (await centre.now()).isoformat()
    await handler.done(id_, "agree", amount="150", agreed_at=now, how="phone", by="陈先生")
    await handler.done(id_, "settle", declared_value="100")
    refused = is_problem(await centre.supervisor.act(id_, "withdraw", **WITHDRAWN), 409)
    assert "100.00 owed at most" in refused["detail"]
    await handler.done(id_, "propose", remedy="赔付", compensation="100")
    await handler.done(id_, "agree", amount="100", agreed_at=now, how="phone", by="陈先生")
    await handler.done(id_, "carry-out", **DONE)
    await centre.supervisor.done(id_, "withdraw", **WITHDRAWN)
    assert await states(centre.supervisor, id_) == [("100.00", "awaiting")]


async def test_who_agrees_after_the_case_is_closed_is_paid(centre: Centre, finance: Person) -> None:
    id_, handler = await complaint(centre)
    await carried_out(id_, handler, "50")
    await closed_unverified(centre, id_, handler)
    now = await centre.now()
    agreed = {"amount": "50", "agreed_at": now.isoformat(), "how": "phone", "by": "陈先生"}
    await centre.supervisor.done(id_, "agree", **agreed)
    again = is_problem(await centre.supervisor.act(id_, "agree", **agreed), 409)
    assert "no payment waits" in again["detail"]
    await finance.done(id_, "confirm-voucher", payment=1)
    await finance.done(id_, "pay", payment=1, paid_on=now.date().isoformat(), reference="B-1")
    assert await states(centre.supervisor, id_) == [("50.00", "paid")]
