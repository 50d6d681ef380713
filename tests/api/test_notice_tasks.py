"""Notice tasks: whoever has not complained is called, or written to; a promised day that passed opens one too."""

from datetime import date, timedelta

from sqlalchemy import update

from flows.incidents.late import open_some
from models.customer import customers
from models.shipment import shipments
from tests.api.affecting import TODAY, TRUCK, customer, reported, ship, tasks
from tests.api.centre import DELAY, MORNING, Centre, Person, is_problem


async def test_a_notice_task_is_a_call_and_in_writing_only_when_calls_failed(centre: Centre, hub: Person) -> None:
    await ship(centre, await customer(centre, "C1"), "A1")
    await reported(centre, vehicle=TRUCK)
    (task,) = await tasks(centre)
    caller = await centre.owner(task["id"])
    is_problem(await caller.act(task["id"], "tell-customer", told="已致歉", in_writing=True), 409)
    for part in range(3):
        await centre.move(MORNING + timedelta(hours=3 * part))
        await caller.done(task["id"], "contact", outcome="no_answer")
        assert (await caller.read(task["id"]))["stage"] == "customer_notice"
    done = await caller.done(task["id"], "tell-customer", told="已致歉并告知进展", in_writing=True)
    assert done["stage"] == "closed"
    assert (await centre.manager.read(task["id"]))["outcome"] == "unverified"


async def test_what_was_promised_in_a_notice_task_is_owed_before_it_closes(centre: Centre, hub: Person) -> None:
    await ship(centre, await customer(centre, "C1"), "A1")
    await reported(centre, vehicle=TRUCK)
    (task,) = await tasks(centre)
    caller = await centre.owner(task["id"])
    by = (MORNING + timedelta(days=1)).isoformat()
    await caller.done(task["id"], "promise", what="明日派送", by=by)
    promise = (await caller.events(task["id"]))[-1]["seq"]
    assert (await caller.done(task["id"], "tell-customer", told="已致歉"))["stage"] == "promised"
    await centre.move(timedelta(days=2))
    await centre.carry()
    assert (await centre.manager.read(task["id"]))["overdue"]
    owner = await centre.owner(task["id"])
    assert (await owner.done(task["id"], "keep-promise", promise=promise))["stage"] == "scoring"
    await centre.carry()
    closed = await centre.manager.read(task["id"])
    assert (closed["stage"], closed["overdue"], closed["closed_at"] is not None) == ("closed", False, True)
    (scored,) = [one["data"] for one in await centre.manager.events(task["id"]) if one["kind"] == "scored"]
    assert (scored["marks"]["promises"], scored["agent"], scored["score"]) == (0.0, caller.id, closed["score"])
    assert closed["score"] < 100


async def test_what_was_promised_and_kept_before_the_customer_was_told_is_scored_too(
    centre: Centre, hub: Person
) -> None:
    await ship(centre, await customer(centre, "C1"), "A1")
    await ship(centre, await customer(centre, "C2"), "B1")
    await reported(centre, vehicle=TRUCK)
    promising, plain = await tasks(centre)
    caller = await centre.owner(promising["id"])
    by = (MORNING + timedelta(hours=2)).isoformat()
    await caller.done(promising["id"], "promise", what="核实后回电", by=by)
    promise = (await caller.events(promising["id"]))[-1]["seq"]
    await caller.done(promising["id"], "keep-promise", promise=promise)
    assert (await caller.done(promising["id"], "tell-customer", told="已致歉"))["stage"] == "scoring"
    caller = await centre.owner(plain["id"])
    assert (await caller.done(plain["id"], "tell-customer", told="已致歉"))["stage"] == "closed"
    await centre.carry()
    done = [await centre.manager.read(task["id"]) for task in (promising, plain)]
    assert [(one["stage"], one["score"]) for one in done] == [("closed", 100.0), ("closed", None)]


async def test_who_wants_no_calls_is_told_in_writing_at_once(centre: Centre, hub: Person) -> None:
    who = await customer(centre, "C1")
    async with centre.engine.begin() as connection:
        await connection.execute(update(customers).values(do_not_call=True).where(customers.c.id == who))
    await ship(centre, who, "A1")
    await reported(centre, vehicle=TRUCK)
    (task,) = await tasks(centre)
    caller = await centre.owner(task["id"])
    problem = is_problem(await caller.act(task["id"], "tell-customer", told="已致歉"), 409)
    assert "wants no calls" in problem["detail"]
    assert (await caller.done(task["id"], "tell-customer", told="已短信告知", in_writing=True))["stage"] == "closed"


async def late(centre: Centre) -> tuple[int, int]:
    office = centre.office
    async with centre.engine.begin() as connection:
        now = await office.desk.clock.now(connection)
        done = await open_some(connection, office.resources.seal, office.desk.policies.current, now)
    await centre.carry()
    return done.customers, done.shipments


async def test_a_promised_day_that_passed_is_told_once_all_of_a_customer_in_one_call(centre: Centre) -> None:
    yesterday = TODAY - timedelta(days=1)
    one, two = await customer(centre, "C1"), await customer(centre, "C2")
    await ship(centre, one, "late-1", promised_at=yesterday)
    await ship(centre, one, "late-2", promised_at=yesterday)
    await ship(centre, two, "today", promised_at=TODAY)
    await ship(centre, two, "arrived", promised_at=yesterday, delivered_at=TODAY)
    await ship(centre, two, "forgotten", promised_at=date(2025, 1, 1))
    await ship(centre, two, "complained", promised_at=yesterday)
    await centre.carried(DELAY, waybill="WCOMPLAINED")
    async with centre.engine.begin() as connection:
        known = shipments.update().where(shipments.c.order_id == "complained").values(waybill_no="WCOMPLAINED")
        await connection.execute(known)
    assert await late(centre) == (1, 2)
    assert await late(centre) == (0, 0), "twice is once"
    await centre.move(timedelta(days=1))
    assert await late(centre) == (1, 1), "what was promised for yesterday"
    assert len(await tasks(centre)) == 2
    await centre.move(timedelta(days=1))
    assert await late(centre) == (0, 0)


async def test_who_was_told_of_an_incident_hears_of_a_passed_day_once_that_call_is_over(
    centre: Centre, hub: Person
) -> None:
    await ship(centre, await customer(centre, "C1"), "A1", promised_at=TODAY - timedelta(days=1))
    await reported(centre, vehicle=TRUCK)
    (task,) = await tasks(centre)
    assert await late(centre) == (0, 0), "he is about to be called anyway"
    await (await centre.owner(task["id"])).done(task["id"], "tell-customer", told="已致歉")
    assert await late(centre) == (1, 1)
    assert await late(centre) == (0, 0)
