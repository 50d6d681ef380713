"""Units report incidents, and the people of the demo handle them: over HTTP, as far as each script goes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.incident_schemas import IncidentView
from api.schemas import CaseView, ClockView
from models.customer import customers
from models.shipment import shipments
from models.values.calendar import SHANGHAI
from models.values.people_terms import Role
from models.values.stage_terms import ClockName, Stage

from .calls import Calls
from .centre import Centre, Colleague
from .conduct import CALLS_FROM, CALLS_UNTIL
from .incident_scripts import FORM, HUB, SCRIPTS, TRUCK, WHYS, Script
from .scene import Said

ACCEPTED = 202
LEVELS = (Role.COMPLAINT_HANDLER, Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)
ABOARD = ((TRUCK, None, 3), (TRUCK, None, 1), (None, HUB, 2))
"""For each customer whose shipments were there: vehicle, hub, how many."""


class Incidents:
    """What happens to the incidents of the demo."""

    def __init__(self, centre: Centre, calls: Calls, begins: datetime, scripts: Sequence[Script] = SCRIPTS) -> None:
        self._centre = centre
        self._calls = calls
        self._begins = begins
        self._coming = sorted(scripts, key=lambda one: one.at)
        self.scripts: dict[UUID, Script] = {}
        self._closed: set[UUID] = set()

    @property
    def next_at(self) -> datetime | None:
        """When the next one is reported."""
        return self._begins + self._coming[0].at if self._coming else None

    @property
    def left(self) -> int:
        """How many are still to come or to be closed."""
        return len(self._coming) + len(self.scripts) - len(self._closed)

    async def report(self, now: datetime) -> None:
        """The next script's unit reports, with a token of its own."""
        script = self._coming.pop(0)
        unit = self._centre.of_unit(script.unit)
        body = script.report | {"discovered_at": (now - script.lag).isoformat()}
        answer = await self._calls.post(unit.token, "/incidents", body, key=uuid4().hex)
        if answer.status == ACCEPTED:
            self.scripts[UUID(answer.body["id"])] = script
        else:
            self._calls.troubles.add("intake", "an incident was not accepted")

    async def round(self, now: datetime) -> None:
        """Those who must know look; the notice to a counterpart unit is handed over against a receipt."""
        for id_, script in self.scripts.items():
            if id_ not in self._closed:
                await self._look(id_, script, now)

    async def _look(self, id_: UUID, script: Script, now: datetime) -> None:
        reader = self._centre.of_role(Role.GENERAL_MANAGER)
        case, view = await self._centre.read(reader, id_), await self._view(reader, id_)
        if case is None or view is None:
            return
        if case.stage is Stage.CLOSED:
            self._closed.add(id_)
            return
        if view.acknowledged_by is None and not (script.unread and view.knows == 1):
            role = LEVELS[view.knows]
            for one in [one for one in self._centre.on_duty(now) if one.person.role is role][:1]:
                await self._centre.act(one, case, [Said("acknowledge-incident")])
        elif case.stage is Stage.COUNTERPART and _open(case, ClockName.DELIVER):
            for one in [one for one in self._centre.on_duty(now) if one.person.role is Role.COMPLAINT_HANDLER][:1]:
                said = {"at": now.isoformat(), "how": "email", "receipt": "邮件回执"}
                await self._centre.act(one, case, [Said("deliver", said)])

    async def acts(self, one: Colleague, case: CaseView, now: datetime) -> list[Said]:
        """What its owner does now; nothing: another time."""
        if case.stage is Stage.CUSTOMER_NOTICE:
            awake = CALLS_FROM <= now.astimezone(SHANGHAI).time() < CALLS_UNTIL
            return [Said("tell-customer", {"told": "已告知货物情况、处理进展与后续安排"})] if awake else []
        view, script = await self._view(one, case.id), self.scripts.get(case.id)
        if view is None or script is None:
            return []
        match case.stage:
            case Stage.CONTAINMENT:
                return [Said("contain", {"measures": "停止作业，隔离货物与车辆"})]
            case Stage.INVESTIGATION:
                return _investigate(case, view, script)
            case Stage.COUNTERPART:
                return [] if script.silent else [Said("respond", {"agrees": True, "statement": "情况属实，认可"})]
            case Stage.FINDING:
                cause = [Said("name-cause", {"method": "five_whys", "whys": list(WHYS)})] if not view.root_cause else []
                return [*cause, Said("name-liable", _liable(script))]
            case Stage.CORRECTION:
                return _correct(one, case, now)
            case Stage.EFFECT:
                ready = any(clock.started_at <= now for clock in _open(case, ClockName.EFFECT))
                return [Said("check-effect", {"effective": True, "finding": "三周内无同类事故"})] if ready else []
            case Stage.CLOSING:
                known = [] if view.acknowledged_by else [Said("acknowledge-incident")]
                return [*known, Said("conclude", {"remark": "同意结案"})]
        return []

    async def _view(self, one: Colleague, id_: UUID) -> IncidentView | None:
        body = await self._calls.get(one.token, f"/incidents/{id_}")
        return IncidentView.model_validate(body) if body is not None else None


def _liable(script: Script) -> dict[str, Any]:
    """Who bears the incident, an outside carrier among them where the script says so."""
    shares: list[dict[str, Any]] = []
    if script.liable is not None:
        shares.append({"party": script.liable, "percent": "60" if script.carrier else "100"})
    if script.carrier is not None:
        shares.append({"kind": "carrier", "party": script.carrier, "percent": "40"})
    return {"firm_liable": bool(shares), "shares": shares, "why": "监控与交接记录为证"}


def _investigate(case: CaseView, view: IncidentView, script: Script) -> list[Said]:
    """Complete the form, value the loss, tell the authorities; then say what was found."""
    said = [Said("fill-form", {"fields": FORM})] if view.missing else []
    if script.valued is not None and view.value is None:
        said.append(Said("value", {"value": script.valued}))
    owed = [view.duties[(clock.promise or 1) - 1] for clock in _open(case, ClockName.AUTHORITY)]
    said += [Said("tell-authority", {"duty": code, "receipt": "快报已报送"}) for code in owed]
    return [*said, Said("investigate", {"finding": "交接时装载不规范", "counterpart": script.counterpart})]


def _correct(one: Colleague, case: CaseView, now: datetime) -> list[Said]:
    planned = _open(case, ClockName.CORRECTION)
    if not planned:
        by = (now + timedelta(days=3)).isoformat()
        return [Said("plan-correction", {"what": "装载图双人复核，加装限高杆", "owner": one.id, "by": by})]
    return [
        Said("complete-correction", {"correction": clock.promise, "how": "已加装并培训到班组"}) for clock in planned
    ]


def _open(case: CaseView, name: ClockName) -> list[ClockView]:
    return [clock for clock in case.clocks if clock.name == name and clock.met_at is None]


async def stock(engine: AsyncEngine, day: date) -> None:
    """Customers with shipments on the truck and in the hub of the scripts."""
    async with engine.begin() as connection:
        last = (await connection.execute(select(func.coalesce(func.max(customers.c.id), 0)))).scalar_one()
        for number, (vehicle, hub, count) in enumerate(ABOARD, start=1):
            id_ = last + number  # the customers of the rounds were given their ids too
            await connection.execute(insert(customers).values(id=id_, code=f"ABOARD-{number}"))
            rows: list[dict[str, Any]] = [
                {"customer_id": id_, "order_id": f"D{number}-{one}", "waybill_no": f"YD666{number}{one:03}"}
                | {"ordered_at": day, "amount": 100, "currency": "CNY", "vehicle": vehicle, "hub": hub}
                for one in range(count)
            ]
            await connection.execute(insert(shipments), rows)
