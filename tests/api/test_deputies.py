"""A deputy has the desk of who is away, and not his level: what is reserved to that waits for him."""

from datetime import timedelta

from flows.roster import add_absence
from models.values.people_terms import AbsenceReason
from models.values.shift import Absence
from tests.api.centre import MORNING, Centre, Person, is_problem
from tests.api.incidents import FORM, KNOWN, SHARED, found


async def stands_in(centre: Centre, deputy: Person, away: Person) -> None:
    """From now on, for some days."""
    now = await centre.now()
    span = Absence(now + timedelta(minutes=1), now + timedelta(days=9))
    async with centre.engine.begin() as connection:
        await add_absence(connection, away.name, span, AbsenceReason.TRAINING, deputy.name)
    await centre.move(timedelta(minutes=2))
    centre.office.seen.clear()  # who is calling is remembered for a second


async def test_a_critical_incident_is_closed_by_nobody_below_the_level_of_its_grade(
    centre: Centre, hub: Person
) -> None:
    id_ = await found(centre, **(KNOWN | {"casualties": 1, "value": "1"}))
    owner = await centre.owner(id_)
    by = (MORNING + timedelta(days=3)).isoformat()
    await owner.done(id_, "plan-correction", what="限高", owner=owner.id, by=by)
    planned = (await owner.events(id_))[-1]["data"]["correction"]
    await owner.done(id_, "complete-correction", correction=planned, how="已加装限高杆")
    await centre.move(timedelta(days=22))
    await centre.carry()
    await (await centre.owner(id_)).done(id_, "check-effect", effective=True, finding="三周无复发")
    await owner.done(id_, "fill-form", fields=FORM)
    await owner.done(id_, "name-cause", method="five_whys", whys=["转弯过急", "赶班"])
    await owner.done(id_, "tell-authority", duty="safety_authority", receipt="1")
    await centre.general_manager.done(id_, "acknowledge-incident")
    await centre.carry()
    assert (await centre.owner(id_)).name == "general_manager"
    await stands_in(centre, centre.supervisor, centre.general_manager)
    refused = is_problem(await centre.supervisor.act(id_, "conclude"), 403)
    assert "level 3 or above" in refused["detail"]
    assert "须由 3 级或以上决定" in refused["detail_zh"]
    await centre.general_manager.done(id_, "conclude")


async def test_an_appeal_about_an_incident_is_decided_by_nobody_below_its_level(centre: Centre, hub: Person) -> None:
    id_ = await found(centre)
    finder = await centre.owner(id_)
    await centre.line.done(id_, "appeal", party="linehaul", grounds="不服")
    await centre.carry()
    arbiter = await centre.owner(id_)
    deputy = centre.colleague if finder is centre.handler else centre.handler
    await stands_in(centre, deputy, arbiter)
    said = {"firm_liable": True, "shares": SHARED, "why": "维持"}
    assert "level 1 or above" in is_problem(await deputy.act(id_, "name-liable", **said), 403)["detail"]
    await arbiter.done(id_, "name-liable", **said)


async def test_a_final_position_is_given_by_nobody_below_its_level(centre: Centre) -> None:
    id_ = await centre.carried()
    handler = await centre.owner(id_)
    for _ in range(2):
        await handler.done(id_, "propose", remedy="致歉")
        await handler.done(id_, "carry-out", method="admit_error", finding="已查实")
        await handler.done(id_, "feed-back", accepted=False, said="不接受")
    await centre.carry()
    final = await centre.owner(id_)
    await stands_in(centre, handler, final)
    said = {"accepted": False, "said": "最终答复", "outside_routes_named": True}
    assert "level 1 or above" in is_problem(await handler.act(id_, "feed-back", **said), 403)["detail"]
    await final.done(id_, "feed-back", **said)
