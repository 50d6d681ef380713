"""A round of revisits from the draw to its assessment, over HTTP, on a real worker and the real Prefect server."""

from datetime import timedelta
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient

from tests.acceptance.conftest import Stack, WholeCentre
from tests.api.centre import SHANGHAI, is_problem
from tests.api.rounds import ANSWERS, contacts
from tests.fixtures.served import serve


async def test_a_round_walks_all_five_steps(stack: Stack, centre: WholeCentre, ops: PrefectClient) -> None:
    today = (await centre.now()).astimezone(SHANGHAI).date()
    last = today - timedelta(days=today.isoweekday())
    await serve(stack.database, 12, last - timedelta(days=2), prefix="W")

    # 1 draw: opened twice, drawn once
    opened = [await centre.supervisor.post("/revisits/rounds", {}) for _ in range(2)]
    assert [answer.status_code for answer in opened] == [202, 202]
    assert opened[0].json()["id"] == opened[1].json()["id"]
    id_ = opened[0].json()["id"]
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "contacts"
    assert await stack.database.value("SELECT count(*) FROM rounds WHERE case_id = :id", id=UUID(id_)) == 1

    # 2 record the contact outcomes, 3 questionnaire: by phone, by link, refused, not reached
    by_phone, by_link, refused, *rest = [one["id"] for one in await contacts(centre) if one["stage"] == "contact"]
    assert (await centre.supervisor.read(by_phone))["owner"] == centre.revisitor.id
    await centre.revisitor.done(by_phone, "answer-questionnaire", answers=ANSWERS)
    path = (await centre.revisitor.done(by_link, "send-link"))["path"]
    root = str(centre.revisitor.http.base_url).removesuffix("/api/v1/")
    async with httpx.AsyncClient(base_url=root, timeout=60) as browser:
        assert (await browser.get(path)).status_code == 200
        form = {"expectation": "4", "satisfaction": "1", "remark": "货物摔坏了,没人管,要求赔偿"}
        assert (await browser.post(path, data=form)).status_code == 200
    await centre.revisitor.done(refused, "contact", outcome="refused")
    is_problem(await centre.revisitor.act(rest[0], "contact", outcome="call_back"), 409)
    await centre.carry()
    complaint = (await centre.supervisor.events(by_link))[-1]["data"]["complaint"]
    assert (await centre.supervisor.read(complaint))["stage"] in ("carry_out", "triage")
    for contact in rest:
        await centre.supervisor.done(contact, "answer-questionnaire", answers=ANSWERS)
    await centre.carry()

    # 4 analyse
    case = await centre.supervisor.read(id_)
    assert case["stage"] == "assessment"
    summary = next(one for one in await centre.supervisor.events(id_) if one["kind"] == "summarised")["data"]
    assert (summary["released"], summary["reached"], summary["verified"]) == (12, 11, True)
    report = (await centre.supervisor.get(f"/reports/revisits/{summary['round']}")).json()
    assert report["dispositions"] == {"complete": 11, "refused": 1}

    # 5 quality assessment
    await (await centre.owner(id_)).done(id_, "assess", verdict="good", finding="满意")
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "assessed")
    runs = (await centre.supervisor.get(f"/cases/{id_}/runs")).json()["items"]
    assert {run["procedure"] for run in runs} == {"round"}
    for run in runs:
        shown = await ops.read_flow_run(UUID(run["flow_run_id"]))
        assert shown.state is not None
        assert shown.state.is_completed(), shown.state
