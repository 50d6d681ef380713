"""Complaints about damage as tests settle them, and how far they take them."""

from typing import Any

from tests.api.centre import Centre, Person

DAMAGE = "寄的杯子送到时全摔碎了,箱子也破了,货物损毁,要求赔偿。"
WAYBILL = "SD202603180001"
DONE = {"method": "admit_error", "finding": "分拣环节野蛮操作,监控已核实"}


async def complaint(centre: Centre, **more: Any) -> tuple[str, Person]:
    """A complaint about damage in its handler's hands."""
    id_ = await centre.carried(DAMAGE, **({"waybill": WAYBILL} | more))
    case = await centre.supervisor.read(id_)
    if case["stage"] == "triage":
        clerk = await centre.owner(id_)
        await clerk.done(id_, "classify", kind="complaint", category="damage")
        await centre.carry()
    return id_, await centre.owner(id_)


async def settlement(who: Person, id_: str) -> dict[str, Any]:
    answer = await who.get(f"/cases/{id_}/settlement")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def paid(centre: Centre, finance: Person, amount: str = "80.00", **more: Any) -> str:
    """A complaint settled and paid, at its revisit."""
    id_, handler = await complaint(centre, **more)
    await handler.done(id_, "propose", remedy="赔付并致歉", compensation=amount)
    await handler.done(id_, "carry-out", **DONE)
    await handler.done(id_, "feed-back", accepted=True, said="客户接受")
    await finance.done(id_, "confirm-voucher", payment=1)
    await finance.done(id_, "pay", payment=1, paid_on="2026-03-04", reference="ICBC-1")
    return id_
