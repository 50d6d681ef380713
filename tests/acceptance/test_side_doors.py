"""How cases really go: rejected, unsolved, unreachable, withdrawn, linked, held, promised, handed on."""

from datetime import timedelta

from tests.acceptance.conftest import WholeCentre
from tests.api.centre import DELAY, SHANGHAI, Person, is_problem, reasons

LOSS = "包裹丢失了,三件货只收到一件,少了两件,要求赔偿"
DAMAGE = "收到的电视外箱破损,屏幕碎了,货物严重损坏,要求赔偿"
WANG = {"name": "王小明", "phone": "13912345678"}
LI = {"name": "李建国", "phone": "13787654321"}


async def to_feed_back(centre: WholeCentre, id_: str) -> Person:
    """Carried out by its owner, who must now tell the customer."""
    owner = await centre.owner(id_)
    await owner.done(id_, "propose", remedy="尽快派送")
    await owner.done(id_, "carry-out", method="calm_anger", finding="中转积压")
    return owner


async def to_revisit(centre: WholeCentre, id_: str) -> Person:
    """The customer accepted; whoever must call him back owns it now."""
    await (await to_feed_back(centre, id_)).done(id_, "feed-back", accepted=True, said="已告知")
    await centre.carry()
    return await centre.owner(id_)


async def test_rejected_twice_the_final_position_comes_from_one_level_higher_and_names_the_outside_routes(
    centre: WholeCentre,
) -> None:
    id_ = await centre.carried()
    owner = await to_feed_back(centre, id_)
    assert (await owner.done(id_, "feed-back", accepted=False, said="不接受"))["stage"] == "carry_out"
    is_problem(await owner.act(id_, "carry-out", method="redirect", finding="a"), 409)
    await to_feed_back(centre, id_)
    assert (await owner.done(id_, "feed-back", accepted=False, said="仍不接受"))["stage"] == "final_position"
    await centre.carry()
    supervisor = await centre.owner(id_)
    assert supervisor.name in ("supervisor", "second_supervisor")
    assert (await supervisor.read(id_))["level"] == 1
    is_problem(await owner.act(id_, "feed-back", accepted=False, said="a", outside_routes_named=True), 403)
    refused = is_problem(await supervisor.act(id_, "feed-back", accepted=False, said="最终答复"), 409)
    assert "12305" in refused["detail_zh"]
    await supervisor.done(id_, "feed-back", accepted=False, said="最终答复", outside_routes_named=True)
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"], case["rejections"]) == ("closed", "final_position", 2)
    scored = (await centre.supervisor.events(id_))[-1]
    assert scored["data"]["marks"]["first_time"] == 0.0


async def test_unsolved_it_is_handled_again_one_level_higher_as_often_as_the_rulebook_says_then_finally(
    centre: WholeCentre,
) -> None:
    id_ = await centre.carried()
    levels = []
    for stage in ("carry_out", "carry_out", "final_position"):
        agent = await to_revisit(centre, id_)
        assert agent.name == "revisitor"
        assert (await agent.done(id_, "survey", solved=False, satisfaction=1))["stage"] == stage
        await centre.carry()
        levels.append((await centre.supervisor.read(id_))["level"])
    assert levels == [1, 2, 3]
    boss = await centre.owner(id_)
    assert boss.name == "general_manager"
    await boss.done(id_, "feed-back", accepted=True, said="最终答复", outside_routes_named=True)
    await centre.carry()
    case = await boss.read(id_)
    assert (case["stage"], case["reopenings"]) == ("confirmation", 2), "what was reopened is confirmed by a person"
    await (await centre.owner(id_)).done(id_, "confirm")
    await centre.carry()
    case = await boss.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "solved")


async def test_whom_nobody_reaches_in_three_parts_of_the_day_is_answered_in_writing(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    agent = await to_revisit(centre, id_)
    for outcome in ("no_answer", "busy"):  # twice before noon are one part of the day
        assert (await agent.done(id_, "contact", outcome=outcome))["stage"] == "revisit"
    await centre.move(timedelta(days=1))
    assert (await agent.done(id_, "contact", outcome="no_answer"))["stage"] == "revisit", "another morning is no other"
    await centre.move(timedelta(hours=3))  # one o'clock
    called = await agent.done(id_, "contact", outcome="call_back", call_back_at=await soon(centre, hours=1))
    assert called["stage"] == "revisit"
    await agent.done(id_, "contact", outcome="wrong_number")
    await centre.move(timedelta(hours=9))  # ten in the evening
    is_problem(await agent.act(id_, "contact", outcome="no_answer"), 409)
    await centre.next_morning()
    await centre.move(timedelta(hours=6))  # four in the afternoon: the third part
    assert (await agent.done(id_, "contact", outcome="no_answer"))["stage"] == "written_answer"
    await centre.carry()
    case = await agent.read(id_)
    assert len(case["attempts"]) == 6
    assert case["owner"] == agent.id
    await agent.done(id_, "answer", text="多次致电未能联系到您,现书面答复如下")
    await centre.carry()
    case = await agent.read(id_)
    assert (case["stage"], case["outcome"], case["solved"]) == ("closed", "unverified", None)
    marks = (await agent.events(id_))[-1]["data"]["marks"]
    assert marks["satisfaction"] is None, "no answer is not an answer"


async def soon(centre: WholeCentre, **span: float) -> str:
    return (await centre.now() + timedelta(**span)).isoformat()


async def test_a_customer_who_asked_to_be_called_later_comes_back_then(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    agent = await to_revisit(centre, id_)
    is_problem(await agent.act(id_, "contact", outcome="call_back"), 409)
    await agent.done(id_, "contact", outcome="call_back", call_back_at=await soon(centre, hours=2))
    before = len(await agent.events(id_))
    await centre.move(timedelta(hours=2))
    come_back = (await agent.events(id_))[before:]
    assert [one["kind"] for one in come_back][-1] == "reminded"
    assert come_back[-1]["data"]["clocks"] == ["call_back"]
    assert (await agent.read(id_))["overdue"] is False


async def test_withdrawn_by_the_customers_own_message_it_ends(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    message = {"message": "已收到货,撤销投诉", "channel": "sms"}
    is_problem(await owner.act(id_, "withdraw", channel="sms", sent_at=await soon(centre)), 422)
    is_problem(await owner.act(id_, "withdraw", **message, sent_at=await soon(centre, hours=1)), 409)
    await owner.done(id_, "withdraw", **message, sent_at=await soon(centre, hours=-1))
    await centre.carry()
    case = await owner.read(id_)
    assert (case["stage"], case["outcome"], case["withdrawn"]) == ("closed", "withdrawn", True)
    withdrawn = next(one for one in await owner.events(id_) if one["kind"] == "withdrawn")
    assert withdrawn["said"]["message"] == "已收到货,撤销投诉"


async def test_withdrawing_never_lifts_liability_work(centre: WholeCentre) -> None:
    id_ = await centre.carried(LOSS)
    owner = await centre.owner(id_)
    assert (await owner.read(id_))["category"] == "loss"
    said = {"message": "算了", "channel": "phone", "sent_at": await soon(centre)}
    await owner.done(id_, "withdraw", **said)
    await centre.carry()
    case = await owner.read(id_)
    assert (case["stage"], case["withdrawn"], case["owner"]) == ("carry_out", True, owner.id)
    is_problem(await owner.act(id_, "withdraw", **said), 409)


async def test_the_same_cause_on_one_waybill_is_linked_and_each_caller_is_answered(centre: WholeCentre) -> None:
    main = await centre.carried(DELAY, waybill="SF8001", caller=WANG)
    same_caller = await centre.carried(DELAY + "!", waybill="sf8001", caller=WANG)
    other_caller = await centre.carried(DELAY + "?", waybill="SF8001", caller=LI)
    for id_ in (same_caller, other_caller):
        case = await centre.supervisor.read(id_)
        assert (case["stage"], case["linked_to"]) == ("linked", main)
        is_problem(await centre.supervisor.act(id_, "propose", remedy="a"), 409)
    assert (await centre.supervisor.read(main))["linked"] == sorted([same_caller, other_caller])
    agent = await to_revisit(centre, main)
    await agent.done(main, "survey", solved=True, satisfaction=5)
    await centre.carry()
    assert (await centre.supervisor.read(main))["stage"] == "closed"
    case = await centre.supervisor.read(same_caller)
    assert (case["stage"], case["outcome"]) == ("closed", "linked")
    case = await centre.supervisor.read(other_caller)
    assert case["stage"] == "feed_back", "this caller has not been told yet"
    owner = await centre.owner(other_caller)
    await owner.done(other_caller, "feed-back", accepted=True, said="已告知结果")
    await centre.carry()
    await centre.revisitor.done(other_caller, "survey", solved=True, satisfaction=5)
    await centre.carry()
    assert (await centre.supervisor.read(other_caller))["stage"] == "closed"


async def test_another_cause_on_one_waybill_is_a_sibling_of_its_own(centre: WholeCentre) -> None:
    first = await centre.carried(DELAY, waybill="SF8002")
    second = await centre.carried(DAMAGE, waybill="SF8002")
    case = await centre.supervisor.read(second)
    assert (case["stage"], case["sibling_of"], case["linked_to"]) == ("carry_out", first, None)
    assert case["unit"] != (await centre.supervisor.read(first))["unit"]
    await centre.carried(DELAY, waybill="SF8003")
    assert (await centre.supervisor.read(first))["linked"] == []


async def test_a_hold_pauses_what_may_pause_and_ends_by_itself(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    before = {clock["name"]: clock for clock in (await owner.read(id_))["clocks"]}
    until = await soon(centre, hours=5)
    await owner.done(id_, "hold", reason="waiting_customer", until=until, why="等客户发照片")
    held = await owner.read(id_)
    assert held["hold"] == "waiting_customer"
    states = {clock["name"]: clock["state"] for clock in held["clocks"]}
    assert (states["resolve"], states["statutory"]) == ("paused", "running")
    is_problem(await owner.act(id_, "propose", remedy="a"), 409)
    is_problem(await owner.act(id_, "hold", reason="waiting_customer"), 409)
    await owner.done(id_, "note", text="挂起时也可以记录")
    await centre.move(timedelta(hours=4, minutes=59))
    assert (await owner.read(id_))["hold"] == "waiting_customer"
    await centre.move(timedelta(minutes=1))
    case = await owner.read(id_)
    assert (case["hold"], case["owner"]) == (None, owner.id)
    after = {clock["name"]: clock for clock in case["clocks"]}
    assert after["resolve"]["state"] == "running"
    assert after["resolve"]["due_at"] > before["resolve"]["due_at"]
    assert "暂停 5.0 小时" in after["resolve"]["why"]["zh"]
    assert after["statutory"]["due_at"] == before["statutory"]["due_at"]
    resumed = (await owner.events(id_))[-1]
    assert (resumed["kind"], resumed["actor"]) == ("resumed", "system")


async def test_a_hold_for_a_unit_pauses_nothing_and_a_person_may_end_it(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    await owner.done(id_, "hold", reason="waiting_unit")
    states = {clock["name"]: clock["state"] for clock in (await owner.read(id_))["clocks"]}
    assert states["resolve"] == "running"
    await owner.done(id_, "resume", why="网点已回复")
    assert (await owner.read(id_))["hold"] is None
    assert (await owner.events(id_))[-1]["said"] == {"why": "网点已回复"}


async def test_a_promise_is_reminded_of_then_overdue_and_can_still_be_kept(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    await owner.done(id_, "promise", what="下午四点前回电", by=await soon(centre, hours=6))
    number = (await owner.events(id_))[-1]["data"]["promise"]
    await centre.move(timedelta(hours=5))
    reminded = (await owner.events(id_))[-1]
    assert (reminded["kind"], reminded["data"]["clocks"]) == ("reminded", ["promise"])
    await centre.supervisor.done(id_, "reassign", why="换班", to=centre.colleague.id)
    await centre.move(timedelta(hours=1))
    late, climbed = (await owner.events(id_))[-2:]
    assert (late["kind"], late["data"]["clocks"]) == ("overdue", ["promise"]), "it outlives the shift"
    assert (climbed["kind"], climbed["data"]["level"]) == ("escalated", 1), "and the supervisor is told"
    assert (await owner.read(id_))["overdue"] is True
    assert id_ in [one["id"] for one in (await owner.get("/cases", overdue="true", limit=200)).json()["items"]]
    await centre.move(timedelta(hours=1))
    keeper = await centre.owner(id_)
    is_problem(await keeper.act(id_, "keep-promise", promise=number + 1), 409)
    await keeper.done(id_, "keep-promise", promise=number, how="已回电")
    kept = (await owner.events(id_))[-1]
    assert kept["data"] == {"promise": number, "in_time": False, "last": False}
    assert (await owner.read(id_))["overdue"] is False
    is_problem(await keeper.act(id_, "keep-promise", promise=number), 409)


async def test_a_missed_deadline_is_said_once_with_its_derivation(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    await centre.move(timedelta(hours=72))
    overdue = [one for one in await centre.supervisor.events(id_) if one["kind"] == "overdue"]
    assert [one["data"]["clocks"] for one in overdue] == [["resolve"]]
    assert "72 小时" in reasons(overdue[0])
    await centre.move(timedelta(hours=2))
    overdue = [one for one in await centre.supervisor.events(id_) if one["kind"] == "overdue"]
    assert len(overdue) == 1


async def test_a_closed_complaint_is_reopened_one_level_higher(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    agent = await to_revisit(centre, id_)
    is_problem(await agent.act(id_, "reopen", why="a"), 403)
    is_problem(await centre.acceptor.act(id_, "reopen", why="a"), 409)
    await agent.done(id_, "survey", solved=True, satisfaction=3)
    await centre.carry()
    assert (await centre.acceptor.done(id_, "reopen", why="客户来电称问题再次出现"))["stage"] == "carry_out"
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["level"], case["score"], case["outcome"], case["closed_at"]) == (1, None, None, None)
    assert (await centre.owner(id_)).name in ("supervisor", "second_supervisor")


async def test_a_case_is_handed_up_and_to_whom_one_says(centre: WholeCentre) -> None:
    id_ = await centre.carried()
    owner = await centre.owner(id_)
    other = centre.colleague if owner is centre.handler else centre.handler
    is_problem(await owner.act(id_, "reassign", to=centre.revisitor.id, why="a"), 409)
    assert (await owner.done(id_, "reassign", to=other.id, why="换班"))["owner"] == other.id
    is_problem(await owner.act(id_, "propose", remedy="a"), 403)
    version = (await other.read(id_))["version"]
    for level in (1, 2, 3):
        await (await centre.owner(id_)).done(id_, "escalate", why="客户要求上级处理")
        await centre.carry()
        case = await centre.general_manager.read(id_)
        assert case["level"] == level
        assert case["version"] > version
    assert (await centre.owner(id_)).name == "general_manager"
    is_problem(await centre.general_manager.act(id_, "escalate", why="a"), 409)
    is_problem(await other.act(id_, "note", version=version, text="a"), 409)


async def test_a_complaint_about_an_agent_goes_to_another_and_does_not_exist_for_him(centre: WholeCentre) -> None:
    id_ = await centre.carried("快递员态度恶劣,骂人,服务太差,要求道歉", about_staff=[centre.handler.id])
    case = await centre.supervisor.read(id_)
    if case["stage"] == "triage":
        await (await centre.owner(id_)).done(id_, "classify", kind="complaint", category="service_attitude")
        await centre.carry()
    assert (await centre.owner(id_)).name == "colleague"
    is_problem(await centre.handler.get(f"/cases/{id_}"), 404)
    refused = await centre.supervisor.act(id_, "reassign", to=centre.handler.id, why="a")
    is_problem(refused, 409)


async def test_what_was_received_long_ago_is_clocked_from_then(centre: WholeCentre) -> None:
    """The first contact with anyone in the firm counts, and the lag is on record."""
    first_contact = await centre.now() - timedelta(hours=30)
    id_ = await centre.carried(received_at=first_contact.astimezone(SHANGHAI).isoformat())
    case = await centre.supervisor.read(id_)
    assert case["recorded_at"] > case["received_at"]
    received = (await centre.supervisor.events(id_))[0]
    assert received["data"]["lag_seconds"] == 30 * 3600
    clocks = {clock["name"]: clock for clock in case["clocks"]}
    assert clocks["classify"]["state"] == "missed", "late before it was recorded"
    assert clocks["resolve"]["started_at"] == case["received_at"]
