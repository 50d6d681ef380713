"""Notices over HTTP: who sees which, acknowledged once, sent again by a supervisor; and what is refused."""

from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from flows.legs.beside import save_rows
from flows.legs.clock import RealClock
from flows.notices import outbox
from flows.notices.subscribing import Wanted, subscribe, unsubscribe
from flows.notices.targets import Inside
from models.values.case import Reason
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.notices import Addressee, notice
from models.values.people_terms import Role
from tests.api.centre import MORNING, is_problem
from tests.api.conftest import serving
from tests.fixtures.office import open_office
from tests.fixtures.worker import until

WORDS = Reason("测试", "a test")


@pytest.fixture
def tell(centre):
    """A notice, resolved as the worker does it."""

    async def told(to=Addressee(), *, case_id=None, pokes=False):  # noqa: B008 - frozen
        id_ = uuid7()
        seal = centre.office.resources.seal
        async with centre.engine.begin() as connection:
            row = notice(NoticeKind.TEST, to, WORDS, WORDS, MORNING, id_=id_, case_id=case_id, pokes=pokes)
            await save_rows(connection, seal, [row])
            await outbox.resolve(connection, MORNING)
        return str(id_)

    return told


async def seen(person, **query):
    answer = await person.get("/notices", **query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_each_sees_what_is_addressed_to_him_and_supervisors_see_all(centre, tell):
    his = await tell(Addressee(staff_id=centre.handler.id))
    theirs = await tell(Addressee(role=Role.COMPLAINT_HANDLER))
    managers = await tell(Addressee(role=Role.MANAGER))
    assert await seen(centre.handler) == [theirs, his]
    assert await seen(centre.colleague) == [theirs]
    assert await seen(centre.supervisor) == [managers, theirs, his]
    assert await seen(centre.web_form) == []
    is_problem(await centre.colleague.get(f"/notices/{his}"), 404)


async def test_who_is_complained_about_does_not_hear_of_it(centre, tell):
    case = await centre.start(about_staff=[centre.supervisor.id])
    id_ = await tell(Addressee(role=Role.SUPERVISOR), case_id=case)
    assert await seen(centre.supervisor) == []
    assert await seen(centre.second_supervisor) == [id_]
    is_problem(await centre.supervisor.post(f"/notices/{id_}/acknowledge"), 404)


async def test_the_people_of_a_unit_that_is_complained_about_do_not_hear_of_it(centre, tell):
    other = await centre.hire("hub", Role.BUSINESS_UNIT, "sorting_centre")
    named = await centre.hire("linehaul", Role.BUSINESS_UNIT, "linehaul")
    case = await centre.start(about_units=["linehaul"])
    for one, sees in ((other, True), (named, False)):
        id_ = await tell(Addressee(staff_id=one.id), case_id=case)
        assert await seen(one) == [id_] * sees
        assert (await one.get(f"/notices/{id_}")).status_code == (200 if sees else 404)


async def test_states_are_told_and_filtered_by(centre, tell):
    unheard, failed = await tell(), await tell(Addressee(role=Role.MANAGER))
    assert await seen(centre.manager, state="unheard") == [unheard]
    assert await seen(centre.manager, state="failed") == [failed]
    assert await seen(centre.manager, state="waiting") == []
    body = (await centre.manager.get(f"/notices/{failed}")).json()
    assert (body["error"], body["text"]) == ("nobody is subscribed to it", {"zh": "测试", "en": "a test"})
    page = (await centre.manager.get("/notices", limit=1)).json()
    assert (await seen(centre.manager, limit=1, cursor=page["next"])) == [unheard]


async def test_acknowledged_by_the_first_and_its_case_looks_up(centre, tell):
    case = await centre.start()
    id_ = await tell(Addressee(role=Role.SUPERVISOR), case_id=case, pokes=True)
    first = (await centre.supervisor.post(f"/notices/{id_}/acknowledge", key="k")).json()
    again = await centre.supervisor.post(f"/notices/{id_}/acknowledge", key="k")
    assert again.headers["Idempotent-Replayed"] == "true"
    await centre.second_supervisor.post(f"/notices/{id_}/acknowledge")
    read = (await centre.supervisor.get(f"/notices/{id_}")).json()
    assert first["acknowledged_by"] == read["acknowledged_by"] == centre.supervisor.id
    async with centre.engine.connect() as connection:
        assert (await connection.exec_driver_sql("SELECT poked FROM cases")).scalar_one() is True


async def test_only_whom_it_is_for_acknowledges_it(centre, tell):
    line = await centre.hire("line", Role.BUSINESS_UNIT, "linehaul")
    auditor = await centre.hire("auditor", Role.AUDITOR)
    administrator = await centre.hire("administrator", Role.ADMINISTRATOR)
    for to, others, whose in (
        (Addressee(role=Role.MANAGER), (centre.supervisor, auditor, administrator), centre.general_manager),
        (Addressee(unit="linehaul"), (centre.supervisor, centre.general_manager, auditor), line),
        (Addressee(staff_id=centre.handler.id), (centre.supervisor, administrator), centre.handler),
        (Addressee(role=Role.ADMINISTRATOR), (centre.general_manager,), administrator),
        (Addressee(), (), auditor),
    ):
        id_ = await tell(to)
        for other in others:
            problem = is_problem(await other.post(f"/notices/{id_}/acknowledge"), 403)
            assert "whoever it is addressed to" in problem["detail"]
        answer = await whose.post(f"/notices/{id_}/acknowledge")
        assert answer.json()["acknowledged_by"] == whose.id, to


async def test_sent_again_to_whoever_is_subscribed_by_then(centre, tell):
    id_ = await tell(Addressee(role=Role.MANAGER))
    async with centre.engine.begin() as connection:
        wanted = Wanted(Addressee(role=Role.MANAGER), (), NoticeChannel.EMAIL, "li@centre.example")
        await subscribe(connection, centre.office.resources.seal, wanted, Inside())
    is_problem(await centre.handler.post(f"/notices/{id_}/replay"), 404)
    answer = await centre.supervisor.post(f"/notices/{id_}/replay")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["replayed_by"]) == ("waiting", centre.supervisor.id)
    is_problem(await centre.supervisor.post(f"/notices/{id_}/replay"), 409)
    async with centre.engine.begin() as connection:
        await outbox.resolve(connection, MORNING)
    [way] = (await centre.manager.get(f"/notices/{id_}")).json()["deliveries"]
    assert (way["channel"], way["to"], way["attempts"]) == ("email", "l***@centre.example", 0)


async def test_sent_again_it_goes_to_no_subscription_that_ended(centre, tell):
    async with centre.engine.begin() as connection:
        for to in ("li@centre.example", "wang@centre.example"):
            wanted = Wanted(Addressee(role=Role.MANAGER), (), NoticeChannel.EMAIL, to)
            made = await subscribe(connection, centre.office.resources.seal, wanted, Inside())
    id_ = await tell(Addressee(role=Role.MANAGER))
    async with centre.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE deliveries SET failed_at = now()")
        await unsubscribe(connection, made.id)
    assert (await centre.supervisor.post(f"/notices/{id_}/replay")).status_code == 200
    ways = (await centre.manager.get(f"/notices/{id_}")).json()["deliveries"]
    assert {(way["to"], way["state"]) for way in ways} == {
        ("l***@centre.example", "waiting"),
        ("w***@centre.example", "failed"),
    }


async def test_a_handler_does_not_have_his_notice_sent_again(centre, tell):
    id_ = await tell(Addressee(staff_id=centre.handler.id))
    is_problem(await centre.handler.post(f"/notices/{id_}/replay"), 403)


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"kind": "DROP TABLE"}, {"case": "x"}, {"limit": 0}, {"who": "me"}]
)
async def test_a_filter_that_means_nothing_is_refused(centre, query):
    is_problem(await centre.manager.get("/notices", **query), 422)


async def test_what_is_not_there_is_not_found(centre):
    for call in (f"/notices/{uuid4()}/acknowledge", f"/notices/{uuid4()}/replay"):
        is_problem(await centre.manager.post(call), 404)


async def test_metrics_count_notices_and_alarms(centre, tell):
    await tell(Addressee(role=Role.MANAGER))
    text = (await centre.client().get("http://redress/metrics")).text
    assert 'redress_notices{state="failed"} 1.0' in text
    assert 'redress_notices{state="delivered"} 0.0' in text


async def test_that_no_worker_lives_is_told_by_the_api(database, tmp_path, receiver):
    office = await open_office(database, RealClock())
    await office.complain(1)
    await database.rows("UPDATE wakes SET due_at = now() - interval '10 minutes'")
    async with database.engine.begin() as connection:
        wanted = Wanted(Addressee(), (NoticeKind.ALARM,), NoticeChannel.WEBHOOK, receiver.url)
        await subscribe(connection, database.seal, wanted, Inside.of(receiver.allowed))
    async with serving(database, tmp_path, webhook_allow=receiver.allowed):
        await until(lambda: bool(receiver.hits), what="the alarm")
    assert receiver.hits[0].said["data"]["title"]["en"] == "alarm: work is due and no worker takes it"
