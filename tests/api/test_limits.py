"""What is owed at most, over HTTP: one limit for a waybill, whichever case knows it; what counts together."""

from tests.api.centre import DELAY, Centre, Person, is_problem
from tests.api.settling import DONE, WAYBILL, complaint, settlement


async def other_cause(centre: Centre) -> tuple[str, Person]:
    """A complaint about something else on the same waybill, and its owner."""
    id_ = await centre.start("包裹里少了两件货,短少丢失,要求赔偿", waybill=WAYBILL)
    await centre.carry()
    if (await centre.supervisor.read(id_))["stage"] == "triage":
        await centre.supervisor.done(id_, "classify", kind="complaint", category="loss")
        await centre.carry()
    return id_, await centre.owner(id_)


async def test_the_limit_of_a_waybill_binds_the_case_that_does_not_know_it(centre: Centre) -> None:
    first, handler = await complaint(centre)
    await handler.done(first, "settle", declared_value="150")
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    await handler.done(first, "carry-out", **DONE)
    other, colleague = await other_cause(centre)
    refused = is_problem(await colleague.act(other, "propose", remedy="赔付", compensation="1500"), 409)
    assert "150.00 owed at most" in refused["detail"]
    assert (await settlement(colleague, other))["owed_at_most"] == "150.00"
    asked = await colleague.done(other, "propose", remedy="通融", compensation="1500", goodwill=True)
    assert asked["stage"] == "approval"


async def test_a_limit_that_became_known_on_another_case_stops_what_is_approved(centre: Centre) -> None:
    first, handler = await complaint(centre)
    other, colleague = await other_cause(centre)
    await colleague.done(other, "propose", remedy="赔付", compensation="180")
    await handler.done(first, "settle", declared_value="150")
    assert "150.00 owed" in is_problem(await colleague.act(other, "carry-out", **DONE), 409)["detail"]
    is_problem(await handler.act(first, "settle", declared_value="300"), 403)
    await centre.manager.done(first, "settle", declared_value="300", note="保价单已找到")
    await colleague.done(other, "carry-out", **DONE)


async def test_the_limit_follows_the_category(centre: Centre) -> None:
    """Late delivery waives one freight; what is damaged is owed three."""
    id_ = await centre.carried(DELAY)
    handler = await centre.owner(id_)
    await handler.done(id_, "settle", freight="20")
    assert (await settlement(handler, id_))["owed_at_most"] == "20.00"
    is_problem(await handler.act(id_, "propose", remedy="赔付", compensation="60"), 409)
    await handler.done(id_, "classify", kind="complaint", category="damage")
    await centre.carry()
    assert (await settlement(centre.supervisor, id_))["owed_at_most"] == "60.00"
    await (await centre.owner(id_)).done(id_, "propose", remedy="赔付", compensation="60")


async def test_what_came_back_counts_for_the_authority_of_the_next(centre: Centre, finance: Person) -> None:
    """It is sent again without a new proposal."""
    first, handler = await complaint(centre)
    await handler.done(first, "propose", remedy="赔付", compensation="150")
    await handler.done(first, "carry-out", **DONE)
    await finance.done(first, "return-voucher", payment=1, why="账号有误")
    other, colleague = await other_cause(centre)
    assert (await colleague.done(other, "propose", remedy="赔付", compensation="150"))["stage"] == "approval"
    await handler.done(first, "voucher", payment=1)
