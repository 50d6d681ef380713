"""Who bears it inside, over HTTP: shares, arbiter, one appeal, the recharge to the cent; nobody waits for it."""

import csv
import io
from typing import Any

import pytest

from models.values.people_terms import Role
from tests.api.centre import Centre, Person, is_problem, reasons
from tests.api.settling import DONE, complaint, paid, settlement
from tests.fixtures.paper import read_back

SHARES = [
    {"party": "sorting_centre", "percent": "66.67"},
    {"kind": "carrier", "party": "linehaul_contractor", "percent": "33.33"},
]


async def test_liability_is_found_appealed_once_and_recharged_to_the_cent(centre: Centre, finance: Person) -> None:
    id_ = await paid(centre, finance, "100.01")
    arbiter = await centre.hire("inspector", Role.QUALITY_INSPECTOR)
    await arbiter.done(id_, "find-liable", firm_liable=True, shares=SHARES, grounds="监控")
    case = await centre.supervisor.read(id_)
    assert case["liable"] == "sorting_centre"
    report = (await finance.get("/reports/recharges")).json()
    assert {one["party"]: one["charged"] for one in report["items"]} == {
        "linehaul_contractor": "33.33",
        "sorting_centre": "66.68",
    }
    assert {one["standing"] for one in report["items"]} == {"open"}
    told = read_back((await centre.supervisor.get(f"/cases/{id_}/dossier")).content)
    for wanted in ("分拣中心", "linehaul_contractor 33.33%", "可申诉 open"):
        assert wanted in told.replace("\n", ""), wanted

    await centre.supervisor.done(id_, "appeal-liability", party="linehaul_contractor", grounds="交接时完好")
    assert "干线外包承运商对责任认定提出申诉" in reasons((await centre.supervisor.events(id_))[-1])
    is_problem(await arbiter.act(id_, "find-liable", firm_liable=True, shares=SHARES, grounds="不变"), 403)
    is_problem(await centre.second_supervisor.act(id_, "find-liable", firm_liable=False, grounds="不变"), 403)
    all_ours = [{"party": "sorting_centre", "percent": 100}]
    await centre.manager.done(id_, "find-liable", firm_liable=True, shares=all_ours, grounds="申诉成立")
    again = await centre.supervisor.act(id_, "appeal-liability", party="sorting_centre", grounds="不服")
    assert "once" in is_problem(again, 409)["detail"]
    is_problem(await centre.general_manager.act(id_, "find-liable", firm_liable=False, grounds="x"), 409)

    table = await finance.get("/reports/recharges", format="csv", first="2026-03-04", last="2026-03-04")
    assert table.headers["content-type"].startswith("text/csv")
    [line] = csv.DictReader(io.StringIO(table.text))
    assert (line["party"], line["charged"], line["standing"], line["currency"]) == (
        "sorting_centre",
        "100.01",
        "final",
        "CNY",
    )
    assert (await finance.get("/reports/recharges", first="2026-03-05")).json()["items"] == []
    known = await settlement(finance, id_)
    assert [(one["round"], one["standing"]) for one in known["findings"]] == [(1, "appealed"), (2, "final")]


async def test_an_appeal_is_decided_where_the_manager_and_the_one_above_are_of_the_party(
    centre: Centre, finance: Person
) -> None:
    await centre.belong("sorting_centre", "manager", "general_manager")
    id_ = await paid(centre, finance)
    arbiter = await centre.hire("inspector", Role.QUALITY_INSPECTOR)
    await arbiter.done(id_, "find-liable", firm_liable=True, shares=SHARES, grounds="监控")
    await centre.supervisor.done(id_, "appeal-liability", party="sorting_centre", grounds="不服")
    said = {"firm_liable": False, "grounds": "申诉成立"}
    for one in (centre.manager, centre.supervisor):
        problem = is_problem(await one.act(id_, "find-liable", **said), 403)
        assert "somebody of level 1 or above who is of no party" in problem["detail"]
    notices = (await centre.second_supervisor.get("/notices", case=id_, kind="liability_to_decide")).json()["items"]
    assert [one["to_staff"] for one in notices] == [centre.second_supervisor.id]
    await centre.second_supervisor.done(id_, "find-liable", **said)
    *_, found = [one for one in await centre.supervisor.events(id_) if one["kind"] == "liability_found"]
    assert "level 1 decides" in found["reasons"][-1]["en"]


async def test_who_handled_it_once_does_not_judge_it_later(centre: Centre) -> None:
    """Also when somebody else carried it out in the end."""
    id_, _ = await complaint(centre)
    for one, accepted in ((centre.second_supervisor, False), (centre.supervisor, True)):
        await one.done(id_, "propose", remedy="赔付", compensation="80")
        await one.done(id_, "carry-out", **DONE)
        await one.done(id_, "feed-back", accepted=accepted, said="已告知")
    said = {"firm_liable": False, "grounds": "监控"}
    is_problem(await centre.second_supervisor.act(id_, "find-liable", **said), 403)
    await centre.manager.done(id_, "find-liable", **said)


@pytest.mark.parametrize(
    ("firm", "shares", "sentence"),
    [
        (True, [{"party": "sorting_centre", "percent": 99}], "add up to 100 %, not 99"),
        (True, [], "add up to 100 %"),
        (True, [{"party": "sorting_centre", "percent": 50}] * 2, "twice"),
        (True, [{"party": "lisi", "percent": 100}], "must be one of"),
        (True, [{"kind": "carrier", "party": "sorting_centre", "percent": 100}], "must be one of"),
        (False, [{"party": "sorting_centre", "percent": 100}], "no shares"),
    ],
)
async def test_shares_that_are_none_are_refused(
    centre: Centre, firm: bool, shares: list[dict[str, Any]], sentence: str
) -> None:
    id_, _ = await complaint(centre)
    before = await centre.counts()
    said = {"firm_liable": firm, "shares": shares, "grounds": "监控"}
    assert sentence in is_problem(await centre.supervisor.act(id_, "find-liable", **said), 409)["detail"]
    assert await centre.counts() == before


async def test_the_customer_never_waits_for_liability(centre: Centre, finance: Person) -> None:
    """An appeal in the middle holds nothing up."""
    id_, handler = await complaint(centre)
    await centre.supervisor.done(id_, "find-liable", firm_liable=True, shares=SHARES, grounds="监控")
    await centre.supervisor.done(id_, "appeal-liability", party="sorting_centre", grounds="不服")
    await handler.done(id_, "propose", remedy="赔付", compensation="80")
    await handler.done(id_, "carry-out", **DONE)
    await handler.done(id_, "feed-back", accepted=True, said="接受")
    await finance.done(id_, "confirm-voucher", payment=1)
    await finance.done(id_, "pay", payment=1, paid_on="2026-03-04", reference="B-1")
    known = await settlement(finance, id_)
    assert (known["paid"], known["findings"][0]["standing"]) == ("80.00", "appealed")


@pytest.mark.parametrize("finding", [None, False, True])
async def test_a_case_counts_against_a_unit_only_when_the_finding_says_the_firm_is_liable(
    centre: Centre, finance: Person, finding: bool | None
) -> None:
    id_ = await paid(centre, finance)
    if finding is not None:
        shares = [{"party": "last_mile", "percent": 100}] if finding else []
        await centre.supervisor.done(id_, "find-liable", firm_liable=finding, shares=shares, grounds="监控")
    await centre.carry()
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=5)
    await centre.carry()
    scored = next(one for one in await centre.supervisor.events(id_) if one["kind"] == "scored")
    assert scored["data"]["unit"] == ("last_mile" if finding else None)
    assert scored["data"]["firm_liable"] is finding


async def test_a_finding_after_the_case_is_closed_says_whom_it_counts_against_from_then_on(
    centre: Centre, finance: Person
) -> None:
    id_ = await paid(centre, finance)
    await centre.carry()
    await centre.revisitor.done(id_, "survey", solved=True, satisfaction=5)
    await centre.carry()
    for one, share in ((centre.second_supervisor, "last_mile"), (centre.manager, "sorting_centre")):
        shares = [{"party": share, "percent": 100}]
        await one.done(id_, "find-liable", firm_liable=True, shares=shares, grounds="监控")
        event = (await centre.supervisor.events(id_))[-1]
        assert event["data"]["unit"] == share
        assert f"it counts against {share}" in reasons(event)
        assert (await centre.supervisor.read(id_))["liable"] == share
        if share == "last_mile":
            await centre.supervisor.done(id_, "appeal-liability", party="last_mile", grounds="不服")
