"""Business incidents as tests report them, and how far they take them."""

from typing import Any

from tests.api.centre import MORNING, Centre

WHERE, WHAT = "华东分拨中心三号月台", "叉车翻倒,两托货物倾覆,外箱破裂"


FORM = {
    "reporter": "某某",
    "unit_head": "某某某",
    "goods": "玻璃器皿",
    "pieces_booked": "24",
    "pieces_found": "18",
    "summary": "装车时叉车转弯过急",
    "extent": "六件破碎",
    "on_site": "已隔离并拍照",
}


def first(**more: Any) -> dict[str, Any]:
    return {"kind": "damage", "what": WHAT, "where": WHERE, "discovered_at": MORNING.isoformat(), **more}


KNOWN = {"casualties": 0, "dangerous_goods": False}


async def reported(centre: Centre, **more: Any) -> str:
    answer = await centre.hub.post("/incidents", first(**more))
    assert answer.status_code == 202, answer.text
    await centre.carry()
    id_: str = answer.json()["id"]
    return id_


async def incident(centre: Centre, id_: str, by: str = "general_manager") -> dict[str, Any]:
    answer = await centre.people[by].get(f"/incidents/{id_}")
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def asked(centre: Centre, **more: Any) -> str:
    """An incident about which the unit `linehaul` is asked."""
    id_ = await reported(centre, **more)
    owner = await centre.owner(id_)
    await owner.done(id_, "contain", measures="隔离")
    await owner.done(id_, "investigate", finding="装载超高", counterpart="linehaul")
    await centre.carry()
    return id_


SHARED = [
    {"party": "linehaul", "percent": "66.67"},
    {"kind": "carrier", "party": "linehaul_contractor", "percent": "33.33"},
]


async def found(centre: Centre, **more: Any) -> str:
    """One that the counterpart confirmed, and for which it was found liable."""
    id_ = await asked(centre, **more)
    await centre.line.done(id_, "respond", agrees=True, statement="属实")
    await centre.carry()
    await (await centre.owner(id_)).done(id_, "name-liable", firm_liable=True, shares=SHARED, why="装载不规范")
    return id_


async def notice_of(centre: Centre, id_: str, kind: str) -> str:
    found = (await centre.general_manager.get("/notices", case=id_, kind=kind)).json()["items"]
    newest: str = found[0]["id"]
    return newest
