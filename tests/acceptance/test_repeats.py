"""The same cause on the same waybill after its case was closed: the case reopens one level higher, and counts it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from models.case import cases
from tests.acceptance.conftest import WholeCentre
from tests.acceptance.test_side_doors import DAMAGE, LI, WANG, to_revisit
from tests.api.centre import DELAY, reasons


async def closed(centre: WholeCentre, waybill: str) -> str:
    id_ = await centre.carried(DELAY, waybill=waybill, caller=WANG)
    agent = await to_revisit(centre, id_)
    await agent.done(id_, "survey", solved=True, satisfaction=4)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "closed"
    return id_


async def test_a_repeat_reopens_its_case_one_level_higher_and_is_answered_with_it(centre: WholeCentre) -> None:
    first = await closed(centre, "RP1")
    again = await centre.carried(DELAY, waybill="RP1", caller=LI)
    case, repeat = await centre.supervisor.read(first), await centre.supervisor.read(again)
    assert (case["stage"], case["level"], case["reopenings"], case["score"]) == ("carry_out", 1, 1, None)
    assert (repeat["stage"], repeat["linked_to"]) == ("linked", first)
    assert case["linked"] == [again]
    assert (await centre.owner(first)).name in ("supervisor", "second_supervisor")
    reopened = next(one for one in await centre.supervisor.events(first) if one["kind"] == "reopened")
    assert f"case {repeat['number']}" in reasons(reopened)
    assert (reopened["actor"], reopened["data"]["repeats"]) == ("system", [repeat["number"]])
    linked = next(one for one in await centre.supervisor.events(again) if one["kind"] == "linked")
    assert f"after case {case['number']} was closed" in reasons(linked)
    agent = await to_revisit(centre, first)
    await agent.done(first, "survey", solved=True, satisfaction=3)
    await centre.carry()
    await (await centre.owner(first)).done(first, "confirm")
    await centre.carry()
    case, repeat = await centre.supervisor.read(first), await centre.supervisor.read(again)
    assert (case["stage"], case["reopenings"]) == ("closed", 1), "it does not vanish from the statistics"
    scored = [one for one in await centre.supervisor.events(first) if one["kind"] == "scored"]
    assert [one["data"]["marks"]["first_time"] for one in scored] == [1.0, 0.0]
    assert repeat["stage"] == "feed_back", "another caller is answered on his own"


async def test_reopened_as_often_as_the_rulebook_allows_the_next_one_starts_anew_above_it(centre: WholeCentre) -> None:
    first = await closed(centre, "RP2")
    async with centre.engine.begin() as connection:
        await connection.execute(update(cases).where(cases.c.id == UUID(first)).values(reopenings=2, level=1))
    again = await centre.carried(DELAY, waybill="RP2", caller=WANG)
    case = await centre.supervisor.read(again)
    assert (case["stage"], case["level"], case["sibling_of"], case["linked_to"]) == ("carry_out", 2, first, None)
    assert (await centre.owner(again)).name == "manager"
    assert (await centre.supervisor.read(first))["stage"] == "closed"


async def test_another_cause_or_long_after_nothing_is_reopened(centre: WholeCentre) -> None:
    first = await closed(centre, "RP3")
    other = await centre.carried(DAMAGE, waybill="RP3", caller=WANG)
    async with centre.engine.begin() as connection:
        long_ago = cases.c.closed_at - timedelta(days=31)
        await connection.execute(update(cases).where(cases.c.id == UUID(first)).values(closed_at=long_ago))
    late = await centre.carried(DELAY, waybill="RP3", caller=WANG)
    assert (await centre.supervisor.read(first))["stage"] == "closed"
    for id_ in (other, late):
        case = await centre.supervisor.read(id_)
        assert (case["stage"], case["level"], case["sibling_of"]) == ("carry_out", 0, first)
