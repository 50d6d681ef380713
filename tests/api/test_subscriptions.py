"""Subscriptions over HTTP: made, listed, ended by the administrator; secrets shown once; what is refused says why."""

import pytest

from models.values.people_terms import Role
from tests.api.centre import is_problem
from tests.api.conftest import opened

INSIDE = "127.0.0.1:9"
HOOK = f"http://{INSIDE}/hook?token=very-secret"
MAIL = {"channel": "email", "to": "li@centre.example"}


@pytest.fixture
async def centre(database):
    async with opened(database, webhook_allow=INSIDE) as found:
        yield found


@pytest.fixture
async def administrator(centre):
    return await centre.hire("administrator", Role.ADMINISTRATOR)


async def listed(person):
    answer = await person.get("/subscriptions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_one_is_made_listed_and_ended_and_each_has_a_name_on_it(centre, administrator, database):
    answer = await administrator.post("/subscriptions", MAIL | {"staff": centre.handler.id, "kinds": ["alarm", "test"]})
    assert answer.status_code == 201, answer.text
    assert answer.json()["secret"] is None
    [one] = await listed(administrator)
    assert one.pop("created_at")
    assert one == {
        "id": answer.json()["id"],
        "staff_id": centre.handler.id,
        "unit": None,
        "role": None,
        "kinds": ["alarm", "test"],
        "channel": "email",
        "target": "l***@centre.example",
        "made_by": administrator.id,
    }
    ended = await administrator.post(f"/subscriptions/{one['id']}/end")
    assert (ended.status_code, ended.json()) == (200, {"id": one["id"]})
    assert await listed(administrator) == []
    assert await database.rows("SELECT made_by, ended_by FROM subscriptions") == [(administrator.id, administrator.id)]
    assert "has ended" in is_problem(await administrator.post(f"/subscriptions/{one['id']}/end"), 409)["detail"]


async def test_a_secret_is_shown_once_and_an_address_never(administrator, database):
    said = {"channel": "webhook", "to": HOOK, "role": "manager"}
    first = await administrator.post("/subscriptions", said, key="k")
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    again = await administrator.post("/subscriptions", said, key="k")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json() == {"id": first.json()["id"], "secret": None}
    [one] = await listed(administrator)
    assert one["target"] == "127.0.0.1"
    assert "very-secret" not in str(one)
    kept = str(await database.rows("SELECT answer FROM idempotency_keys"))
    assert secret.removeprefix("whsec_") not in kept
    is_problem(await administrator.post("/subscriptions", said), 409)
    is_problem(await administrator.post("/subscriptions", said | {"role": "finance"}, key="k"), 422)
    assert len(await listed(administrator)) == 1


async def test_ended_with_a_key_it_is_ended_once(administrator):
    made = (await administrator.post("/subscriptions", MAIL)).json()
    answers = [await administrator.post(f"/subscriptions/{made['id']}/end", key="e") for _ in range(2)]
    assert [one.headers["Idempotent-Replayed"] for one in answers] == ["false", "true"]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"channel": "webhook", "to": "https://169.254.169.254/latest"}, "inside network"),
        ({"channel": "dingtalk", "to": "https://localhost/robot"}, "inside network"),
        ({"channel": "webhook", "to": "http://example.com/hook"}, "must begin with https"),
        ({"channel": "wecom", "to": "nonsense"}, "no web address"),
        ({"channel": "wecom", "to": "https://" + "x" * 3000}, "no web address"),
        ({"channel": "webhook", "to": HOOK, "secret": "short"}, "at least 24 bytes"),
        ({"channel": "email", "to": "chen"}, "no e-mail address"),
        (MAIL | {"staff": 999}, "no such member of staff"),
        (MAIL | {"staff": 1, "role": "manager"}, "give one of"),
        (MAIL | {"unit": "u" * 41}, "unit"),
        (MAIL | {"kinds": ["gossip"]}, "kinds"),
        (MAIL | {"since": "today"}, "is not known here"),
        ({"channel": "pigeon", "to": "li@centre.example"}, "channel"),
        ({"to": "li@centre.example"}, "channel"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(administrator, said, sentence):
    problem = is_problem(await administrator.post("/subscriptions", said), 422)
    assert sentence in problem["detail"]
    assert said.get("to", "-") not in str(problem)
    assert await listed(administrator) == []


async def test_who_left_is_no_subscriber(centre, administrator, database):
    await database.rows("UPDATE staff SET left_at = now() WHERE id = :id", id=centre.colleague.id)
    is_problem(await administrator.post("/subscriptions", MAIL | {"staff": centre.colleague.id}), 422)


async def test_others_do_not_know_that_there_are_any(centre, administrator):
    made = (await administrator.post("/subscriptions", MAIL)).json()
    for one in (centre.general_manager, centre.handler, centre.web_form):
        is_problem(await one.get("/subscriptions"), 404)
        is_problem(await one.post("/subscriptions", MAIL | {"to": "wang@centre.example"}), 404)
        is_problem(await one.post(f"/subscriptions/{made['id']}/end"), 404)
    assert len(await listed(administrator)) == 1
