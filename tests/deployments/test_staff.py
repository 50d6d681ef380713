"""`redress staff` and `redress token`, as people run them: each mistake a sentence, nothing changed."""

import pytest

from flows.staffing import digest
from tests.deployments.conftest import Redress
from tests.fixtures.database import Database

pytestmark = pytest.mark.timeout(500)
"""Each command is a process of its own: wide enough for a machine that others are busy on."""


def done(redress: Redress, *arguments: str) -> str:
    answer = redress(*arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


async def test_staff_are_added_changed_shown_and_leave(redress: Redress, database: Database) -> None:
    shifts = ("--shift", "mon-fri 08:00-17:00", "--shift", "sat 20:00-08:00", "--calendar", "working_days")
    skills = ("--skill", "damage", "--skill", "road", "--language", "yue")
    done(redress, "staff", "add", "Li Hua", "--role", "complaint_handler", "--unit", "claims", *skills, *shifts)
    listed = done(redress, "staff", "list")
    for said in ("Li Hua", "claims", "damage, road, yue", "mon,tue,wed,thu,fri 08:00-17:00; sat 20:00-08:00", "0/20"):
        assert said in listed
    done(redress, "staff", "change", "Li Hua", "--role", "supervisor", "--capacity", "5", "--clear", "shift")
    listed = done(redress, "staff", "list")
    assert "supervisor" in listed
    assert "any hour" in listed
    assert "damage, road, yue" in listed, "what is left out stays"
    token = done(redress, "token", "create", "Li Hua").strip()
    assert "1 tokens are revoked" in done(redress, "staff", "leave", "Li Hua")
    assert "left" in done(redress, "staff", "list")
    kept = await database.value("SELECT revoked_at IS NOT NULL FROM tokens WHERE digest = :d", d=digest(token))
    assert kept is True
    assert "does not work here any more" in redress("token", "create", "Li Hua").stderr


async def test_absences_have_a_span_a_reason_and_a_deputy(redress: Redress, database: Database) -> None:
    for name in ("Li Hua", "Wang Fang"):
        done(redress, "staff", "add", name, "--role", "complaint_handler")
    span = ("--from", "2199-10-01", "--until", "2199-10-08", "--reason", "leave", "--deputy", "Wang Fang")
    done(redress, "staff", "absent", "Li Hua", *span)
    shown = done(redress, "staff", "absences")
    for said in ("Li Hua", "from 2199-10-01 00:00 until 2199-10-08 00:00", "leave", "Wang Fang"):
        assert said in shown
    again = redress("staff", "absent", "Li Hua", "--from", "2199-10-07T12:00")
    assert again.returncode == 1
    assert "falls into that time" in again.stderr
    done(redress, "staff", "absent", "Wang Fang")
    done(redress, "staff", "present", "Wang Fang")
    done(redress, "staff", "back", "1")
    assert "Li Hua" not in done(redress, "staff", "absences")
    rows = await database.rows("SELECT count(*), count(ended_at) FROM absences")
    assert tuple(rows[0]) == (2, 2), "ended, and not forgotten"


MISTAKES = [
    (("add", "Li Hua", "--role", "supervisor"), "there is a 'Li Hua' already"),
    (("add", "New", "--role", "wizard"), "Invalid value"),
    (("add", "New", "--role", "supervisor", "--skill", "magic"), "'magic' is no skill known here; the skills"),
    (("add", "New", "--role", "supervisor", "--shift", "always"), "write a shift as days and hours"),
    (("change", "Li Hua", "--clear", "name"), "'name' cannot be cleared"),
    (("change", "Li Hua", "--unit", "moon"), "'moon' is no unit known here"),
    (("absent", "Li Hua", "--from", "tomorrow"), "Invalid value"),
    (("leave", "Nobody"), "there is no member of staff 'Nobody'"),
]
"""What `flows.roster` refuses is in its own tests; here a few, as the command line says them."""


async def test_every_mistake_gets_its_sentence_and_changes_nothing(redress: Redress, database: Database) -> None:
    done(redress, "staff", "add", "Li Hua", "--role", "complaint_handler")
    before = await database.rows("SELECT s.*, (SELECT count(*) FROM absences) FROM staff s")
    for arguments, sentence in MISTAKES:
        answer = redress("staff", *arguments)
        assert answer.returncode in (1, 2), arguments
        assert sentence in answer.stderr.replace("\n", " "), f"{arguments}: {answer.stderr}"
        assert "Traceback" not in answer.stderr
    assert await database.rows("SELECT s.*, (SELECT count(*) FROM absences) FROM staff s") == before


async def test_tokens_are_created_listed_expired_and_revoked(redress: Redress, database: Database) -> None:
    done(redress, "staff", "add", "Li Hua", "--role", "complaint_handler")
    tokens = [done(redress, "token", "create", "Li Hua", *more).strip() for more in ((), ("--days", "9"), ())]
    assert all(token.startswith("rdr_") for token in tokens)
    done(redress, "token", "expire", "1", "--days", "0")
    done(redress, "token", "revoke", "3")
    listed = done(redress, "token", "list")
    states = [word for line in listed.splitlines() for word in ("expired", "valid", "revoked") if f" {word} " in line]
    assert states[-3:] == ["expired", "valid", "revoked"]
    assert not [token for token in tokens if token in listed]
    kept = str(await database.rows("SELECT * FROM tokens"))
    assert not [token for token in tokens if token in kept]
    for arguments, sentence in (
        (("revoke", "1"), "there is no valid token 1"),
        (("expire", "3", "--days", "5"), "there is no valid token 3"),
        (("revoke", "99"), "there is no valid token 99"),
        (("create", "Nobody"), "there is no member of staff 'Nobody'"),
        (("create", "Li Hua", "--days", "0"), "Invalid value"),
    ):
        answer = redress("token", *arguments)
        assert answer.returncode in (1, 2)
        assert sentence in answer.stderr.replace("\n", " ")
        assert "Traceback" not in answer.stderr
