"""The incidents of the demo: one of each grade at least, a unit that never answers, a level that does not look."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

TRUCK, HUB = "沪A·80017", "华东一号场站"
FORM = {
    "reporter": "值班长",
    "unit_head": "场站负责人",
    "goods": "普通货物",
    "packing": "carton",
    "pieces_booked": "120",
    "pieces_found": "112",
    "summary": "交接时发现，已按规程拍照并隔离",
    "extent": "部分外箱破损，内件待查",
    "on_site": "隔离现场，停止作业，清点并登记",
}
WHYS = ("装载超过限高", "当班未复核装载图", "装载图培训只做了一次", "培训计划没有责任人")


@dataclass(frozen=True)
class Script:
    """One incident as it will go. `report` is what the unit sends first; times are since midnight of the day played."""

    unit: str
    at: timedelta
    lag: timedelta
    """How long after the discovery it is reported."""
    report: dict[str, Any] = field(default_factory=dict)
    valued: str | None = None
    """The value the centre finds later."""
    counterpart: str | None = None
    silent: bool = False
    """The counterpart unit never answers."""
    unread: bool = False
    """The level that must know does not look, until the next one is told."""
    liable: str | None = None
    carrier: str | None = None
    """An outside carrier that bears a part of it."""


KNOWN = {"casualties": 0, "dangerous_goods": False}
SCRIPTS = (
    Script(
        "sorting_centre",
        timedelta(hours=10, minutes=25),
        timedelta(minutes=10),
        KNOWN | {"kind": "damage", "what": "卸车时货垛倒塌", "where": "三号月台", "value": "3200", "vehicle": TRUCK},
        counterpart="linehaul",
        liable="linehaul",
        carrier="linehaul_contractor",
    ),
    Script(
        "linehaul",
        timedelta(hours=11, minutes=55),
        timedelta(hours=2),
        KNOWN | {"kind": "theft", "what": "篷布被割，货物短少", "where": "高速服务区", "waybills": ["YD5550001"]},
        valued="18000",
        counterpart="last_mile",
        silent=True,
        liable="last_mile",
    ),
    Script(
        "sorting_centre",
        timedelta(hours=14, minutes=55),
        timedelta(minutes=5),
        {"kind": "fire", "what": "叉车电池起火，一人灼伤，已扑灭", "where": "充电间", "hub": HUB, "casualties": 1,
         "dangerous_goods": True, "business_line": "road"},
        liable="sorting_centre",
    ),
    Script(
        "last_mile",
        timedelta(hours=15, minutes=55),
        timedelta(minutes=40),
        KNOWN | {"kind": "misdelivery", "what": "两票贵重货物互换派送", "where": "城西网点", "value": "9000"},
        unread=True,
        liable="last_mile",
    ),
)  # fmt: skip
