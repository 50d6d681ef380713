"""`redress notices`, as people run it: subscribe, list, show, replay; what is refused says why and changes nothing."""

import re
from functools import partial

import pytest

from flows.staffing import NewStaff, add_staff
from models.values.people_terms import Role

pytestmark = pytest.mark.timeout(500)  # each command is a process of its own


@pytest.fixture
def notices(redress):
    return partial(redress, "notices")


async def test_from_a_subscription_to_a_notice_sent_again(notices, database):
    async with database.engine.begin() as connection:
        await add_staff(connection, NewStaff("Chen", Role.SUPERVISOR))
    made = notices("subscribe", "email", "chen@centre.example", "--staff", "Chen", "--kind", "test")
    assert made.returncode == 0, made.stderr
    assert "Subscription 1 is made" in made.stdout
    assert "c***@centre.example" in notices("subscriptions").stdout
    id_ = re.search(r"[0-9a-f-]{36}", notices("test", "--staff", "Chen").stdout)[0]
    assert "waiting" in notices("list").stdout
    shown = notices("show", id_).stdout
    assert "You read this: the channel works." in shown
    still = notices("replay", id_, "--by", "Chen")
    assert (still.returncode, "still being sent" in still.stderr) == (1, True)
    await database.rows("UPDATE notices SET resolved_at = now(), failed_at = now()")
    assert notices("replay", id_, "--by", "Chen").returncode == 0
    assert await database.rows("SELECT failed_at, replayed_by FROM notices") == [(None, 1)]
    assert notices("unsubscribe", "1").returncode == 0
    assert "c***@" not in notices("subscriptions").stdout


async def test_a_webhook_shows_its_secret_once_and_its_address_never(notices, monkeypatch):
    monkeypatch.setenv("REDRESS_WEBHOOK_ALLOW", "127.0.0.1:9")
    made = notices("subscribe", "webhook", "http://127.0.0.1:9/hook?token=very-secret", "--role", "administrator")
    assert re.search(r"whsec_[A-Za-z0-9+/=]{40,}", made.stdout), made.stderr
    assert "very-secret" not in made.stdout + notices("subscriptions").stdout
    again = notices("subscribe", "webhook", "http://127.0.0.1:9/hook?token=very-secret", "--role", "administrator")
    assert (again.returncode, "there already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("subscribe", "webhook", "https://169.254.169.254/latest"), "inside network"),
        (("subscribe", "dingtalk", "https://localhost/robot"), "inside network"),
        (("subscribe", "webhook", "http://example.com/hook"), "must begin with https"),
        (("subscribe", "wecom", "nonsense"), "no web address"),
        (("subscribe", "email", "chen"), "no e-mail address"),
        (("subscribe", "email", "a@b.cc", "--staff", "Nobody"), "no member of staff"),
        (("subscribe", "email", "a@b.cc", "--unit", "x", "--role", "manager"), "give one of"),
        (("subscribe", "email", "a@b.cc", "--kind", "gossip"), "gossip"),
        (("unsubscribe", "99"), "no subscription 99"),
        (("show", "01a20000-0000-7000-8000-000000000001"), "no such thing"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(notices, database, arguments, sentence):
    done = notices(*arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert await database.value("SELECT count(*) FROM subscriptions") == 0
