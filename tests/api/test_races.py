"""Many at once, against a real server process: what can happen once happens once, and one of two wins."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, update

from flows.room import Room
from flows.staffing import set_presence
from models.values.people_terms import Role
from models.wake import wakes
from tests.api.centre import DELAY, MANY, UNCLEAR, Centre, is_problem
from tests.fixtures.worker import until


@pytest.fixture
async def nobody_in(served: Centre) -> None:
    """What needs a person stays free; nothing is free yet."""
    for name in ("acceptor", "handler", "colleague"):
        async with served.engine.begin() as connection:
            await set_presence(connection, name, False, await served.office.desk.clock.now(connection))
    while (await served.colleague.post("/queue/take")).json()["case"] is not None:
        pass


async def grown(centre: Centre, before: dict[str, int]) -> dict[str, int]:
    """How many rows each table has gained."""
    after = await centre.counts()
    return {name: after[name] - count for name, count in before.items() if after[name] != count}


async def test_fifty_equal_complaints_at_once_are_one_case(served: Centre) -> None:
    said = {"text": DELAY, "waybill": "SF1"}
    before = await served.counts()
    answers = await asyncio.gather(
        *(served.web_form.post("/complaints", said, key="double-click") for _ in range(MANY))
    )
    assert Counter(one.status_code for one in answers) == {202: MANY}
    assert len({one.json()["id"] for one in answers}) == 1
    assert Counter(one.headers["idempotent-replayed"] for one in answers) == {"true": MANY - 1, "false": 1}
    assert await grown(served, before) == {"cases": 1, "events": 1, "wakes": 1, "idempotency_keys": 1}


async def test_fifty_equal_acts_at_once_are_one_event(served: Centre) -> None:
    id_ = await served.carried()
    owner = await served.owner(id_)
    said = {"version": (await owner.read(id_))["version"], "remedy": "赔偿", "compensation": 20}
    before = await served.counts()
    path = f"/cases/{id_}/acts/propose"
    answers = await asyncio.gather(*(owner.post(path, said, key="twice") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {200: MANY}
    assert len({one.text for one in answers}) == 1
    assert await grown(served, before) == {"events": 1, "idempotency_keys": 1}


async def test_one_key_for_acts_on_many_cases_at_once_does_one_and_refuses_the_rest(served: Centre) -> None:
    ids = [await served.start() for _ in range(8)]
    note = {"version": 1, "text": "a"}
    before = await served.counts()
    answers = await asyncio.gather(*(served.acceptor.post(f"/cases/{id_}/acts/note", note, key="k") for id_ in ids))
    assert Counter(one.status_code for one in answers) == {200: 1, 422: 7}
    assert await grown(served, before) == {"events": 1, "idempotency_keys": 1}


async def test_one_key_for_a_complaint_and_an_act_at_once_serves_one_of_them(served: Centre) -> None:
    id_ = await served.start()
    for number in range(10):
        key = f"k{number}"
        both = await asyncio.gather(
            served.acceptor.post("/complaints", {"text": DELAY}, key=key),
            served.acceptor.post(f"/cases/{id_}/acts/note", {"version": 1, "text": "a"}, key=key),
        )
        assert sorted(one.status_code for one in both) in ([200, 422], [202, 422])


async def test_of_two_acts_on_one_version_one_is_done_and_the_other_told_to_look_again(served: Centre) -> None:
    for _ in range(5):
        id_ = await served.carried()
        owner = await served.owner(id_)
        version = (await owner.read(id_))["version"]
        propose = {"version": version, "remedy": "赔偿", "compensation": 500}
        both = await asyncio.gather(
            owner.post(f"/cases/{id_}/acts/propose", propose, key="first-" + id_),
            served.supervisor.post(
                f"/cases/{id_}/acts/escalate", {"version": version, "why": "媒体"}, key="second-" + id_
            ),
        )
        assert sorted(one.status_code for one in both) == [200, 409]
        stale = next(one for one in both if one.status_code == 409)
        assert is_problem(stale, 409)["version"] == version + 1


@pytest.mark.usefixtures("nobody_in")
async def test_of_two_takers_of_one_case_one_gets_it_and_the_other_nothing(served: Centre) -> None:
    for _ in range(5):
        id_ = await served.carried(UNCLEAR)
        takers = (served.handler, served.colleague)
        both = await asyncio.gather(*(one.post("/queue/take") for one in takers))
        assert {one.status_code for one in both} == {200}
        got = [one.json()["case"] and one.json()["case"]["id"] for one in both]
        assert sorted(got, key=str) == [id_, None] or sorted(got, key=str) == [None, id_]
        winner = takers[got.index(id_)]
        assert (await winner.read(id_))["owner"] == winner.id


@pytest.mark.usefixtures("nobody_in")
async def test_of_two_takers_of_two_cases_each_gets_one(served: Centre) -> None:
    ids = {await served.carried(UNCLEAR) for _ in range(2)}
    both = await asyncio.gather(*(one.post("/queue/take") for one in (served.handler, served.colleague)))
    assert {one.json()["case"]["id"] for one in both} == ids


@pytest.mark.usefixtures("nobody_in")
async def test_fifty_equal_takings_at_once_take_one_case(served: Centre) -> None:
    for _ in range(3):
        await served.carried(UNCLEAR)
    before = await served.counts()
    answers = await asyncio.gather(*(served.handler.post("/queue/take", key="next") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {200: MANY}
    assert len({one.text for one in answers}) == 1
    assert await grown(served, before) == {"events": 1, "idempotency_keys": 1}


async def test_fifty_equal_cancellings_and_releases_at_once_are_one(served: Centre) -> None:
    id_ = await served.start()
    claimed = await Room(served.office.resources, served.office.desk.policies).claim("complaint")
    assert claimed is not None
    leg_id = claimed.leg_id
    answers = await asyncio.gather(*(served.supervisor.post(f"/runs/{leg_id}/cancel", key="c") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {202: MANY}
    assert len({one.text for one in answers}) == 1
    async with served.engine.begin() as connection:
        await connection.execute(
            update(wakes).where(wakes.c.case_id == id_).values(quarantined_at=func.now(), error="classify: ValueError")
        )
    release = f"/cases/{id_}/acts/release"
    before = await served.counts()
    answers = await asyncio.gather(*(served.supervisor.post(release, key="r") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {200: MANY}
    assert await grown(served, before) == {"events": 1, "idempotency_keys": 1}


async def test_a_caller_who_hangs_up_in_the_middle_leaves_the_case_whole_or_not_at_all(served: Centre) -> None:
    """Half a request changes nothing; a whole one counts although nobody waited for its answer."""
    url = served.acceptor.http.base_url
    body = f'{{"text": "{DELAY}"}}'.encode()
    head = f"POST /api/v1/complaints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.acceptor.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    before = await served.counts()
    for sent in (body[:10], body):
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode() + sent)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def arrived() -> bool:
        return await grown(served, before) != {}

    await until(arrived, what="the whole request")
    assert await grown(served, before) == {"cases": 1, "events": 1, "wakes": 1}


async def test_a_new_person_can_be_hired_while_others_work(served: Centre) -> None:
    """Tokens are looked up, not loaded at the start."""
    newcomer = await served.hire("newcomer", Role.ACCEPTOR)
    answer = await served.acceptor.http.get("/queue", headers={"Authorization": f"Bearer {newcomer.token}"})
    assert answer.status_code == 200
