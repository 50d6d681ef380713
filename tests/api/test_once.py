"""A request that is repeated has its effect once and gets its first answer; of many at once, one wins."""

import asyncio
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, update

from flows.room import Room
from flows.staffing import set_presence
from models.case import cases
from models.event import events
from models.idempotency import idempotency_keys
from models.leg import LegState, legs
from models.values.vocabulary import Role
from models.wake import wakes
from tests.api.centre import DELAY, UNCLEAR, Centre, Person, is_problem
from tests.fixtures.database import KEY, Database
from tests.fixtures.worker import until

MANY = 50


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
    is_problem(await centre.handler.post(f"/cases/{id_}/acts/note", note, key="later"), 409)
    await centre.supervisor.done(id_, "reassign", why="换人", to=centre.colleague.id)
    if (await centre.handler.read(id_))["version"] == version:  # it was the colleague's already
        await centre.supervisor.done(id_, "reassign", why="换人", to=centre.handler.id)
    answer = await centre.handler.post(f"/cases/{id_}/acts/note", note, key="later")
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
        await set_presence(connection, name, False)


async def open_leg(centre: Centre) -> str:
    """A leg that was claimed and is under way."""
    claimed = await Room(centre.office.resources, centre.office.desk.policies).claim("complaint")
    assert claimed is not None
    return str(claimed.leg_id)


@pytest.fixture
async def served(open_centre, database: Database, tmp_path: Path) -> AsyncIterator[Centre]:  # type: ignore[no-untyped-def]
    """The same centre, its people calling a real server process over TCP; business time is real."""
    centre: Centre = await open_centre(clock="real")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"REDRESS_DATABASE_URL": database.url, "REDRESS_SECRET_KEY": KEY, "REDRESS_CLOCK": "real"}
    serve = [sys.executable, "-m", "uvicorn", "--factory", "deployments.serve:app", "--port", str(port)]
    with (tmp_path / "api.log").open("wb") as log:
        process = subprocess.Popen(serve, env=env, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        limits = httpx.Limits(max_connections=MANY)

        async def answers() -> bool:
            assert process.poll() is None, (tmp_path / "api.log").read_text()
            async with httpx.AsyncClient() as client:
                try:
                    return (await client.get(f"{url}/ready")).status_code == 200
                except httpx.TransportError:
                    return False

        await until(answers, what="the API")
        for name, one in list(centre.people.items()):
            await one.http.aclose()
            headers = {"Authorization": f"Bearer {one.token}"}
            client = httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, limits=limits, timeout=60)
            centre.people[name] = Person(one.id, name, one.token, client)
        yield centre
        process.terminate()
        process.wait(30)


async def test_fifty_equal_complaints_at_once_are_one_case(served: Centre) -> None:
    said = {"text": DELAY, "waybill": "SF1"}
    answers = await asyncio.gather(
        *(served.web_form.post("/complaints", said, key="double-click") for _ in range(MANY))
    )
    assert Counter(one.status_code for one in answers) == {202: MANY}
    assert len({one.json()["id"] for one in answers}) == 1
    assert Counter(one.headers["idempotent-replayed"] for one in answers) == {"true": MANY - 1, "false": 1}
    counts = await served.counts()
    assert {name: counts[name] for name in ("cases", "events", "wakes", "idempotency_keys")} == {
        "cases": 1,
        "events": 1,
        "wakes": 1,
        "idempotency_keys": 1,
    }


async def test_fifty_equal_acts_at_once_are_one_event(served: Centre) -> None:
    id_ = await served.carried()
    owner = await served.owner(id_)
    said = {"version": (await owner.read(id_))["version"], "remedy": "赔偿", "compensation": 20}
    path = f"/cases/{id_}/acts/propose"
    answers = await asyncio.gather(*(owner.post(path, said, key="twice") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {200: MANY}
    assert len({one.text for one in answers}) == 1
    assert await count_of(served, "proposed") == 1


async def test_one_key_for_acts_on_many_cases_at_once_does_one_and_refuses_the_rest(served: Centre) -> None:
    ids = [await served.start() for _ in range(8)]
    note = {"version": 1, "text": "a"}
    answers = await asyncio.gather(*(served.handler.post(f"/cases/{id_}/acts/note", note, key="k") for id_ in ids))
    assert Counter(one.status_code for one in answers) == {200: 1, 422: 7}
    assert await count_of(served, "noted") == 1


async def test_one_key_for_a_complaint_and_an_act_at_once_serves_one_of_them(served: Centre) -> None:
    id_ = await served.start()
    for number in range(10):
        key = f"k{number}"
        both = await asyncio.gather(
            served.handler.post("/complaints", {"text": DELAY}, key=key),
            served.handler.post(f"/cases/{id_}/acts/note", {"version": 1, "text": "a"}, key=key),
        )
        assert sorted(one.status_code for one in both) in ([200, 422], [202, 422])


async def test_of_two_acts_on_one_version_one_is_done_and_the_other_told_to_look_again(served: Centre) -> None:
    for _ in range(5):
        id_ = await served.carried()
        owner = await served.owner(id_)
        version = (await owner.read(id_))["version"]
        propose = {"version": version, "remedy": "赔偿", "compensation": 500}
        both = await asyncio.gather(
            owner.post(f"/cases/{id_}/acts/propose", propose, key=f"{id_}-1"),
            served.supervisor.post(f"/cases/{id_}/acts/escalate", {"version": version, "why": "媒体"}, key=f"{id_}-2"),
        )
        assert sorted(one.status_code for one in both) == [200, 409]
        stale = next(one for one in both if one.status_code == 409)
        assert is_problem(stale, 409)["version"] == version + 1


async def test_of_two_takers_of_one_case_one_gets_it_and_the_other_nothing(served: Centre) -> None:
    for name in ("acceptor", "handler", "colleague"):
        await absent(served, name)
    for _ in range(5):
        id_ = await served.carried(UNCLEAR)
        takers = (served.handler, served.colleague)
        both = await asyncio.gather(*(one.post("/queue/take") for one in takers))
        assert {one.status_code for one in both} == {200}
        got = [one.json()["case"] and one.json()["case"]["id"] for one in both]
        assert sorted(got, key=str) == [id_, None] or sorted(got, key=str) == [None, id_]
        winner = takers[got.index(id_)]
        assert (await winner.read(id_))["owner"] == winner.id


async def test_of_two_takers_of_two_cases_each_gets_one(served: Centre) -> None:
    for name in ("acceptor", "handler", "colleague"):
        await absent(served, name)
    ids = {await served.carried(UNCLEAR) for _ in range(2)}
    both = await asyncio.gather(*(one.post("/queue/take") for one in (served.handler, served.colleague)))
    assert {one.json()["case"]["id"] for one in both} == ids


async def test_fifty_equal_takings_at_once_take_one_case(served: Centre) -> None:
    for name in ("acceptor", "handler", "colleague"):
        await absent(served, name)
    for _ in range(3):
        await served.carried(UNCLEAR)
    answers = await asyncio.gather(*(served.handler.post("/queue/take", key="next") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {200: MANY}
    assert len({one.text for one in answers}) == 1
    assert await count_of(served, "assigned") == 1


async def test_fifty_equal_cancellings_and_releases_at_once_are_one(served: Centre) -> None:
    id_ = await served.start()
    leg_id = await open_leg(served)
    answers = await asyncio.gather(*(served.supervisor.post(f"/runs/{leg_id}/cancel", key="c") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {202: MANY}
    assert len({one.text for one in answers}) == 1
    async with served.engine.begin() as connection:
        await connection.execute(update(wakes).values(quarantined_at=func.now(), error="classify: ValueError"))
    release = f"/cases/{id_}/acts/release"
    answers = await asyncio.gather(*(served.supervisor.post(release, key="r") for _ in range(MANY)))
    assert Counter(one.status_code for one in answers) == {200: MANY}
    assert await count_of(served, "released") == 1


async def test_a_caller_who_hangs_up_in_the_middle_leaves_the_case_whole_or_not_at_all(served: Centre) -> None:
    """Half a request changes nothing; a whole one counts although nobody waited for its answer."""
    url = served.acceptor.http.base_url
    body = f'{{"text": "{DELAY}"}}'.encode()
    head = f"POST /api/v1/complaints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.acceptor.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for sent in (body[:10], body):
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode() + sent)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def arrived() -> bool:
        return (await served.counts())["cases"] == 1

    await until(arrived, what="the whole request")
    for table in (cases, wakes, events):
        assert (await served.counts())[table.name] == 1
    assert (await served.counts())[idempotency_keys.name] == 0


async def test_a_new_person_can_be_hired_while_others_work(served: Centre) -> None:
    """Tokens are looked up, not loaded at the start."""
    newcomer = await served.hire("newcomer", Role.ACCEPTOR)
    answer = await served.acceptor.http.get("/queue", headers={"Authorization": f"Bearer {newcomer.token}"})
    assert answer.status_code == 200
