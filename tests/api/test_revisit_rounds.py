"""Opening rounds of revisits: once for a period, by whom, about whom; and what is refused."""

from datetime import date, timedelta

from models.values.people_terms import Role
from tests.api.centre import Centre, is_problem
from tests.api.rounds import PERIOD, answered, contacts, draws, opened
from tests.fixtures.database import Database
from tests.fixtures.served import WEEK, serve


async def test_the_same_period_twice_is_one_round(centre: Centre, database: Database) -> None:
    await serve(database, 12)
    first = await centre.supervisor.post("/revisits/rounds", PERIOD)
    again = await centre.manager.post("/revisits/rounds", PERIOD)
    weekly = await centre.manager.post("/revisits/rounds", {})
    assert first.json()["id"] == again.json()["id"] == weekly.json()["id"]
    assert (first.headers["Idempotent-Replayed"], again.headers["Idempotent-Replayed"]) == ("false", "true")
    await centre.carry()
    assert await database.value("SELECT count(*) FROM rounds") == 1
    listed = (await centre.supervisor.get("/revisits/rounds")).json()["items"]
    assert [(one["kind"], one["first"], one["stage"]) for one in listed] == [("drawn", PERIOD["first"], "contacts")]


async def test_a_key_gets_its_first_answer(centre: Centre, database: Database) -> None:
    await serve(database, 12)
    first = await centre.supervisor.post("/revisits/rounds", PERIOD, key="r1")
    assert (await centre.supervisor.post("/revisits/rounds", PERIOD, key="r1")).json() == first.json()
    is_problem(await centre.supervisor.post("/revisits/rounds", {}, key="r1"), 422)


REFUSED = [
    ({"first": "2026-03-01", "last": "2026-02-23"}, 422, "ends before it begins"),
    ({"first": "2026-03-02", "last": "2026-03-04"}, 409, "has not ended"),
    ({"first": "2026-02-26", "last": "2026-03-02"}, 409, "overlaps the round of 2026-02-23"),
    ({"first": "2026-01-05", "last": "2026-01-11"}, 409, "the frame is empty"),
    ({"first": "2026-02-23"}, 422, ""),
    ({"first": 20260223, "last": 20260301}, 422, "must be a day in a text"),
    ({"margin": 0}, 422, "must be more than 0"),
    ({"margin": 1}, 422, "must be less than 1"),
    ({"closes_at": "2026-03-04T09:00:00+08:00"}, 422, "closes_at must lie in the future"),
    ({"kind": "retention"}, 422, ""),
    ({"kind": "retention", "customers": [999_999], "level": "price"}, 422, "not a customer"),
    ({"kind": "drawn", "customers": [1]}, 422, ""),
    ({"kind": "census", **PERIOD}, 409, "the frame is empty"),
    ({"kind": "account_visit"}, 409, "the frame is empty"),
    ({"seed": 7}, 422, "is not known here"),
]


async def test_what_cannot_be_a_round_is_refused_in_a_sentence_and_changes_nothing(
    centre: Centre, database: Database
) -> None:
    await serve(database, 12)
    await opened(centre)
    before = await centre.counts()
    for said, status, sentence in REFUSED:
        problem = is_problem(await centre.supervisor.post("/revisits/rounds", said), status)
        assert sentence in problem["detail"], (said, problem)
    for name in ("revisitor", "handler", "web_form"):
        is_problem(await centre.people[name].post("/revisits/rounds", {}), 403)
    assert await centre.counts() == before


async def test_whoever_is_left_alone_is_a_draw_with_its_reason(centre: Centre, database: Database) -> None:
    await serve(database, 12)
    await database.rows("UPDATE customers SET do_not_call = true WHERE code = 'K000001'")
    await database.rows("DELETE FROM phones USING customers WHERE customer_id = customers.id AND code = 'K000002'")
    upset = await database.value("SELECT id FROM customers WHERE code = 'K000003'")
    complaint = await centre.carried()
    await centre.supervisor.done(complaint, "identify", customer=upset)
    await opened(centre)
    found = await draws(database)
    assert len(found) == 12, "nobody is a hole in the frame"
    wanted = {"K000001": "do_not_call", "K000002": "no_phone", "K000003": "open_complaint"}
    assert {code: one.disposition for code, one in found.items() if one.disposition} == wanted
    assert all(found[code].reason["zh"] for code in wanted)
    assert all(found[code].reason["en"] for code in wanted)
    called = {code for code, one in found.items() if one.contact_id}
    assert called == set(found) - set(wanted)
    assert len(await contacts(centre)) == 9


async def test_a_customer_is_not_called_by_two_rounds_at_once(centre: Centre, database: Database) -> None:
    await serve(database, 6)
    await opened(centre)
    before = WEEK[0] - timedelta(days=7)
    for code in ("K000001", "K000002"):
        await database.rows(
            """INSERT INTO shipments (customer_id, order_id, delivered_at, amount, currency)
            SELECT id, 'earlier', :day, 10, 'CNY' FROM customers WHERE code = :code""",
            day=before,
            code=code,
        )
    await serve(database, 4, before, prefix="L")
    await opened(centre, first=str(before), last=str(before + timedelta(days=6)))
    found = await draws(database, 2)
    alone = {code: one.reason["en"] for code, one in found.items() if one.disposition == "cool_down"}
    assert set(alone) == {"K000001", "K000002"}
    assert "another round is calling" in alone["K000001"]


async def test_account_visits_go_to_the_managers_of_a_class_customers(centre: Centre, database: Database) -> None:
    manager = await centre.hire("account manager", Role.ACCOUNT_MANAGER)
    other = await centre.hire("another account manager", Role.ACCOUNT_MANAGER)
    firm = await serve(database, 6)
    await firm.classify(A=["K000001", "K000002"], B=["K000003"])
    named = "UPDATE customers SET account_manager_id = :manager WHERE code = 'K000001'"
    await database.rows(named, manager=manager.id)
    await opened(centre, kind="account_visit")
    found = await draws(database)
    assert set(found) == {"K000001", "K000002"}
    owners = {one["id"]: one["owner"] for one in await contacts(centre)}
    assert owners[str(found["K000001"].contact_id)] == manager.id
    assert owners[str(found["K000002"].contact_id)] in (manager.id, other.id)
    visit = await manager.read(str(found["K000001"].contact_id))
    assert (visit["stage"], visit["customer_class"]) == ("visit", "A")
    await answered(centre, visit["id"], manager)


async def test_retention_revisits_call_on_the_customers_named_and_keep_what_was_tried(
    centre: Centre, database: Database
) -> None:
    await serve(database, 6)
    ids = [await database.value("SELECT id FROM customers WHERE code = :code", code=f"K00000{n}") for n in (2, 5)]
    id_ = await opened(centre, kind="retention", customers=ids, level="social", why="客户流失分析")
    assert set(await draws(database)) == {"K000002", "K000005"}
    [listed] = (await centre.supervisor.get("/revisits/rounds", kind="retention")).json()["items"]
    assert (listed["id"], listed["level"]) == (id_, "social")
    first = (await centre.supervisor.events(id_))[0]
    assert first["data"]["level"] == "social"
    assert first["said"] == {"why": "客户流失分析"}
    contact = await centre.supervisor.read((await contacts(centre))[0]["id"])
    assert contact["customer"] in ids
    assert (contact["contact"]["round_case"], contact["contact"]["kind"]) == (id_, "retention")
    same = {"kind": "retention", "customers": ids, "level": "social"}
    assert (await centre.supervisor.post("/revisits/rounds", same)).json()["id"] == id_
    other = await centre.supervisor.post("/revisits/rounds", same | {"level": "price"})
    assert "a period of its own" in is_problem(other, 409)["detail"]
    own = same | {"level": "price", "customers": ids[:1], **PERIOD}
    assert (await centre.supervisor.post("/revisits/rounds", own)).status_code == 202


async def test_a_contact_never_goes_to_whoever_handled_the_customers_case(centre: Centre, database: Database) -> None:
    code = "K000001"
    await serve(database, 2)
    second = await centre.hire("second revisitor", Role.REVISIT_AGENT)
    customer = await database.value("SELECT id FROM customers WHERE code = :code", code=code)
    case = await centre.carried()
    await centre.supervisor.done(case, "identify", customer=customer)
    owner = await centre.owner(case)
    await owner.done(case, "propose", remedy="催促派送")
    await owner.done(case, "carry-out", method="calm_anger", finding="已派送")
    await owner.done(case, "feed-back", accepted=True, said="已告知")
    await centre.carry()
    handler = await centre.owner(case)
    await handler.done(case, "survey", solved=True, satisfaction=5)
    await centre.carry()
    assert (await centre.supervisor.read(case))["stage"] == "closed"
    await database.rows("UPDATE events SET at = at - interval '200 days' WHERE kind = 'surveyed'")
    await opened(centre)
    contact = str((await draws(database))[code].contact_id)
    assert (await centre.supervisor.read(contact))["owner"] == next(
        one.id for one in (centre.revisitor, second) if one.id != handler.id
    )
    opened_by = (await centre.supervisor.events(contact))[0]["data"]["barred"]
    assert handler.id in opened_by
    refused = await centre.supervisor.act(contact, "reassign", to=handler.id, why="a")
    assert "handled the case himself" in is_problem(refused, 409)["detail"]


def test_the_week_is_a_monday_to_a_sunday() -> None:
    assert (WEEK[0].isoweekday(), WEEK[1].isoweekday()) == (1, 7)
    assert WEEK[1] < date(2026, 3, 4)


async def test_contacts_leave_room_for_complaints(centre: Centre, database: Database) -> None:
    await serve(database, 30)
    await opened(centre)
    assert sum(one["owner"] == centre.revisitor.id for one in await contacts(centre)) == 10, "half of what he can take"
