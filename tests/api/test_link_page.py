"""The page behind a one-time link: answered once, by whoever has it, and a sentence for every link that is not good."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from tests.api.centre import Centre, is_problem
from tests.api.rounds import answered, contacts, opened
from tests.fixtures.database import Database
from tests.fixtures.served import serve

FORM = {"expectation": "4", "satisfaction": "2", "feelings": ["met", "novel"], "on_time": "no", "recommend": "3"}


class Browser:
    """A customer with a phone: no token, no cookies."""

    def __init__(self, centre: Centre) -> None:
        transport = httpx.ASGITransport(centre.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://redress")

    async def get(self, path: str, **more: str) -> httpx.Response:
        return await self.http.get(path, headers=more)

    async def send(self, path: str, form: dict[str, object]) -> httpx.Response:
        return await self.http.post(path, data=form)


@pytest.fixture
async def contact(centre: Centre, database: Database) -> str:
    await serve(database, 3)
    await opened(centre)
    id_: str = (await contacts(centre))[0]["id"]
    return id_


async def link(centre: Centre, contact: str) -> str:
    path: str = (await centre.revisitor.done(contact, "send-link"))["path"]
    return path


async def test_a_customer_answers_by_his_link_without_signing_in(
    centre: Centre, database: Database, contact: str
) -> None:
    path, browser = await link(centre, contact), Browser(centre)
    page = await browser.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in page.text
    assert "您对这次实际的服务满意吗" in page.text
    assert "How satisfied are you" in (await browser.get(f"{path}?lang=en")).text
    assert "How satisfied are you" in (await browser.get(path, **{"Accept-Language": "en-GB,en;q=0.9"})).text
    thanks = await browser.send(path, FORM | {"remark": "货物晚到了五天,没人通知"})
    assert thanks.status_code == 200
    assert "感谢您的回答" in thanks.text
    await centre.carry()
    case = await centre.supervisor.read(contact)
    assert (case["stage"], case["outcome"], case["satisfaction"]) == ("closed", "reached", 2)
    events = await centre.supervisor.events(contact)
    given = next(one for one in events if one["kind"] == "questionnaire_answered")
    assert (given["data"]["by"], given["actor"]) == ("link", "system")
    assert given["data"]["answers"] == {
        "expectation": 4, "satisfaction": 2, "feelings": ["met", "novel"], "on_time": False, "recommend": 3
    }  # fmt: skip
    assert given["said"] == {"remark": "货物晚到了五天,没人通知"}
    assert events[-1]["data"]["complaint"], "a dissatisfied customer's words are a complaint"


async def test_it_is_answered_once(centre: Centre, database: Database, contact: str) -> None:
    path, browser = await link(centre, contact), Browser(centre)
    assert (await browser.send(path, FORM)).status_code == 200
    for again in (await browser.send(path, FORM), await browser.get(path)):
        assert again.status_code == 409
        assert "您已提交过回答" in again.text
        assert "<form" not in again.text
    await centre.carry()
    assert (await browser.get(path)).status_code == 409
    assert await database.value("SELECT count(*) FROM events WHERE kind = 'questionnaire_answered'") == 1


async def test_what_is_missing_is_said_beside_its_question_and_changes_nothing(
    centre: Centre, database: Database, contact: str
) -> None:
    path, browser = await link(centre, contact), Browser(centre)
    before = await centre.counts()
    for form, sentence in (
        ({"satisfaction": "5", "remark": "不要显示这句话"}, "请回答"),
        (FORM | {"satisfaction": "9"}, "须为 1 到 5 的整数"),
        (FORM | {"on_time": "maybe"}, "须为是或否"),
        (FORM | {"feelings": ["rage"]}, "须从以下选项中选择"),
    ):
        page = await browser.send(path, form)
        assert page.status_code == 422, page.text
        assert sentence in page.text
        assert not re.search("不要显示|maybe|rage", page.text), "nothing is echoed"
    assert (await browser.send(path, FORM | {"price_4711": "1"})).status_code == 422
    garbled = await browser.http.post(path, content=b"satisfaction=%ff\xff\x00")
    assert garbled.status_code in (400, 422)
    assert await centre.counts() == before
    assert (await browser.send(path, FORM)).status_code == 200


async def test_a_forged_link_is_not_found(centre: Centre, contact: str) -> None:
    path, browser = await link(centre, contact), Browser(centre)
    token = path.removeprefix("/r/")
    other = "A" if token[30] != "A" else "B"
    forged = [token[:30] + other + token[31:], token[:-3], token + "AAAA", "x", "%20", "..%2f", "好", "a" * 200]
    for one in forged:
        for answer in (await browser.get(f"/r/{one}"), await browser.send(f"/r/{one}", FORM)):
            assert answer.status_code == 404, one
    assert "链接无效" in (await browser.get("/r/abcdefgh")).text
    assert (await centre.supervisor.read(contact))["stage"] == "contact"


async def test_only_the_last_link_of_a_contact_is_good(centre: Centre, contact: str) -> None:
    first, second = await link(centre, contact), await link(centre, contact)
    assert first != second
    page = await Browser(centre).get(first)
    assert page.status_code == 410
    assert "最近收到的链接" in page.text
    assert (await Browser(centre).get(second)).status_code == 200


async def test_a_link_expires_with_the_round(centre: Centre, contact: str) -> None:
    path = await link(centre, contact)
    given = (await centre.revisitor.read(contact))["clocks"]
    ends = next(clock["due_at"] for clock in given if clock["name"] == "closing")
    await centre.move(timedelta(days=14))
    assert ends
    for answer in (await Browser(centre).get(path), await Browser(centre).send(path, FORM)):
        assert answer.status_code == 410
        assert "本次回访已结束" in answer.text


async def test_a_link_ends_with_a_contact_that_ended_otherwise(centre: Centre, contact: str) -> None:
    path = await link(centre, contact)
    await centre.revisitor.done(contact, "contact", outcome="refused")
    assert (await Browser(centre).get(path)).status_code == 410


async def test_a_repeated_request_gets_the_same_link_and_nothing_of_it_is_stored(
    centre: Centre, database: Database, contact: str
) -> None:
    version = (await centre.revisitor.read(contact))["version"]
    said = {"version": version}
    first = await centre.revisitor.post(f"/cases/{contact}/acts/send-link", said, key="k")
    again = await centre.revisitor.post(f"/cases/{contact}/acts/send-link", said, key="k")
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    token = first.json()["path"].removeprefix("/r/")
    for table in ("cases", "events", "idempotency_keys", "round_draws"):
        stored = await database.value(f"SELECT string_agg({table}::text, '') FROM {table}")  # noqa: S608 - our own
        assert token not in stored
    assert UUID(contact).hex not in token


async def test_a_contact_gets_as_many_links_as_the_rulebook_says(centre: Centre, contact: str) -> None:
    book = centre.office.desk.policies.current.rulebook
    for _ in range(book.revisits.links_at_most):
        await centre.revisitor.done(contact, "send-link")
    problem = is_problem(await centre.revisitor.act(contact, "send-link"), 409)
    assert "links enough" in problem["detail"]


async def test_whoever_may_not_work_a_contact_gives_out_no_link(centre: Centre, contact: str) -> None:
    is_problem(await centre.handler.act(contact, "send-link"), 403)
    await answered(centre, contact)
    is_problem(await centre.supervisor.act(contact, "send-link"), 409)
