"""Runs, told from our own ledger; the probes; the figures for Prometheus."""

from uuid import UUID

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, update

from flows.room import Room
from models.leg import legs
from models.wake import wakes
from tests.api.centre import UNCLEAR, Centre, is_problem

FLOW_RUN = UUID("0197c0de-0000-7000-8000-000000000001")


async def claimed(centre: Centre) -> str:
    found = await Room(centre.office.resources, centre.office.desk.policies).claim("complaint")
    assert found is not None
    return str(found.leg_id)


async def test_runs_are_listed_newest_first_in_pages_and_lead_to_the_prefect_ui(centre: Centre) -> None:
    ids = [await centre.carried() for _ in range(3)]
    async with centre.engine.begin() as connection:
        await connection.execute(update(legs).values(flow_run_id=FLOW_RUN))
    whole = (await centre.supervisor.get("/runs")).json()
    assert whole["next"] is None
    assert len(whole["items"]) == 3
    assert whole["items"] == sorted(whole["items"], key=lambda run: run["id"], reverse=True)
    run = whole["items"][0]
    assert (run["state"], run["procedure"], run["cases"], run["carried"]) == ("ended", "complaint", 1, 1)
    assert run["prefect"] == f"http://127.0.0.1:9/runs/flow-run/{FLOW_RUN}"
    one = (await centre.supervisor.get(f"/runs/{run['id']}")).json()
    assert one["case_ids"] == [ids[-1]]
    seen, query = [], {"limit": 1}
    while query.get("cursor", "") is not None:
        page = (await centre.supervisor.get("/runs", **query)).json()
        seen += page["items"]
        query["cursor"] = page["next"]
    assert seen == whole["items"]
    assert (await centre.supervisor.get("/runs", state="open")).json()["items"] == []


async def test_a_run_under_way_is_cancelled_and_its_case_goes_on_in_the_next(centre: Centre) -> None:
    id_ = await centre.start()
    leg_id = await claimed(centre)
    open_runs = (await centre.supervisor.get("/runs", state="open")).json()["items"]
    assert [run["id"] for run in open_runs] == [leg_id]
    for _ in range(2):  # asking twice is asking once
        answer = await centre.supervisor.post(f"/runs/{leg_id}/cancel")
        assert answer.status_code == 202, answer.text
        assert answer.json()["id"] == leg_id
    async with centre.engine.begin() as connection:
        asked = (await connection.execute(legs.select())).mappings().one()["cancel_requested_at"]
        assert asked is not None
        await connection.execute(update(legs).values(state="ended", ended_at=func.now()))
        await connection.execute(update(wakes).values(leg_id=None))
    is_problem(await centre.supervisor.post(f"/runs/{leg_id}/cancel"), 409)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "carry_out"


async def test_the_probes_and_the_figures_need_no_token(centre: Centre) -> None:
    await centre.carried()
    await centre.carried(UNCLEAR)
    await centre.start()
    async with centre.client() as anybody:
        for path, status in (("health", "ok"), ("ready", "ready")):
            answer = await anybody.get(f"http://redress/{path}")
            assert (answer.status_code, answer.json()) == (200, {"status": status})
        answer = await anybody.get("http://redress/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert figures["redress_cases", "carry_out"] == 1
    assert figures["redress_cases", "triage"] == 1
    assert figures["redress_cases", "received"] == 1
    assert figures["redress_wakes_due",] == 1
    assert figures["redress_quarantined",] == 0
    assert figures["redress_legs_open",] == 0
