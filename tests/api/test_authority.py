"""Money over HTTP: payments on one waybill or to one customer count together, also at once; units and deputies."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from flows.customers.identity import phone_key
from flows.roster import add_absence, change
from models.case import cases
from models.customer import customers, phones
from models.values.people_terms import AbsenceReason, Role
from models.values.shift import Absence
from tests.api.centre import DELAY, Centre, Person, is_problem, reasons
from tests.fixtures.database import Database

PHONE = "+8613907318264"


async def customer(centre: Centre, code: str = "c1", phone: str = PHONE, merged_into: int | None = None) -> int:
    """A customer with a phone."""
    seal = centre.office.desk.seal
    values = {"code": code, "prospect": False, "do_not_call": False, "merged_into": merged_into}
    async with centre.engine.begin() as connection:
        id_: int = (await connection.execute(insert(customers).values(values).returning(customers.c.id))).scalar_one()
        number = seal.close({"phone": phone})
        await connection.execute(insert(phones).values(key=phone_key(seal, phone), customer_id=id_, number=number))
    return id_


async def apart(centre: Centre, **said: object) -> tuple[str, Person]:
    """A complaint at carry-out, which others on its waybill do not join, and its owner."""
    id_ = await centre.carried(DELAY, **said)
    async with centre.engine.begin() as connection:
        lone = update(cases).where(cases.c.id == UUID(id_)).values(category="damage")
        await connection.execute(lone)
    return id_, await centre.owner(id_)


async def pay(centre: Centre, amount: str, **said: object) -> str:
    id_, owner = await apart(centre, **said)
    assert (await owner.done(id_, "propose", remedy="赔付", compensation=amount))["stage"] == "carry_out"
    await owner.done(id_, "carry-out", method="admit_error", finding="已查实")
    assert Decimal((await owner.read(id_))["paid"]) == Decimal(amount)
    return id_


@pytest.mark.parametrize("by", [{"waybill": "SF900"}, {"caller": {"phone": PHONE}}])
async def test_small_payments_on_one_waybill_or_to_one_customer_count_together(
    centre: Centre, by: dict[str, object]
) -> None:
    await customer(centre)
    await pay(centre, "120.00", **by)
    id_, owner = await apart(centre, **by)
    assert (await owner.done(id_, "propose", remedy="赔付", compensation="90.00"))["stage"] == "approval"
    event = (await owner.events(id_))[-1]
    assert "90.00 CNY count together with 120.00 CNY of 1 other payments" in reasons(event)
    assert "合计 210.00 元" in reasons(event)
    assert (event["data"]["total"], event["data"]["level"]) == ("210.00", 1)


@pytest.mark.parametrize("caller", [{"phone": PHONE, "name": "陈志明"}, {"name": "陈志明"}, {"phone": "0731 8231"}])
async def test_a_caller_without_a_record_is_somebody_all_the_same(centre: Centre, caller: dict[str, str]) -> None:
    """Complaints without a waybill, 200 on each: one sum, whether promised or paid."""
    first, his = await apart(centre, caller=caller)
    await his.done(first, "propose", remedy="赔付", compensation="200.00")
    for paid in (False, True):
        if paid:
            await his.done(first, "carry-out", method="admit_error", finding="已查实")
        again, owner = await apart(centre, caller=caller)
        assert (await owner.read(again))["customer"] is None
        assert (await owner.done(again, "propose", remedy="赔付", compensation="200.00"))["stage"] == "approval"
        event = (await owner.events(again))[-1]
        assert (event["data"]["total"], event["data"]["level"]) == ("400.00", 1)
        await centre.supervisor.done(again, "reject", why="过高")
    other, owner = await apart(centre, caller={"phone": "+8613907318266", "name": "陈志远"})
    assert (await owner.done(other, "propose", remedy="赔付", compensation="200.00"))["stage"] == "carry_out"


@pytest.mark.parametrize("which", [0, 1])
async def test_a_caller_who_got_a_record_or_was_named_on_one_case_is_still_one(centre: Centre, which: int) -> None:
    """Whichever of the two cases says so, and also where his phone says it only now."""
    known = await customer(centre, phone="+8613907318269")
    cases_of = [await apart(centre, caller={"phone": PHONE}) for _ in range(2)]
    await cases_of[which][1].done(cases_of[which][0], "identify", customer=known)
    (first, one), (second, other) = cases_of
    await one.done(first, "propose", remedy="赔付", compensation="200")
    assert (await other.done(second, "propose", remedy="赔付", compensation="200"))["stage"] == "approval"


@pytest.mark.parametrize("named_first", [True, False])
async def test_a_phone_recorded_later_speaks_for_its_customer(centre: Centre, named_first: bool) -> None:
    unnamed = await apart(centre, caller={"phone": PHONE})
    known = await customer(centre)
    named = await apart(centre, caller={"phone": "+8613907318267"})
    await named[1].done(named[0], "identify", customer=known)
    (first, one), (second, other) = (named, unnamed) if named_first else (unnamed, named)
    await one.done(first, "propose", remedy="赔付", compensation="200")
    assert (await other.done(second, "propose", remedy="赔付", compensation="200"))["stage"] == "approval"


async def test_a_proposal_that_stands_counts_as_if_it_were_paid(centre: Centre) -> None:
    first, owner = await apart(centre, waybill="SF901")
    await owner.done(first, "propose", remedy="赔付", compensation=150)
    second, owner = await apart(centre, waybill="SF901")
    assert (await owner.done(second, "propose", remedy="赔付", compensation=60))["stage"] == "approval"
    await centre.supervisor.done(second, "reject", why="过高")
    third, owner = await apart(centre, waybill="SF901")
    done = await owner.done(third, "propose", remedy="赔付", compensation=50)
    assert done["stage"] == "carry_out", "what was rejected does not count"


async def test_paid_twice_on_one_case_counts_twice(centre: Centre) -> None:
    id_ = await pay(centre, "150")
    finance, owner = await centre.hire("finance", Role.FINANCE), await centre.owner(id_)
    now = (await centre.now()).isoformat()
    await owner.done(id_, "agree", amount="150", agreed_at=now, how="phone", by="陈")
    await finance.done(id_, "confirm-voucher", payment=1)  # agreed to and confirmed: it may be paid at this moment
    await owner.done(id_, "feed-back", accepted=False, said="不够")
    await centre.carry()
    owner = await centre.owner(id_)
    assert (await owner.done(id_, "propose", remedy="赔付", compensation=100))["stage"] == "approval"


async def test_others_and_what_was_paid_before_the_window_do_not_count(centre: Centre) -> None:
    await pay(centre, "150", waybill="SF902")
    other, owner = await apart(centre, waybill="SF903")
    assert (await owner.done(other, "propose", remedy="赔付", compensation=150))["stage"] == "carry_out"
    await centre.move(timedelta(days=31))
    later, owner = await apart(centre, waybill="SF902")
    assert (await owner.done(later, "propose", remedy="赔付", compensation=150))["stage"] == "carry_out"


async def test_a_merged_customer_is_one_customer(centre: Centre) -> None:
    root = await customer(centre)
    await customer(centre, "c2", "+8613907318265", merged_into=root)
    await pay(centre, "150", caller={"phone": PHONE})
    id_, owner = await apart(centre, caller={"phone": "+8613907318265"})
    assert (await owner.done(id_, "propose", remedy="赔付", compensation=100))["stage"] == "approval"


async def test_of_proposals_at_once_on_one_waybill_only_what_stays_within_the_limit_needs_no_approval(
    served: Centre, served_customer: int
) -> None:
    for by in ({"waybill": "SF904"}, {"caller": {"phone": PHONE}}, {"caller": {"name": "陈志明"}}):
        made = [await apart(served, **by) for _ in range(6)]
        versions = [(await owner.read(id_))["version"] for id_, owner in made]
        said = [{"version": version, "remedy": "赔付", "compensation": 90} for version in versions]
        answers = await asyncio.gather(
            *(owner.post(f"/cases/{id_}/acts/propose", one) for (id_, owner), one in zip(made, said, strict=True))
        )
        stages = sorted(answer.json()["stage"] for answer in answers)
        assert stages == ["approval"] * 4 + ["carry_out"] * 2, "90 and 90 are within 200, the third is not"


@pytest.fixture
async def served_customer(served: Centre) -> int:
    return await customer(served)


async def test_the_class_of_the_customer_says_how_much(centre: Centre) -> None:
    for of, stage in (("A", "carry_out"), ("D", "approval")):
        id_, owner = await apart(centre)
        async with centre.engine.begin() as connection:
            await connection.execute(update(cases).where(cases.c.id == UUID(id_)).values(customer_class=of))
        assert (await owner.done(id_, "propose", remedy="赔付", compensation=400))["stage"] == stage


async def test_a_complaint_about_a_unit_is_hidden_from_its_people_in_every_list(centre: Centre) -> None:
    await centre.hire("unit", Role.BUSINESS_UNIT)
    async with centre.engine.begin() as connection:
        for name in ("unit", "colleague", "second_supervisor"):
            await change(connection, name, {"unit": "linehaul"})
    plain = await centre.carried(waybill="SF905")
    await centre.supervisor.done(plain, "reassign", why="换人", to=centre.handler.id)
    about = await centre.carried(DELAY, waybill="SF906", about_units=["linehaul"])
    assert (await centre.owner(about)) is centre.handler, "none of its people handles it"
    for one in (centre.unit, centre.colleague, centre.second_supervisor):
        assert [case["id"] for case in (await one.get("/cases")).json()["items"]] == [plain]
        is_problem(await one.get(f"/cases/{about}"), 404)
        run = (await centre.supervisor.get(f"/cases/{about}/runs")).json()["items"][0]["id"]
        seen = await one.get(f"/runs/{run}")
        assert seen.status_code == 404 or about not in seen.json()["case_ids"]
    refused = await centre.supervisor.act(about, "reassign", why="换人", to=centre.colleague.id)
    assert "complained about" in is_problem(refused, 409)["detail"]
    answer = await centre.acceptor.post("/complaints", {"text": DELAY, "about_units": ["nowhere"]})
    assert "about_units" in is_problem(answer, 422)["detail"]
    for wrong in (["Line haul"], ["linehaul"] * 11, "linehaul", [1]):
        is_problem(await centre.acceptor.post("/complaints", {"text": DELAY, "about_units": wrong}), 422)


async def test_a_complaint_about_a_unit_is_told_to_its_people_nowhere(centre: Centre) -> None:
    """Not by the queue of who watches over it, not by a referral that would link to it."""
    main = await centre.carried(DELAY, waybill="SF907", about_units=["linehaul"])
    linked = await centre.carried(DELAY, waybill="SF907")
    assert (await centre.manager.read(linked))["stage"] == "linked"
    known = {"number": "12305-2026-0907", "text": "用户申诉快递延误", "waybill": "SF907"}
    assert (await centre.acceptor.post("/referrals", known)).json()["id"] == main
    watched = update(cases).where(cases.c.id == UUID(main)).values(watch=1, overdue=True)
    async with centre.engine.begin() as connection:
        await change(connection, "second_supervisor", {"unit": "linehaul"})
        await connection.execute(watched)
    before = await centre.manager.read(main)
    for one, sees in ((centre.supervisor, True), (centre.second_supervisor, False)):
        queue = (await one.get("/queue")).json()["items"]
        assert (main in [item["case"]["id"] for item in queue]) is sees
    numbers = {"case_number": before["number"]}, {"case_number": before["number"] + 1}
    for said in ({}, *numbers):
        number = known["number"] if not said else "12305-2026-0908"
        is_problem(await centre.second_supervisor.post("/referrals", known | {"number": number} | said), 404)
    opened = await centre.second_supervisor.post("/referrals", known | {"number": "12305-2026-0909"})
    assert opened.json()["id"] not in (main, linked)
    assert (await centre.manager.read(main))["version"] == before["version"]


async def test_a_deputy_has_the_desk_of_who_is_away_and_gives_it_back(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    other = centre.colleague if owner is centre.handler else centre.handler
    is_problem(await other.act(id_, "hold", reason="waiting_unit"), 403)
    now = await centre.now()
    span = Absence(now + timedelta(hours=1), now + timedelta(hours=9))
    async with centre.engine.begin() as connection:
        await add_absence(connection, owner.name, span, AbsenceReason.TRAINING, other.name)
    is_problem(await other.act(id_, "hold", reason="waiting_unit"), 403)
    await centre.move(timedelta(hours=1))
    centre.office.seen.clear()  # who is calling is remembered for a second
    assert [one["case"]["id"] for one in (await other.get("/queue")).json()["items"]] == [id_]
    await other.done(id_, "propose", remedy="致歉")
    newer = await centre.carried()
    assert (await centre.owner(newer)) is other, "who is away gets no new cases"
    await centre.move(timedelta(hours=8))
    centre.office.seen.clear()
    is_problem(await other.act(id_, "carry-out", method="redirect", finding="a"), 403)
    await owner.done(id_, "carry-out", method="redirect", finding="a")


async def test_an_auditor_and_an_administrator_see_and_do_not_act(centre: Centre) -> None:
    auditor = await centre.hire("auditor", Role.AUDITOR)
    administrator = await centre.hire("administrator", Role.ADMINISTRATOR)
    id_ = await centre.carried(waybill="SF907")
    assert (await auditor.read(id_))["statement"]["text"] == DELAY
    assert (await auditor.read(id_))["acts"] == []
    assert (await administrator.read(id_))["statement"] is None, "not what people said"
    is_problem(await administrator.get(f"/cases/{id_}/events"), 403)


async def test_a_look_up_leaves_the_digest_of_a_number_and_never_the_number(centre: Centre, database: Database) -> None:
    await centre.acceptor.post("/customers/lookup", {"phone": "13907318264"})
    (row,) = await database.rows("SELECT * FROM accesses")
    async with centre.engine.connect() as connection:
        known = (await connection.execute(select(cases.c.caller_key))).scalars().all()
    assert known == []
    assert row.caller_key == phone_key(database.seal, PHONE)
    assert "1390731" not in str(row)


@pytest.mark.parametrize("way", ["carry-out", "advance"])
async def test_who_is_named_after_the_proposal_has_his_other_payments_counted(centre: Centre, way: str) -> None:
    """Whichever way the money would go."""
    known = await customer(centre)
    done, now = {"method": "admit_error", "finding": "已查实"}, {"amount": "150", "why": "急用"}
    said = done if way == "carry-out" else now
    id_, owner = await apart(centre, waybill="SF910")
    await owner.done(id_, "propose", remedy="赔付", compensation="150")
    await owner.done(id_, "identify", customer=known)
    refused = is_problem(await owner.act(id_, way, **said), 409)
    assert "named after the proposal" in refused["detail"]
    await owner.done(id_, "propose", remedy="赔付", compensation="150")
    await owner.done(id_, way, **said)


async def test_nobody_approves_a_sum_that_lacks_what_was_paid_to_who_was_named_since(centre: Centre) -> None:
    known = await customer(centre)
    id_, owner = await apart(centre, waybill="SF911")
    assert (await owner.done(id_, "propose", remedy="赔付", compensation="1500"))["stage"] == "approval"
    await centre.supervisor.done(id_, "identify", customer=known)
    assert "reject first" in is_problem(await centre.supervisor.act(id_, "approve"), 409)["detail"]
    await centre.supervisor.done(id_, "reject", why="客户已认定,请合并计算")
