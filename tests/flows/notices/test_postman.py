"""Notices go out for real: to a mail server, to a web server; again when they were not taken, and failed in the end."""

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from flows.notices import http, outbox
from flows.notices.signing import Request
from flows.notices.targets import Inside, Place
from flows.roster import leave
from flows.staffing import NewStaff, add_staff
from models.values.notice_terms import NOBODY, NoticeChannel
from models.values.notices import Addressee
from models.values.people_terms import Role
from tests.fixtures.office import POLICIES
from tests.fixtures.receivers import settings_for
from tests.fixtures.worker import until

EMAIL = NoticeChannel.EMAIL


async def test_an_email_arrives_with_both_languages_and_the_notices_id(post, mailbox):
    await post.subscribe("li@centre.example", EMAIL)
    id_ = await post.write()
    assert await post.postman.deliver()
    [letter] = mailbox.letters
    assert letter["To"] == "li@centre.example"
    assert letter["Subject"] == "测试 · a test"
    assert letter["Message-ID"] == f"<{id_}@centre.example>"
    assert letter["X-Redress-Notice"] == str(id_)
    assert letter.get_content().splitlines() == ["测试", "王小明的包裹", "", "a test", "the parcel of Wang Xiaoming"]
    row = await post.row(id_)
    assert row.delivered_at is not None
    assert row.failed_at is None
    assert not await post.postman.deliver(), "delivered once, it is done"
    assert len(mailbox.letters) == 1


async def test_a_webhook_is_signed_over_id_timestamp_and_body(post, receiver):
    made = await post.subscribe(receiver.url)
    id_ = await post.write()
    await post.postman.deliver()
    [hit] = receiver.hits
    assert hit.said["id"] == str(id_) == hit.headers["webhook-id"]
    assert hit.said["data"]["text"] == {"zh": "王小明的包裹", "en": "the parcel of Wang Xiaoming"}
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    stamp = hit.headers["webhook-timestamp"]
    mac = hmac.new(key, f"{id_}.{stamp}.".encode() + hit.body, hashlib.sha256).digest()
    assert hit.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert abs(datetime.now(UTC).timestamp() - int(stamp)) < 300
    assert hit.headers["host"] == receiver.allowed


async def test_a_dingtalk_robot_gets_its_timestamp_and_sign(post, receiver):
    receiver.answers = [(200, {}, b'{"errcode":0,"errmsg":"ok"}')]
    await post.subscribe(f"{receiver.url}?access_token=t", NoticeChannel.DINGTALK, secret="SEC000")  # noqa: S106
    id_ = await post.write()
    await post.postman.deliver()
    [hit] = receiver.hits
    query = parse_qs(urlsplit(hit.path).query)
    said = f"{query['timestamp'][0]}\nSEC000"
    mac = hmac.new(b"SEC000", said.encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(mac).decode()]
    assert query["access_token"] == ["t"]
    assert hit.said["msgtype"] == "text"
    assert "王小明的包裹" in hit.said["text"]["content"]
    assert (await post.row(id_)).delivered_at


async def test_a_wecom_robot_that_answers_200_and_refuses_has_not_taken_it(post, receiver):
    receiver.answers = [(200, {}, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), (200, {}, b'{"errcode":0}')]
    await post.subscribe(f"{receiver.url}?key=k", NoticeChannel.WECOM)
    id_ = await post.write()
    await post.postman.deliver()
    assert (await post.row(id_)).delivered_at is None
    assert await post.database.value("SELECT error FROM deliveries") == "the robot refused it: 93000"
    await post.hurry()
    await post.postman.deliver()
    assert (await post.row(id_)).delivered_at
    assert len(receiver.hits[1].said["text"]["content"].encode()) <= 2048


async def test_what_is_not_taken_is_tried_again_under_the_same_id_with_longer_pauses(post, receiver):
    receiver.answers = [(500, {}, b"x"), (503, {}, b"x"), (200, {}, b"")]
    await post.subscribe(receiver.url)
    id_ = await post.write()
    for pause in (10, 20):
        before = await post.database.value("SELECT clock_timestamp()")
        await post.postman.deliver()
        after = await post.database.value("SELECT clock_timestamp()")
        again = await post.database.value("SELECT not_before FROM deliveries")
        assert before <= again - timedelta(seconds=pause) <= after
        await post.hurry()
    await post.postman.deliver()
    assert [hit.headers["webhook-id"] for hit in receiver.hits] == [str(id_)] * 3
    assert (await post.row(id_)).delivered_at


async def test_after_the_bound_it_has_failed_and_says_so(post, mailbox):
    mailbox.refuse = "554 no"
    await post.subscribe("li@centre.example", EMAIL)
    id_ = await post.write()
    tries = POLICIES.current.rulebook.notices.attempts_at_most
    for _ in range(tries):
        assert (await post.row(id_)).failed_at is None
        await post.hurry()
        await post.postman.deliver()
    row = await post.row(id_)
    assert (row.failed_at is not None, row.error) == (True, "the mail server answered 554")
    assert await post.database.value("SELECT attempts FROM deliveries") == tries
    await post.hurry()
    assert not await post.postman.deliver()


async def test_a_notice_nobody_is_subscribed_to_has_failed_visibly(post):
    id_ = await post.write(Addressee(role=Role.GENERAL_MANAGER))
    await post.postman.deliver()
    assert (await post.row(id_)).error == NOBODY


async def test_who_left_is_told_nothing_any_more(post, receiver):
    async with post.database.engine.begin() as connection:
        gone = await add_staff(connection, NewStaff("gone", Role.MANAGER))
        other = await add_staff(connection, NewStaff("other", Role.MANAGER))
    await post.subscribe(receiver.url, of=Addressee(staff_id=gone))
    await post.subscribe(f"{receiver.url}/other", of=Addressee(staff_id=other))
    async with post.database.engine.begin() as connection:
        await leave(connection, "gone", datetime.now(UTC))
    assert await post.database.value("SELECT count(*) FROM subscriptions WHERE ended_at IS NULL") == 1
    await post.database.rows("UPDATE staff SET left_at = now() WHERE name = 'other'")  # however he left
    await post.write()
    await post.postman.deliver()
    assert receiver.hits == []


async def test_an_address_that_does_not_connect_leaves_the_next_one(monkeypatch):
    tried = []

    async def _post(client, place, address, request):
        tried.append(address)
        if len(tried) == 1:
            raise httpx.ConnectTimeout("")
        return {"errcode": 0}

    async def look_up(url, inside):
        return Place(httpx.URL(url), ("192.0.2.1", "192.0.2.2"))

    monkeypatch.setattr(http, "_post", _post)
    monkeypatch.setattr(http, "look_up", look_up)
    assert await http.post("https://robot.example/x", Request(b"", {}), Inside(), 1.0) == {"errcode": 0}
    assert tried == ["192.0.2.1", "192.0.2.2"]


async def test_one_way_that_works_is_enough(post, receiver, mailbox):
    mailbox.refuse = "554 no"
    await post.subscribe("li@centre.example", EMAIL)
    await post.subscribe(receiver.url)
    id_ = await post.write()
    for _ in range(POLICIES.current.rulebook.notices.attempts_at_most):
        await post.hurry()
        await post.postman.deliver()
    row = await post.row(id_)
    assert row.delivered_at is not None
    assert row.failed_at is None
    assert len(receiver.hits) == 1, "what arrived is not sent again because another way fails"


async def test_a_receiver_that_never_answers_does_not_hold_up_the_others(post, receiver, mailbox):
    receiver.gate.clear()
    await post.subscribe(receiver.url)
    await post.subscribe("li@centre.example", EMAIL)
    id_ = await post.write()
    await post.postman.deliver()
    assert len(mailbox.letters) == 1
    assert (await post.row(id_)).delivered_at
    errors = await post.database.rows("SELECT error FROM deliveries WHERE delivered_at IS NULL")
    assert errors == [("no answer in time",)]


async def test_a_dead_target_with_a_backlog_delays_nobody_else(post, receiver, mailbox):
    receiver.gate.clear()
    await post.subscribe(receiver.url)
    for _ in range(outbox.AT_ONCE + 5):
        await post.write()
    serving = asyncio.create_task(post.postman.serve())
    await until(lambda: len(receiver.hits) == outbox.TO_ONE, what="the tries at the dead target")
    await post.subscribe("li@centre.example", EMAIL, of=Addressee(role=Role.SUPERVISOR))
    await post.write(Addressee(role=Role.SUPERVISOR))
    await until(lambda: bool(mailbox.letters), what="the letter behind them")
    assert len(receiver.hits) == outbox.TO_ONE, "none of the tries at the dead target has ended yet"
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert not post.postman.under_way, "who stops leaves no try behind"


async def test_a_redirect_is_not_followed(post, receiver):
    receiver.answers = [(302, {"Location": f"{receiver.url}/elsewhere"}, b"")]
    await post.subscribe(receiver.url)
    await post.write()
    await post.postman.deliver()
    assert [hit.path for hit in receiver.hits] == ["/hook"]
    assert await post.database.value("SELECT error FROM deliveries") == "it answered 302: redirects are not followed"


async def test_a_target_that_may_no_longer_be_called_fails_at_once_and_is_not_called(post, receiver):
    await post.subscribe(receiver.url)
    id_ = await post.write()
    await post.with_settings(settings_for()).postman.deliver()
    assert receiver.hits == []
    row = await post.row(id_)
    assert row.failed_at is not None
    assert "must begin with https" in row.error


async def test_a_notice_for_later_waits(post, mailbox):
    await post.subscribe("li@centre.example", EMAIL)
    await post.write(due=datetime.now(UTC) + timedelta(hours=1))
    assert not await post.postman.deliver()
    assert mailbox.letters == []


async def test_two_postmen_deliver_each_notice_once(post, receiver):
    await post.subscribe(receiver.url)
    ids = [str(await post.write()) for _ in range(30)]
    while any(await asyncio.gather(post.postman.deliver(), post.postman.deliver())):
        pass
    assert sorted(hit.headers["webhook-id"] for hit in receiver.hits) == sorted(ids)


async def test_who_comes_back_after_his_lease_settles_nothing(post, receiver):
    await post.subscribe(receiver.url)
    await post.write()
    engine, seal = post.database.engine, post.database.seal
    async with engine.begin() as connection:
        await outbox.resolve(connection, datetime.now(UTC))
    async with engine.begin() as connection:
        [late] = await outbox.claim(connection, seal, "late", 0)
    async with engine.begin() as connection:
        [next_one] = await outbox.claim(connection, seal, "next", 60)
    policy, now = POLICIES.current.rulebook.notices, datetime.now(UTC)
    async with engine.begin() as connection:
        assert not await outbox.failed(connection, late, "late", policy, now, final=True)
        assert not await outbox.arrived(connection, late, now)
        assert await outbox.arrived(connection, next_one, now)
    assert await post.database.rows("SELECT attempts, worker, error FROM deliveries") == [(2, "next", None)]


async def test_what_kills_every_postman_is_given_up_after_as_many_tries(post, receiver):
    await post.subscribe(receiver.url)
    id_ = await post.write()
    most = POLICIES.current.rulebook.notices.attempts_at_most
    async with post.database.engine.begin() as connection:
        await outbox.resolve(connection, datetime.now(UTC))
    await post.database.rows("UPDATE deliveries SET attempts = :n, lease_until = now() - interval '1 s'", n=most)
    assert await post.postman.deliver()
    assert receiver.hits == []
    [(failed, error)] = await post.database.rows("SELECT failed_at, error FROM notices WHERE id = :id", id=id_)
    assert failed is not None
    assert "every try ended" in error


async def test_its_case_looks_up_when_it_arrived_if_it_wants_to_know(post, office, mailbox):
    [asks, does_not, closed] = await office.complain(3)
    await post.database.rows("UPDATE cases SET closed_at = now() WHERE id = :id", id=closed)
    await post.subscribe("li@centre.example", EMAIL)
    await post.write(case_id=closed, pokes=True)
    await post.write(case_id=asks, pokes=True)
    await post.write(case_id=does_not)
    await post.postman.deliver()
    poked = await post.database.rows("SELECT id FROM cases WHERE poked")
    assert poked == [(asks,)]


async def test_nothing_personal_is_in_the_open_tables(post, receiver):
    await post.subscribe(f"{receiver.url}?access_token=very-secret")
    await post.write()
    await post.postman.deliver()
    whole = "SELECT string_agg(one::text, ' ') FROM "
    for query in (whole + "notices AS one", whole + "deliveries AS one", whole + "subscriptions AS one"):
        text = await post.database.value(query)
        for word in ("王小明", "very-secret", "127.0.0.1"):
            assert word not in text
            assert word.encode().hex() not in text, "bytes are shown in hexadecimal"


@pytest.mark.parametrize("channel", [NoticeChannel.WECOM, NoticeChannel.DINGTALK])
async def test_a_robot_whose_answer_is_no_robots_has_not_taken_it(post, receiver, channel):
    receiver.answers = [(200, {}, b"<html>welcome</html>")]
    await post.subscribe(receiver.url, channel)
    await post.write()
    await post.postman.deliver()
    assert await post.database.value("SELECT delivered_at FROM deliveries") is None
