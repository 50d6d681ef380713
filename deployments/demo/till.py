"""Finance of the demo pays what waits, an inspector finds who is liable, and now and then a party appeals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.schemas import CaseView
from flows.acts.money import HANDLING
from models.values.calendar import SHANGHAI
from models.values.people_terms import Role
from models.values.stage_terms import Stage
from models.values.vocabulary import Kind

from . import phrases
from .calls import Calls
from .centre import Centre, Colleague
from .scene import Said

AT_ONCE = 200
APPEALS, RETURNS, OURS, CARRIED_BY_OTHERS = 0.12, 0.05, 0.8, 0.25
CARRIER = "linehaul_contractor"


class Till:
    """Money after the handler is done with it. Every payment is confirmed by finance, then paid once agreed to."""

    def __init__(self, centre: Centre, calls: Calls) -> None:
        self._centre = centre
        self._calls = calls
        self._judged: set[UUID] = set()

    async def work(self, now: datetime) -> None:
        """One round of those on duty; what nobody is there for waits for the next."""
        if (finance := self._centre.somebody(Role.FINANCE, now)) is not None:
            await self._confirm(finance, now)
            await self._pay(finance, now)
        if (inspector := self._centre.somebody(Role.QUALITY_INSPECTOR, now)) is not None:
            await self._judge(inspector, now)

    async def _confirm(self, finance: Colleague, now: datetime) -> None:
        for payment in await self._payments("awaiting", now):
            number, supervisor = payment["number"], self._centre.somebody(Role.SUPERVISOR, now)
            case = await self._centre.read(finance, UUID(payment["case_id"]))
            if case is None:
                continue
            customer = self._centre.behind(case)
            back = supervisor is not None and case.level <= 1 and customer.once(f"returned:{number}", RETURNS)
            said = Said("confirm-voucher", {"payment": number})
            if back:
                said = Said("return-voucher", {"payment": number, "why": phrases.WRONG_ACCOUNT})
            await self._centre.act(finance, case, [said])
            if back and supervisor is not None:
                again = await self._centre.read(supervisor, case.id)
                assert again is not None  # noqa: S101 - a supervisor sees it
                await self._centre.act(supervisor, again, [Said("voucher", {"payment": number})])

    async def _pay(self, finance: Colleague, now: datetime) -> None:
        today = now.astimezone(SHANGHAI).date().isoformat()
        for payment in await self._payments("confirmed", now):
            if payment["kind"] != "advance" and payment["agreed_at"] is None:
                continue
            case = await self._centre.read(finance, UUID(payment["case_id"]))
            if case is not None:
                said = {"payment": payment["number"], "paid_on": today, "reference": f"B{payment['voucher']}"}
                await self._centre.act(finance, case, [Said("pay", said)])

    async def _judge(self, inspector: Colleague, now: datetime) -> None:
        """The customer has his money; who bears it inside is found after that."""
        for payment in await self._payments("paid", now):
            id_ = UUID(payment["case_id"])
            case = await self._centre.read(inspector, id_) if id_ not in self._judged else None
            if case is None or case.kind is not Kind.COMPLAINT or case.unit is None:
                continue
            if case.stage is Stage.CONFIRMATION or case.owner == inspector.id or case.unit == inspector.person.unit:
                continue  # another time, or never: nobody judges his own
            if await self._had_a_hand(inspector, id_):
                continue
            self._judged.add(id_)
            customer = self._centre.behind(case)
            ours = customer.chance("ours", OURS)
            shares = _shares(case, shared=customer.chance("shared", CARRIED_BY_OTHERS)) if ours else []
            said = {"firm_liable": ours, "shares": shares, "grounds": phrases.GROUNDS}
            await self._centre.act(inspector, case, [Said("find-liable", said)])
            if ours and case.level <= 1 and customer.chance("appeals", APPEALS):
                await self._appeal(id_, now)

    async def _appeal(self, id_: UUID, now: datetime) -> None:
        supervisor = self._centre.somebody(Role.SUPERVISOR, now)
        manager = self._centre.somebody(Role.MANAGER, now)
        case = await self._centre.read(supervisor, id_) if supervisor is not None else None
        if supervisor is None or manager is None or case is None or case.unit is None:
            return
        appeal = Said("appeal-liability", {"party": case.unit, "grounds": phrases.APPEALED})
        await self._centre.act(supervisor, case, [appeal])
        again = await self._centre.read(manager, id_)
        if again is not None and not await self._had_a_hand(manager, id_):
            shares = _shares(again, shared=True)
            said = {"firm_liable": True, "shares": shares, "grounds": phrases.GROUNDS}
            await self._centre.act(manager, again, [Said("find-liable", said)])

    async def _had_a_hand(self, one: Colleague, case_id: UUID) -> bool:
        """Whether he proposed, decided on or carried out a remedy: then he does not judge it."""
        body = await self._calls.get(one.token, f"/cases/{case_id}/events")
        return not body or any(each["actor"] == one.person.name and each["kind"] in HANDLING for each in body["items"])

    async def _payments(self, state: str, now: datetime) -> list[dict[str, Any]]:
        reader = self._centre.somebody(Role.FINANCE, now) or self._centre.somebody(Role.SUPERVISOR, now)
        body = await self._calls.get(reader.token, "/payments", state=state, limit=AT_ONCE) if reader else None
        return list(body["items"]) if body else []


def _shares(case: CaseView, *, shared: bool) -> list[dict[str, Any]]:
    if not shared:
        return [{"party": case.unit, "percent": "100"}]
    return [
        {"party": case.unit, "percent": "66.67"},
        {"kind": "carrier", "party": CARRIER, "percent": "33.33"},
    ]
