"""A request that is repeated has its effect once and gets its first answer."""

from sqlalchemy import func, select, update

from flows.room import Room
from flows.staffing import set_presence
from models.event import events
from models.leg import LegState, legs
from models.wake import wakes
from tests.api.centre import DELAY, UNCLEAR, Centre, is_problem


async def count_of(centre: Centre, kind: str, case_id: str | None = None) -> int:
    query = select(func.count()).select_from(events).where(events.c.kind == kind)
    query = query.where(events.c.case_id == case_id) if case_id else query
    async with centre.engine.connect() as connection:
        found: int = (await connection.execute(query)).scalar_one()
        return found


async def test_a_complaint_repeated_with_its_key_is_the_same_case(centre: Centre) -> None:
    said = {"text": DELAY, "reference": "once"}
    first = await centre.acceptor.post("/complaints", said, key="form-1")
    assert first.status_code == 202
    assert first.headers["idempotent-replayed"] == "false"
    await centre.carry()
    again = await centre.acceptor.post("/complaints", said, key="form-1")
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert (await centre.counts())["cases"] == 1


async def test_a_complaint_repeated_without_a_key_is_another_case(centre: Centre) -> None:
    ids = {await centre.start(), await centre.start()}
    assert len(ids) == 2


async def test_a_key_belongs_to_whom_it_came_from(centre: Centre) -> None:
    answers = [await one.post("/complaints", {"text": DELAY}, key="1") for one in (centre.acceptor, centre.web_form)]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_a_key_used_for_another_request_is_refused(centre: Centre) -> None:
    id_ = await centre.carried()
    assert (await centre.handler.post("/complaints", {"text": DELAY}, key="k")).status_code == 202
    before = await centre.counts()
    version = (await centre.handler.read(id_))["version"]
    note = {"version": version, "text": "a"}
    others = [
        ("/complaints", {"text": DELAY + "。"}),
        ("/complaints", {"text": DELAY, "channel": "phone"}),
        (f"/cases/{id_}/acts/note", note),
        ("/queue/take", None),
    ]
    for path, said in others:
        is_problem(await centre.handler.post(path, said, key="k"), 422)
    assert await centre.counts() == before
    other_case = await centre.carried()
    version = (await centre.handler.read(other_case))["version"]
    assert (await centre.handler.post(f"/cases/{id_}/acts/note", note, key="n")).status_code == 200
    note = {"version": version, "text": "a"}
    is_problem(await centre.handler.post(f"/cases/{other_case}/acts/note", note, key="n"), 422)


async def test_an_act_repeated_after_the_case_moved_on_gets_its_first_answer_not_a_conflict(centre: Centre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    said = {"version": (await owner.read(id_))["version"], "remedy": "重新派送", "compensation": 0}
    first = await owner.post(f"/cases/{id_}/acts/propose", said, key="p-1")
    assert first.status_code == 200, first.text
    await owner.done(id_, "carry-out", method="calm_anger", finding="已派送")
    await owner.done(id_, "feed-back", accepted=True, said="已告知")
    await centre.carry()
    again = await owner.post(f"/cases/{id_}/acts/propose", said, key="p-1")
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.json()) == (200, first.json())
    assert await count_of(centre, "proposed", id_) == 1
    without_a_key = await owner.post(f"/cases/{id_}/acts/propose", said)
    is_problem(without_a_key, 403, 409)


async def test_a_refused_act_is_judged_anew_when_it_is_repeated(centre: Centre) -> None:
    id_ = await centre.carried()
    version = (await centre.handler.read(id_))["version"]
    note = {"version": version + 1, "text": "a"}
    is_problem(await centre.supervisor.post(f"/cases/{id_}/acts/note", note, key="later"), 409)
    await centre.supervisor.done(id_, "reassign", why="换人", to=centre.colleague.id)
    if (await centre.handler.read(id_))["version"] == version:  # it was the colleague's already
        await centre.supervisor.done(id_, "reassign", why="换人", to=centre.handler.id)
    answer = await centre.supervisor.post(f"/cases/{id_}/acts/note", note, key="later")
    assert answer.status_code == 200, answer.text


async def test_taking_the_next_case_and_releasing_one_are_repeated_once(centre: Centre) -> None:
    for name in ("acceptor", "handler", "colleague"):  # nobody present: what needs a person stays free
        await absent(centre, name)
    id_ = await centre.carried(UNCLEAR)
    first = await centre.handler.post("/queue/take", key="t")
    assert first.json()["case"]["id"] == id_
    again = await centre.handler.post("/queue/take", key="t")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    async with centre.engine.begin() as connection:
        await connection.execute(update(wakes).values(quarantined_at=func.now(), error="classify: ValueError"))
    released = [await centre.supervisor.post(f"/cases/{id_}/acts/release", key="r") for _ in range(2)]
    assert [one.status_code for one in released] == [200, 200]
    assert released[0].json() == released[1].json()
    assert await count_of(centre, "released", id_) == 1


async def test_cancelling_a_run_is_repeated_even_when_it_has_ended_meanwhile(centre: Centre) -> None:
    await centre.start()
    leg_id = await open_leg(centre)
    first = await centre.supervisor.post(f"/runs/{leg_id}/cancel", key="c")
    assert first.status_code == 202
    async with centre.engine.begin() as connection:
        await connection.execute(update(legs).values(state=LegState.ENDED, ended_at=func.now()))
    again = await centre.supervisor.post(f"/runs/{leg_id}/cancel", key="c")
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    is_problem(await centre.supervisor.post(f"/runs/{leg_id}/cancel"), 409)


async def absent(centre: Centre, name: str) -> None:
    async with centre.engine.begin() as connection:
        await set_presence(connection, name, False, await centre.office.desk.clock.now(connection))


async def open_leg(centre: Centre) -> str:
    """A leg that was claimed and is under way."""
    claimed = await Room(centre.office.resources, centre.office.desk.policies).claim("complaint")
    assert claimed is not None
    return str(claimed.leg_id)
