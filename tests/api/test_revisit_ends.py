"""How a round ends: worked, on its date, with reserves, cancelled half-way; its result, and the assessment."""

from datetime import timedelta

from tests.api.centre import Centre, is_problem
from tests.api.rounds import ANSWERS, PERIOD, answered, contacts, draws, opened
from tests.fixtures.database import Database
from tests.fixtures.served import serve


async def result(centre: Centre, round_: int = 1) -> dict:
    answer = await centre.supervisor.get(f"/reports/revisits/{round_}")
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


async def test_a_round_ends_when_its_last_contact_is_worked(centre: Centre, database: Database) -> None:
    await serve(database, 12)
    id_ = await opened(centre)
    *most, last = [one["id"] for one in await contacts(centre)]
    for contact in most:
        await answered(centre, contact)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "contacts"
    await centre.supervisor.done(last, "contact", outcome="refused")
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["owner"]) == ("assessment", (await centre.owner(id_)).id)
    summary = next(one for one in await centre.supervisor.events(id_) if one["kind"] == "summarised")
    assert (summary["data"]["frame"], summary["data"]["released"], summary["data"]["reached"]) == (12, 12, 11)
    assert summary["data"]["verified"] is True
    assert summary["data"]["rates"]["RR1"] == 11 / 12
    is_problem(await centre.revisitor.act(id_, "assess", verdict="good", finding="a"), 403)
    owner = await centre.owner(id_)
    await owner.done(id_, "assess", verdict="good", finding="满意度高", improvement="改进账单")
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "assessed")
    assessed = (await centre.supervisor.events(id_))[-1]
    assert assessed["data"] == {"verdict": "good"}
    assert assessed["said"] == {"finding": "满意度高", "improvement": "改进账单"}


async def test_a_round_ends_on_its_date_and_what_was_not_worked_says_so(centre: Centre, database: Database) -> None:
    await serve(database, 4)
    closes = (await centre.now() + timedelta(days=3)).isoformat()
    id_ = await opened(centre, closes_at=closes)
    first, second, third, fourth = [one["id"] for one in await contacts(centre)]
    await answered(centre, first)
    await centre.supervisor.done(second, "contact", outcome="busy")
    await centre.supervisor.done(third, "contact", outcome="call_back", call_back_at=closes[:8] + "06T10:00:00+08:00")
    await centre.carry()
    await centre.move(timedelta(days=3))
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "assessment"
    found = {str(one.contact_id): one.disposition for one in (await draws(database)).values()}
    assert found == {first: "complete", second: "busy", third: "call_back", fourth: "not_worked"}
    is_problem(await centre.supervisor.act(fourth, "answer-questionnaire", answers=ANSWERS), 409)
    assert await database.value("SELECT state FROM rounds") == "closed"
    told = (await result(centre))["dispositions"]
    assert told == {"busy": 1, "call_back": 1, "complete": 1, "not_worked": 1}


async def test_reserves_are_released_whole_when_answers_lack_and_time_is_left(
    centre: Centre, database: Database
) -> None:
    await serve(database, 200)
    await database.rows("UPDATE staff SET capacity = 1000")
    id_ = await opened(centre, margin=0.2)
    sample = [one["id"] for one in await contacts(centre)]
    planned = (await draws(database)).values()
    first = {one.replicate: 0 for one in planned} | {}
    for one in planned:
        first[one.replicate] += 1
    assert len(sample) == first[0] < 200
    for contact in sample:
        await centre.supervisor.done(contact, "contact", outcome="refused")
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "contacts"
    released = [one for one in await centre.supervisor.events(id_) if one["kind"] == "replicate_released"]
    assert released[-1]["data"]["replicate"] == 1
    assert len(await contacts(centre)) == first[0] + first[1], "the reserve as a whole"
    await centre.move(timedelta(days=13))
    for contact in [one["id"] for one in await contacts(centre)][first[0] :]:
        await centre.supervisor.done(contact, "contact", outcome="refused")
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "assessment", "too late for another one"
    assert len(await contacts(centre)) == first[0] + first[1]


async def test_a_round_cancelled_half_way_loses_nothing(centre: Centre, database: Database) -> None:
    await serve(database, 6)
    id_ = await opened(centre)
    first, second, *rest = [one["id"] for one in await contacts(centre)]
    path = (await centre.supervisor.done(rest[0], "send-link"))["path"]
    await answered(centre, first)
    await centre.supervisor.done(second, "contact", outcome="no_answer")
    is_problem(await centre.revisitor.act(id_, "cancel-round", why="a"), 403)
    await centre.manager.done(id_, "cancel-round", why="系统切换")
    is_problem(await centre.manager.act(id_, "cancel-round", why="a"), 409)
    late = await centre.supervisor.act(rest[0], "answer-questionnaire", answers=ANSWERS)
    assert "was cancelled" in is_problem(late, 409)["detail"]
    async with centre.client() as browser:
        assert (await browser.get(f"http://redress{path}")).status_code == 410
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "cancelled")
    found = {str(one.contact_id): one.disposition for one in (await draws(database)).values()}
    assert found == {first: "complete", second: "no_answer"} | dict.fromkeys(rest, "not_worked")
    assert await database.value("SELECT state FROM rounds") == "cancelled"
    assert (await centre.supervisor.read(second))["attempts"]
    assert await database.value("SELECT count(*) FROM cases WHERE closed_at IS NULL") == 0
    assert (await result(centre))["reached"] == 1
    again = await centre.supervisor.post("/revisits/rounds", PERIOD)
    assert "was cancelled" in is_problem(again, 409)["detail"]


async def test_a_round_cancelled_before_it_was_drawn_draws_nobody(centre: Centre, database: Database) -> None:
    await serve(database, 6)
    id_ = (await centre.supervisor.post("/revisits/rounds", PERIOD)).json()["id"]
    await centre.supervisor.done(id_, "cancel-round", why="误操作")
    await centre.carry()
    assert (await centre.supervisor.read(id_))["outcome"] == "cancelled"
    assert await database.value("SELECT count(*) FROM rounds") == 0


async def test_complaint_revisits_take_the_questionnaire_and_are_a_census_of_their_own(
    centre: Centre, database: Database
) -> None:
    await serve(database, 4)
    ids = []
    for number, said in enumerate(({"answers": ANSWERS}, {"satisfaction": 2, "expectation": 4})):
        id_ = await centre.carried(waybill=f"SF{number}")
        owner = await centre.owner(id_)
        await owner.done(id_, "propose", remedy="催促派送")
        await owner.done(id_, "carry-out", method="calm_anger", finding="已派送")
        await owner.done(id_, "feed-back", accepted=True, said="已告知")
        await centre.carry()
        is_problem(await centre.revisitor.act(id_, "survey", solved=True), 422)
        both = {"answers": ANSWERS, "satisfaction": 1}
        assert "contradict" in is_problem(await centre.revisitor.act(id_, "survey", solved=True, **both), 422)["detail"]
        await centre.revisitor.done(id_, "survey", solved=True, **said)
        ids.append(id_)
    await centre.carry()
    surveyed = next(one for one in await centre.supervisor.events(ids[0]) if one["kind"] == "surveyed")
    assert surveyed["data"]["answers"]["recommend"] == 9
    await centre.move(timedelta(days=7))
    census = await centre.supervisor.post("/revisits/rounds", {"kind": "census"})
    await centre.carry()
    case = await centre.supervisor.read(census.json()["id"])
    assert case["stage"] == "assessment"
    found = await result(centre)
    assert (found["round"]["kind"], found["round"]["frame"], found["reached"]) == ("census", 2, 2)
    assert await database.value("SELECT count(*) FROM cases WHERE procedure = 'revisit'") == 0


async def test_the_result_is_json_csv_and_a_picture_for_those_who_may(centre: Centre, database: Database) -> None:
    await serve(database, 30)
    await opened(centre)
    for number, contact in enumerate(await contacts(centre)):
        await answered(centre, contact["id"], satisfaction=1 + number % 5)
    await centre.carry()
    found = await result(centre)
    assert found["verified"] is True, found["checks"]
    assert found["adjustment"]["en"]
    [total] = [one for one in found["estimates"] if (one["domain"], one["question"]) == ("total", "satisfaction")]
    assert total["unadjusted"]["value"] == 3.0
    assert total["adjusted"]["value"] is not None
    assert any(one["suppressed"] for one in found["estimates"]), "small cells"
    assert all(one["unadjusted"] is None for one in found["estimates"] if one["suppressed"])
    table = await centre.supervisor.get("/reports/revisits/1", format="csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == 1 + len(found["estimates"])
    image = await centre.supervisor.get("/reports/revisits/1", format="svg", lang="en", domain="line")
    assert image.headers["content-type"].startswith("image/svg+xml")
    assert image.text.lstrip().startswith("<")
    is_problem(await centre.supervisor.get("/reports/revisits/1", format="svg", question="shoes"), 422)
    is_problem(await centre.supervisor.get("/reports/revisits/2"), 404)
    for name in ("revisitor", "handler", "web_form"):
        is_problem(await centre.people[name].get("/reports/revisits/1"), 404)
