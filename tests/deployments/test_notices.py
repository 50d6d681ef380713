"""`redress notices`, as people run it: subscribe, list, show, replay; what is refused says why and changes nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.staffing import NewStaff, add_staff
from models.values.people_terms import Role

REDRESS = Path(sys.executable).with_name("redress")
pytestmark = pytest.mark.timeout(500)  # each command is a process of its own


@pytest.fixture
def redress(database, tmp_path, monkeypatch):
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path))
    monkeypatch.setenv("REDRESS_DATABASE_URL", database.url)
    monkeypatch.setenv("REDRESS_SECRET_KEY", database.key)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        return subprocess.run(
            [REDRESS, "notices", *arguments], capture_output=True, text=True, timeout=120, check=False
        )

    return run


async def test_from_a_subscription_to_a_notice_sent_again(redress, database):
    async with database.engine.begin() as connection:
        await add_staff(connection, NewStaff("Chen", Role.SUPERVISOR))
    made = redress("subscribe", "email", "chen@centre.example", "--staff", "Chen", "--kind", "test")
    assert made.returncode == 0, made.stderr
    assert "Subscription 1 is made" in made.stdout
    assert "c***@centre.example" in redress("subscriptions").stdout
    id_ = re.search(r"[0-9a-f-]{36}", redress("test", "--staff", "Chen").stdout)[0]
    assert "waiting" in redress("list").stdout
    shown = redress("show", id_).stdout
    assert "You read this: the channel works." in shown
    still = redress("replay", id_, "--by", "Chen")
    assert (still.returncode, "still being sent" in still.stderr) == (1, True)
    await database.rows("UPDATE notices SET resolved_at = now(), failed_at = now()")
    assert redress("replay", id_, "--by", "Chen").returncode == 0
    assert await database.rows("SELECT failed_at, replayed_by FROM notices") == [(None, 1)]
    assert redress("unsubscribe", "1").returncode == 0
    assert "c***@" not in redress("subscriptions").stdout


async def test_a_webhook_shows_its_secret_once_and_its_address_never(redress, monkeypatch):
    monkeypatch.setenv("REDRESS_WEBHOOK_ALLOW", "127.0.0.1:9")
    made = redress("subscribe", "webhook", "http://127.0.0.1:9/hook?token=very-secret", "--role", "administrator")
    assert re.search(r"whsec_[A-Za-z0-9+/=]{40,}", made.stdout), made.stderr
    assert "very-secret" not in made.stdout + redress("subscriptions").stdout
    again = redress("subscribe", "webhook", "http://127.0.0.1:9/hook?token=very-secret", "--role", "administrator")
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
async def test_what_is_refused_says_why_and_changes_nothing(redress, database, arguments, sentence):
    done = redress(*arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert await database.value("SELECT count(*) FROM subscriptions") == 0
