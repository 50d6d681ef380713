"""Money of several cases on one waybill, over HTTP: one sum and one limit, however its cases are classified."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from flows.rulebook.changing import propose
from flows.rulebook.loading import read
from flows.staffing import staff_named
from models.case import cases
from tests.api.centre import Centre, Person, is_problem, reasons
from tests.api.settling import DONE, WAYBILL, complaint, settlement

LOSS = "包裹里少了两件货,短少丢失,要求赔偿"


async def other(centre: Centre) -> tuple[str, Person]:
    """A complaint about a loss on the same waybill, in its handler's hands."""
    id_ = await centre.carried(LOSS, waybill=WAYBILL)
    if (await centre.supervisor.read(id_))["stage"] == "triage":
        clerk = await centre.owner(id_)
        await clerk.done(id_, "classify", kind="complaint", category="loss")
        await centre.carry()
    return id_, await centre.owner(id_)


async def test_a_case_whose_money_is_under_way_is_not_linked_away_by_a_correction(
    centre: Centre, finance: Person
) -> None:
    first, handler = await complaint(centre)
    second, colleague = await other(centre)
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    now = (await centre.now()).isoformat()
    await handler.done(first, "agree", amount="150", agreed_at=now, how="phone", by="陈先生")
    await handler.done(first, "advance", amount="100", why="急用")
    assert (await handler.done(first, "classify", kind="complaint", category="loss"))["stage"] == "carry_out"
    event = (await centre.supervisor.events(first))[-1]
    assert "compensation of this one is under way: not linked" in reasons(event)
    assert "不并案" in reasons(event)
    await centre.carry()
    # what is left of it counts, and finance goes on
    await colleague.done(second, "propose", remedy="赔付", compensation="60")
    event = (await centre.supervisor.events(second))[-1]
    assert (event["data"]["total"], event["data"]["approval"]) == ("210.00", True)
    await finance.done(first, "confirm-voucher", payment=1)
    await centre.supervisor.done(first, "carry-out", **DONE)
    assert [one["amount"] for one in (await settlement(finance, first))["payments"]] == ["100.00", "50.00"]


async def test_what_was_linked_away_before_is_paid_and_counts(centre: Centre, finance: Person) -> None:
    first, handler = await complaint(centre)
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    await handler.done(first, "advance", amount="100", why="急用")
    second, colleague = await other(centre)
    async with centre.engine.begin() as connection:
        away = {"stage": "linked", "linked_to": UUID(second), "owner_id": None}
        await connection.execute(update(cases).where(cases.c.id == UUID(first)).values(away))
    await finance.done(first, "return-voucher", payment=1, why="账号有误")
    await centre.supervisor.done(first, "voucher", payment=1)
    await finance.done(first, "confirm-voucher", payment=1)
    await finance.done(first, "pay", payment=1, paid_on="2026-03-04", reference="B-1")
    await colleague.done(second, "propose", remedy="赔付", compensation="60")
    assert (await centre.supervisor.events(second))[-1]["data"]["total"] == "210.00"


async def test_what_only_was_refused_links_no_less(centre: Centre) -> None:
    first, handler = await complaint(centre)
    await other(centre)
    await handler.done(first, "propose", remedy="赔付", compensation="1500")
    is_problem(await handler.act(first, "classify", kind="complaint", category="loss"), 403, 409)
    await centre.supervisor.done(first, "reject", why="过高")
    assert (await handler.done(first, "classify", kind="complaint", category="loss"))["stage"] == "linked"


async def refused(who: Person, id_: str, act: str, sentence: str, status: int = 409, **said: Any) -> None:
    assert sentence in is_problem(await who.act(id_, act, **said), status)["detail"]


async def test_another_declared_value_on_the_next_case_makes_no_room_under_the_limit(centre: Centre) -> None:
    first, handler = await complaint(centre)
    second, colleague = await other(centre)
    await handler.done(first, "settle", declared_value="100")
    await handler.done(first, "propose", remedy="赔付", compensation="100")
    await refused(colleague, second, "propose", "100.00 owed at most", remedy="赔付", compensation="90")
    await colleague.done(second, "settle", declared_value="190", freight="70")
    event = (await centre.supervisor.events(second))[-1]
    assert "the lower one binds" in reasons(event)
    assert "以较低者为准" in reasons(event)
    known = await settlement(colleague, second)
    assert (known["declared_value"], known["owed_at_most"], event["data"]["owed_at_most"]) == (
        "190.00",
        "100.00",
        "100.00",
    )
    await refused(colleague, second, "propose", "100.00 owed at most", remedy="赔付", compensation="90")
    # nor on the case itself, once money was promised by it
    for one in (handler, centre.supervisor):
        await refused(one, first, "settle", "a correction for level 2", 403, declared_value="190", note="更正")
    await refused(centre.manager, first, "settle", "say why", declared_value="190")
    await handler.done(first, "settle", declared_value="100", loss="100", note="补充")
    await handler.done(first, "settle", declared_value="95")
    await refused(handler, first, "carry-out", "95.00 owed at most", **DONE)


async def test_an_honest_mistake_is_corrected(centre: Centre) -> None:
    """By anybody before money was promised by it; later by a level of authority, with a reason; also after closing."""
    first, handler = await complaint(centre)
    second, colleague = await other(centre)
    await handler.done(first, "settle", declared_value="10")
    await handler.done(first, "settle", declared_value="100")
    await handler.done(first, "propose", remedy="赔付", compensation="100")
    await colleague.done(second, "settle", declared_value="1000")
    await handler.done(first, "carry-out", **DONE)
    await handler.done(first, "feed-back", accepted=True, said="接受")
    await centre.carry()
    await centre.revisitor.done(first, "survey", solved=True, satisfaction=4)
    await centre.carry()
    assert (await centre.supervisor.read(first))["stage"] == "closed"
    await refused(colleague, second, "propose", "100.00 owed at most", remedy="赔付", compensation="900")
    await refused(centre.supervisor, first, "settle", "level 2 or above", 403, declared_value="1000", note="运单")
    await centre.manager.done(first, "settle", declared_value="1000", note="运单保价为一千元，录入有误")
    assert (await settlement(colleague, second))["owed_at_most"] == "1000.00"
    await colleague.done(second, "propose", remedy="赔付", compensation="900")


async def dollars(centre: Centre) -> None:
    """From now on new cases are settled in another currency."""
    content = json.loads(read())
    content["settlement"]["currency"] = "USD"
    async with centre.engine.begin() as connection:
        actor = await staff_named(connection, "supervisor", centre.office.desk.policies.current)
        made = await propose(connection, centre.office.desk, json.dumps(content), actor, "结算币种调整")
    assert (await centre.manager.post(f"/rulebooks/{made.hash}/approve", {})).status_code == 200
    centre.office.refreshed_at = 0.0


async def test_what_a_waybill_has_in_another_currency_is_neither_added_nor_a_limit(
    centre: Centre, finance: Person
) -> None:
    first, handler = await complaint(centre)
    await handler.done(first, "settle", declared_value="180")
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    await handler.done(first, "carry-out", **DONE)
    await dollars(centre)
    second, colleague = await other(centre)
    known = await settlement(colleague, second)
    assert [known[name] for name in ("currency", "owed_at_most", "elsewhere", "other_currencies")] == [
        "USD",
        None,
        "0.00",
        ["CNY"],
    ]
    assert (await colleague.done(second, "propose", remedy="赔付", compensation="30"))["stage"] == "approval"
    event = (await centre.supervisor.events(second))[-1]
    assert (event["data"]["total"], event["data"]["level"], event["data"]["currency"]) == ("30", 2, "USD")
    assert "promises in CNY" in reasons(event)
    assert "180" not in reasons(event)
    is_problem(await centre.supervisor.act(second, "approve"), 403)
    await centre.manager.done(second, "approve")
    await colleague.done(second, "carry-out", **DONE)
    (paid,) = (await settlement(finance, second))["payments"]
    assert (paid["amount"], paid["currency"]) == ("30.00", "USD")
    assert (await settlement(finance, first))["other_currencies"] == ["USD"]


@pytest.mark.parametrize("carried", [False, True])
async def test_nor_what_went_to_the_caller(centre: Centre, carried: bool) -> None:
    by = {"waybill": None, "caller": {"name": "陈志明", "phone": "+8613907318264"}}
    first, handler = await complaint(centre, **by)
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    if carried:
        await handler.done(first, "carry-out", **DONE)
    await dollars(centre)
    second, colleague = await complaint(centre, **by)
    assert (await colleague.done(second, "propose", remedy="赔付", compensation="60"))["stage"] == "approval"
    event = (await centre.supervisor.events(second))[-1]
    assert (event["data"]["total"], event["data"]["level"]) == ("60", 2)
    await centre.manager.done(second, "reject", why="过高")
    assert (await colleague.done(second, "propose", remedy="致歉"))["stage"] == "carry_out", "no money, no currency"


async def test_what_came_in_another_currency_since_is_proposed_anew(centre: Centre) -> None:
    first, handler = await complaint(centre)
    await dollars(centre)
    second, colleague = await other(centre)
    assert (await colleague.done(second, "propose", remedy="赔付", compensation="30"))["stage"] == "carry_out"
    await handler.done(first, "settle", declared_value="20")
    await refused(colleague, second, "carry-out", "in another currency: propose again", **DONE)
    assert (await colleague.done(second, "propose", remedy="赔付", compensation="30"))["stage"] == "approval"
    await centre.manager.done(second, "approve")
    await colleague.done(second, "carry-out", **DONE)
