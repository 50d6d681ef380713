"""A complaint walks all seven steps over HTTP, the system's part done by a real worker on the real Prefect server."""

from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from models.values.people_terms import Role
from tests.acceptance.conftest import Stack, WholeCentre
from tests.api.centre import DELAY, SHANGHAI, UNCLEAR, is_problem, reasons

CALLER = {"name": "王小明", "phone": "13912345678"}


async def test_a_complaint_walks_all_seven_steps(stack: Stack, centre: WholeCentre, ops: PrefectClient) -> None:
    # 1 receive
    id_ = await centre.start(UNCLEAR, by="web_form", channel="web", caller=CALLER, waybill="SF7001")
    await centre.carry()

    # 2 classify: the system is not sure, so a person decides
    case = await centre.supervisor.read(id_)
    assert case["stage"] == "triage"
    clerk = await centre.owner(id_)
    assert clerk.name in ("acceptor", "handler", "colleague")
    await clerk.done(id_, "classify", kind="complaint", category="damage", severity="serious", why="照片为证")
    await centre.carry()

    # 3 carry out: proposed by one, approved by another with the authority for it
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["category"], case["unit"]) == ("carry_out", "damage", "sorting_centre")
    handler = await centre.owner(id_)
    assert handler.name in ("handler", "colleague")
    other = centre.colleague if handler is centre.handler else centre.handler
    assert (await handler.done(id_, "propose", remedy="按保价赔付", compensation=5000))["stage"] == "approval"
    await centre.carry()
    for one in (handler, other, centre.supervisor):
        is_problem(await one.act(id_, "approve"), 403)
    assert (await centre.manager.done(id_, "approve", remark="同意"))["owner"] == handler.id
    done = await handler.done(id_, "carry-out", method="admit_error", finding="中转装卸不当,外箱破损")
    assert done["stage"] == "feed_back"

    # 4 feed back
    is_problem(await other.act(id_, "feed-back", accepted=True, said="已告知"), 403)
    assert (await handler.done(id_, "feed-back", accepted=True, said="已告知赔付方案"))["stage"] == "revisit"
    await centre.carry()

    # 5 revisit, by another than the handler
    assert (await centre.owner(id_)).name == "revisitor"
    is_problem(await handler.act(id_, "survey", solved=True, satisfaction=5), 403)
    survey = {"solved": True, "satisfaction": 4, "expectation": 3, "feelings": ["met", "relieved"]}
    assert (await centre.revisitor.done(id_, "survey", **survey))["stage"] == "analysis"
    await centre.carry()

    # 6 analyse: a serious one is confirmed by a supervisor
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["root_cause"], case["liable"]) == ("confirmation", "damage", "sorting_centre")
    confirmer = await centre.owner(id_)
    assert confirmer.name in ("supervisor", "second_supervisor")
    is_problem(await handler.act(id_, "confirm"), 403)
    await confirmer.done(id_, "confirm", root_cause="装卸不当", liable="sorting_centre", remark="加强培训")
    await centre.carry()

    # 7 score
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"], case["solved"]) == ("closed", "solved", True)
    assert (case["root_cause"], case["method"]) == ("装卸不当", "admit_error")
    assert case["closed_at"]
    await the_ledger_tells_it_all(centre, id_, handler.name, confirmer.name, clerk.name, case["score"])
    await prefect_shows_the_runs(centre, id_, ops)
    await finance_pays_what_the_customer_accepted(centre, id_)
    assert (await centre.supervisor.read(id_))["next_deadline"] is None
    assert await stack.database.value("SELECT due_at FROM wakes WHERE case_id = :id", id=UUID(id_)) is None


async def finance_pays_what_the_customer_accepted(centre: WholeCentre, id_: str) -> None:
    """The case did not wait for it; finance is reminded until it is done."""
    finance = await centre.hire("finance", Role.FINANCE)
    [payment] = [one for one in (await finance.get("/payments")).json()["items"] if one["case_id"] == id_]
    assert (payment["amount"], payment["state"]) == ("5000.00", "awaiting")
    await finance.done(id_, "confirm-voucher", payment=1)
    today = (await centre.now()).astimezone(SHANGHAI).date().isoformat()
    await finance.done(id_, "pay", payment=1, paid_on=today, reference="B-1")


async def the_ledger_tells_it_all(
    centre: WholeCentre, id_: str, handler: str, confirmer: str, clerk: str, score: float
) -> None:
    events = await centre.supervisor.events(id_)
    assert [(one["kind"], one["actor"], one["stage"]) for one in events] == [
        ("received", "web_form", "received"),
        ("classified", "system", "triage"),
        ("assigned", "system", "triage"),
        ("classified", clerk, "carry_out"),
        ("assigned", "system", "carry_out"),
        ("proposed", handler, "approval"),
        ("assigned", "system", "approval"),
        ("approved", "manager", "carry_out"),
        ("carried_out", handler, "feed_back"),
        ("fed_back", handler, "revisit"),
        ("assigned", "system", "revisit"),
        ("surveyed", "revisitor", "analysis"),
        ("analysed", "system", "confirmation"),
        ("assigned", "system", "confirmation"),
        ("confirmed", confirmer, "scoring"),
        ("scored", "system", "closed"),
    ]
    said = {one["kind"]: one["said"] for one in events if one["actor"] != "system"}
    assert said["classified"]["why"] == "照片为证"
    assert said["proposed"]["remedy"] == "按保价赔付"
    assert said["fed_back"]["said"] == "已告知赔付方案"
    scored: dict[str, Any] = events[-1]
    assert scored["data"]["score"] == score
    marks = scored["data"]["marks"]
    assert marks == {"speed": 1.0, "satisfaction": 0.75, "first_time": 1.0, "method": 1.0, "promises": None}
    weights = {"speed": 0.35, "satisfaction": 0.3, "first_time": 0.15, "method": 0.1}
    assert score == round(100 * sum(marks[one] * weight for one, weight in weights.items()) / 0.9, 1)
    assert f"得分 {score}" in reasons(scored)
    assert "not measured" in reasons(scored)
    assert all(one["reasons"] for one in events if one["actor"] == "system"), "every decision can say why"


async def prefect_shows_the_runs(centre: WholeCentre, id_: str, ops: PrefectClient) -> None:
    runs = (await centre.supervisor.get(f"/cases/{id_}/runs")).json()["items"]
    by_system = {one["run"] for one in await centre.supervisor.events(id_) if one["actor"] == "system"}
    assert {run["id"] for run in runs} == by_system
    for run in runs:
        shown = await ops.read_flow_run(UUID(run["flow_run_id"]))
        assert shown.state is not None
        assert shown.state.is_completed(), shown.state
        assert run["prefect"].endswith(f"/runs/flow-run/{shown.id}")
        assert id_ in (await centre.supervisor.get(f"/runs/{run['id']}")).json()["case_ids"]


async def test_a_supervisor_who_handled_a_case_himself_may_not_revisit_it(centre: WholeCentre) -> None:
    id_ = await centre.carried(DELAY, waybill="SF7002")
    await centre.supervisor.done(id_, "propose", remedy="催促派送")
    await centre.supervisor.done(id_, "carry-out", method="calm_anger", finding="已派送")
    await centre.supervisor.done(id_, "feed-back", accepted=True, said="已告知")
    await centre.carry()
    is_problem(await centre.supervisor.act(id_, "survey", solved=True, satisfaction=5), 403)
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=5)
    await centre.carry()
    assert (await centre.supervisor.read(id_))["stage"] == "closed"


async def test_a_supervisor_does_not_approve_his_own_proposal(centre: WholeCentre) -> None:
    id_ = await centre.carried(DELAY, waybill="SF7003")
    await centre.manager.done(id_, "propose", remedy="赔付", compensation=30_000)
    await centre.carry()
    is_problem(await centre.manager.act(id_, "approve"), 403)
    await centre.general_manager.done(id_, "reject", why="金额过高")
    case = await centre.manager.read(id_)
    assert (case["stage"], case["owner"]) == ("carry_out", centre.manager.id)
    is_problem(await centre.manager.act(id_, "carry-out", method="redirect", finding="无"), 409)
    await centre.manager.done(id_, "propose", remedy="赔付", compensation=20_000)
    await centre.manager.done(id_, "carry-out", method="redirect", finding="已赔付")


async def test_an_amount_goes_to_somebody_with_the_authority_for_it(centre: WholeCentre) -> None:
    for amount, names in ((1500, {"supervisor", "second_supervisor"}), (15_000, {"manager"})):
        id_ = await centre.carried(DELAY)
        await (await centre.owner(id_)).done(id_, "propose", remedy="赔付", compensation=amount)
        await centre.carry()
        assert (await centre.owner(id_)).name in names


async def test_an_enquiry_takes_the_short_path(centre: WholeCentre) -> None:
    id_ = await centre.carried("请问寄一件十公斤的货到成都要多少钱,几天能到?")
    case = await centre.supervisor.read(id_)
    assert case["stage"] == "answer"
    assert case["kind"] in ("enquiry", "consultation")
    answerer = await centre.owner(id_)
    assert answerer.name in ("specialist", "acceptor")
    await answerer.done(id_, "answer", text="约 60 元,三天到")
    await centre.carry()
    case = await centre.supervisor.read(id_)
    assert (case["stage"], case["outcome"]) == ("closed", "answered")
    assert case["score"] == 100.0
    kinds = [one["kind"] for one in await centre.supervisor.events(id_)]
    assert kinds == ["received", "classified", "assigned", "answered", "scored"]
