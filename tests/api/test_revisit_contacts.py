"""Reaching the customers of a round: attempts, call-backs, answers by phone; every attempt kept, every rule held."""

from datetime import datetime, timedelta
from uuid import UUID

from tests.api.centre import SHANGHAI, Centre, is_problem
from tests.api.rounds import ANSWERS, answered, contacts, draws, opened
from tests.fixtures.database import Database
from tests.fixtures.served import serve


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def one_of(centre: Centre, database: Database, customers: int = 3) -> str:
    await serve(database, customers)
    await opened(centre)
    id_: str = (await contacts(centre))[0]["id"]
    return id_


async def disposition(database: Database, contact: str) -> str | None:
    query = "SELECT disposition FROM round_draws WHERE contact_id = :id"
    found: str | None = await database.value(query, id=UUID(contact))
    return found


async def test_whom_nobody_reaches_in_three_parts_of_the_day_is_left_alone(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)
    assert (await centre.revisitor.done(id_, "contact", outcome="no_answer"))["stage"] == "contact"
    await centre.move(timedelta(days=1))
    assert (await centre.revisitor.done(id_, "contact", outcome="no_answer"))["stage"] == "contact", "another morning"
    await centre.move(timedelta(hours=3))
    assert (await centre.revisitor.done(id_, "contact", outcome="busy"))["stage"] == "contact"
    await centre.move(timedelta(hours=3))
    assert (await centre.revisitor.done(id_, "contact", outcome="no_answer"))["stage"] == "recorded"
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "not_reached")
    assert [one["outcome"] for one in case["attempts"]] == ["no_answer", "no_answer", "busy", "no_answer"]
    assert await disposition(database, id_) == "no_answer"


async def test_refusing_and_a_wrong_number_end_it(centre: Centre, database: Database) -> None:
    await serve(database, 3)
    await opened(centre)
    refuses, wrong, _ = [one["id"] for one in await contacts(centre)]
    await centre.revisitor.done(refuses, "contact", outcome="refused")
    await centre.revisitor.done(wrong, "contact", outcome="wrong_number")
    await centre.carry()
    assert await disposition(database, refuses) == "refused"
    assert await disposition(database, wrong) == "wrong_number"
    is_problem(await centre.supervisor.act(refuses, "contact", outcome="no_answer"), 409)


async def test_a_call_outside_calling_hours_or_at_spring_festival_is_refused(
    centre: Centre, database: Database
) -> None:
    id_ = await one_of(centre, database)
    before = await centre.revisitor.read(id_)
    for moment, sentence in (
        ("2026-03-04 21:00", "between 09:00–21:00 only"),
        ("2026-03-05 08:59", "between 09:00–21:00 only"),
        ("2027-02-06 10:00", "Spring Festival"),
    ):
        await centre.move(at(moment))
        refused = await centre.revisitor.act(id_, "contact", outcome="no_answer")
        assert sentence in is_problem(refused, 409)["detail"]
        refused = await centre.revisitor.act(id_, "answer-questionnaire", answers=ANSWERS)
        assert sentence in is_problem(refused, 409)["detail"]
    assert (await centre.revisitor.read(id_))["attempts"] == before["attempts"] == []


async def test_answers_typed_in_after_the_call_say_when_it_was(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)
    await centre.move(at("2026-03-04 21:10"))
    said = {"answers": ANSWERS, "called_at": "2026-03-04T20:55:00+08:00"}
    late = await centre.revisitor.act(id_, "answer-questionnaire", **said | {"called_at": "2026-03-04T21:30:00+08:00"})
    assert "lies in the future" in is_problem(late, 422)["detail"]
    assert (await centre.revisitor.done(id_, "answer-questionnaire", **said))["stage"] == "recorded"


async def test_a_call_back_is_a_promise_that_comes_back_on_time(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)

    async def asked(**said: object) -> str:
        refused = await centre.revisitor.act(id_, "contact", outcome="call_back", **said)
        return str(is_problem(refused, 409)["detail"])

    assert "say when to call back" in await asked()
    assert "between 09:00–21:00" in await asked(call_back_at="2026-03-04T22:00:00+08:00")
    assert "before the round ends" in await asked(call_back_at="2026-04-04T10:00:00+08:00")
    await centre.revisitor.done(id_, "contact", outcome="call_back", call_back_at="2026-03-04T15:30:00+08:00")
    await centre.move(at("2026-03-04 15:29"))
    await centre.carry()
    assert (await centre.revisitor.events(id_))[-1]["kind"] == "contacted"
    await centre.move(at("2026-03-04 15:30"))
    await centre.carry()
    last = (await centre.revisitor.events(id_))[-1]
    assert (last["kind"], last["data"]["clocks"]) == ("reminded", ["call_back"])
    await answered(centre, id_, centre.revisitor)
    await centre.carry()
    attempts = (await centre.revisitor.read(id_))["attempts"]
    assert [one["outcome"] for one in attempts] == ["call_back", "reached"]
    assert await disposition(database, id_) == "complete"


WRONG = [
    ({"satisfaction": 6}, "satisfaction: must be a whole number from 1 to 5"),
    ({"satisfaction": None}, "satisfaction: is missing"),
    ({"satisfaction": True}, "satisfaction: must be a whole number"),
    ({"recommend": 11}, "recommend: must be a whole number from 0 to 10"),
    ({"on_time": 1}, "on_time: must be true or false"),
    ({"feelings": ["met", "met"]}, "feelings: must be some of met"),
    ({"feelings": ["angry"]}, "feelings: must be some of met"),
    ({"remark": 3}, "remark: must be a text"),
    ({"shoe_size_4711": 44}, "answers: there is an answer to a question"),
]


async def test_answers_are_judged_by_the_questionnaire_and_wrong_ones_change_nothing(
    centre: Centre, database: Database
) -> None:
    id_ = await one_of(centre, database)
    before = await centre.counts()
    for changed, sentence in WRONG:
        refused = await centre.revisitor.act(id_, "answer-questionnaire", answers={**ANSWERS, **changed})
        problem = is_problem(refused, 422)
        assert problem["detail"].startswith(sentence), problem
        assert "4711" not in refused.text
    assert await centre.counts() == before
    assert (await centre.revisitor.read(id_))["stage"] == "contact"


async def test_what_was_answered_is_on_record_once(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)
    await answered(centre, id_, centre.revisitor, remark="师傅很准时,谢谢")
    is_problem(await centre.revisitor.act(id_, "answer-questionnaire", answers=ANSWERS), 409)
    await centre.carry()
    twice = is_problem(await centre.revisitor.act(id_, "answer-questionnaire", answers=ANSWERS), 409)
    assert "the case stands at closed" in twice["detail"]
    events = await centre.supervisor.events(id_)
    assert [one["kind"] for one in events] == [
        "contact_opened",
        "assigned",
        "questionnaire_answered",
        "contact_recorded",
    ]
    answer = events[2]
    assert answer["said"] == {"remark": "师傅很准时,谢谢"}
    assert answer["data"]["questionnaire"] == (await centre.supervisor.get("/revisits/questionnaire")).json()["version"]
    assert answer["data"]["answers"]["feelings"] == ["met", "relieved"]
    plain = await database.value("SELECT string_agg(data::text, '') FROM events")
    assert "准时" not in plain
    case = await centre.supervisor.read(id_)
    assert (case["satisfaction"], case["expectation"], case["outcome"]) == (5, 4, "reached")


async def test_a_grievance_opens_a_complaint_of_the_customer_at_once(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)
    said = "货物摔坏了,外箱全破,没人管,要求赔偿"
    await answered(centre, id_, centre.revisitor, satisfaction=1, remark=said)
    await centre.carry()
    recorded = (await centre.supervisor.events(id_))[-1]
    complaint = await centre.supervisor.read(recorded["data"]["complaint"])
    assert (complaint["kind"], complaint["procedure"]) == ("complaint", "complaint")
    assert complaint["statement"]["text"] == said
    row = (await database.rows("SELECT customer_id, details FROM cases WHERE id = :id", id=UUID(complaint["id"])))[0]
    contact = await database.rows("SELECT customer_id, details FROM cases WHERE id = :id", id=UUID(id_))
    assert row.customer_id == contact[0].customer_id
    assert row.details["revisit"] == id_
    assert contact[0].details["complaint"] == complaint["id"]


async def test_praise_opens_none(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)
    await answered(centre, id_, centre.revisitor, remark="服务很好,谢谢")
    await centre.carry()
    assert (await centre.supervisor.events(id_))[-1]["data"]["complaint"] is None
    assert await database.value("SELECT count(*) FROM cases WHERE procedure = 'complaint'") == 0


async def test_a_contact_can_be_held_promised_and_noted_like_other_work(centre: Centre, database: Database) -> None:
    id_ = await one_of(centre, database)
    await centre.revisitor.done(id_, "note", text="客户出差")
    await centre.revisitor.done(id_, "hold", reason="waiting_customer", until="2026-03-05T10:00:00+08:00")
    is_problem(await centre.revisitor.act(id_, "contact", outcome="no_answer"), 409)
    await centre.move(at("2026-03-05 10:00"))
    await centre.carry()
    assert (await centre.revisitor.read(id_))["hold"] is None
    assert len(await draws(database)) == 3


async def test_what_was_promised_in_a_contact_is_owed_before_it_closes_and_holds_up_no_round(
    centre: Centre, database: Database
) -> None:
    id_ = await one_of(centre, database)
    await centre.revisitor.done(id_, "promise", what="寄发票", by="2026-03-05T10:00:00+08:00")
    promise = (await centre.revisitor.events(id_))[-1]["seq"]
    await answered(centre, id_, centre.revisitor)
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"], case["closed_at"]) == ("promised", "reached", None)
    assert await disposition(database, id_) == "complete", "the round has its answer"
    await centre.move(at("2026-03-05 11:00"))
    await centre.carry()
    assert (await centre.supervisor.read(id_))["overdue"]
    owner = await centre.owner(id_)
    assert (await owner.done(id_, "keep-promise", promise=promise))["stage"] == "closed"
    case = await centre.supervisor.read(id_)
    assert (case["overdue"], case["closed_at"] is not None) == (False, True)
