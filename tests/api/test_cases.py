"""Reading cases: filters, pages, what one may not see."""

from tests.api.centre import DELAY, ENQUIRY, Centre


async def test_a_complaint_is_accepted_carried_and_read_back(centre: Centre) -> None:
    id_ = await centre.carried(reference="web-1", waybill="sf123")
    case = await centre.handler.read(id_)
    assert (case["stage"], case["kind"], case["category"]) == ("carry_out", "complaint", "delay")
    assert case["reference"] == "web-1"
    assert case["waybill"] == "SF123"
    assert case["statement"]["text"] == DELAY
    e = await centre.carried(ENQUIRY)
    case = await centre.handler.read(e)
