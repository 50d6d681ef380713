"""The customers of the demo at the door: they call, ask again when they hear nothing, and some come back."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from models.values.people_terms import Role
from models.values.stage_terms import Stage
from models.values.vocabulary import Category, Channel, Kind, ManualService, Outcome

from . import phrases
from .calls import Calls
from .centre import Centre, Colleague
from .conduct import acknowledging
from .customers import Customer
from .request import SimulatedRequest
from .scene import Said

ACCEPTED = 202
DOUBLE_CLICK, COMES_BACK = 0.05, 0.03
ANSWERED_BY_ITSELF = frozenset({Channel.WEB, Channel.SMS, Channel.VOICE_MENU})
"""Channels that tell the caller by themselves that it arrived."""
MAIL, READ_AT_ONCE = frozenset({Channel.EMAIL, Channel.FAX}), 0.9
COMES_BACK_AFTER = timedelta(hours=20)
ABOUT_UNIT = "last_mile"
"""Whom complaints about manners are about: its people see nothing of them."""


DOORS = {
    Kind.ENQUIRY: "/enquiries",
    Kind.CONSULTATION: "/consultations",
    Kind.SUGGESTION: "/suggestions",
    Kind.MANUAL_SERVICE: "/manual-services",
}
FINDS_ITS_DOOR = 0.5
"""The share of other requests that come in by their own door; the rest come in as complaints."""


def _door(one: SimulatedRequest, dice: int) -> tuple[str, dict[str, str]]:
    """By which door a request comes in, and what that asks for beside the text."""
    if one.kind not in DOORS or dice // 100 % 100 >= FINDS_ITS_DOOR * 100:
        return "/complaints", {}
    services = list(ManualService)
    more = {"service": services[dice % len(services)].value} if one.kind is Kind.MANUAL_SERVICE else {}
    return DOORS[one.kind], more


class Callers:
    def __init__(self, centre: Centre, calls: Calls, begins: datetime, seed: int) -> None:
        self._centre = centre
        self._calls = calls
        self._begins = begins
        self._seed = seed
        self._mail: list[Customer] = []
        self.coming_back: list[Customer] = []
        self.referred = False

    async def receive(self, batch: Sequence[SimulatedRequest]) -> None:
        """All calls of a batch at once."""
        await asyncio.gather(*(self._receive(one) for one in batch))

    async def _receive(self, one: SimulatedRequest) -> None:
        """Only what a caller would say is sent; now and then twice, by a double click, which makes one case."""
        body = one.intake() | {"received_at": (self._begins + one.received).isoformat()}
        body["acknowledged"] = one.channel in ANSWERED_BY_ITSELF
        if one.category is Category.SERVICE_ATTITUDE:
            body["about_units"] = [ABOUT_UNIT]
        key = uuid5(NAMESPACE_URL, f"demo:{self._seed}:{one.reference}").hex
        clicks = 2 if int(key, 16) % 100 < DOUBLE_CLICK * 100 else 1
        web_form = self._centre.web_form.token
        path, more = _door(one, int(key, 16))
        answers = await asyncio.gather(*(self._calls.post(web_form, path, body | more, key=key) for _ in range(clicks)))
        ids = {answer.body["id"] for answer in answers if answer.status == ACCEPTED}
        if len(ids) != 1:
            self._calls.troubles.add("intake", f"request {one.reference} made {len(ids)} cases instead of one")
        for case_id in map(UUID, ids):
            customer = self._centre.customers[case_id] = Customer(one, self._seed, case_id)
            if one.channel in MAIL and customer.chance("mailbox", READ_AT_ONCE):
                self._mail.append(customer)
            if one.kind in (None, Kind.COMPLAINT) and customer.chance("comes back", COMES_BACK):
                self.coming_back.append(customer)

    async def answer_mail(self, now: datetime) -> None:
        """Who is at the mailbox tells those who wrote that it arrived; what he overlooks is left to the owner."""
        acceptor = next((one for one in self._centre.on_duty(now) if one.person.role is Role.ACCEPTOR), None)
        if acceptor is None:
            return
        mail, self._mail = self._mail, []
        for customer in mail:
            case = await self._centre.read(acceptor, customer.case_id)
            if case is not None:
                await self._centre.act(acceptor, case, acknowledging(case))

    async def morning(self, now: datetime) -> None:
        """Those who waited longer than their patience ask again; those whose trouble returned open their case again."""
        acceptor = next((one for one in self._centre.on_duty(now) if one.person.role is Role.ACCEPTOR), None)
        if acceptor is None:
            return
        await self._refer(acceptor, now)
        for customer in self._centre.customers.values():
            waited = now - self._begins - customer.request.received
            if not customer.told and not customer.asked and waited.days >= customer.request.temperament.patience:
                await self._ask_again(acceptor, customer)
        for customer in tuple(self.coming_back):
            await self._come_back(acceptor, customer, now)

    async def _refer(self, acceptor: Colleague, now: datetime) -> None:
        """Once, the regulator sends on the complaint of somebody who is still not answered."""
        for customer in self._centre.customers.values() if not self.referred else ():
            if customer.told or customer.request.kind not in (None, Kind.COMPLAINT):
                continue
            case = await self._centre.read(acceptor, customer.case_id)
            if case is None or case.stage not in (Stage.CARRY_OUT, Stage.APPROVAL) or case.withdrawn:
                continue
            number = f"12305-{now:%Y%m%d}-1"
            body = {"number": number, "text": phrases.REFERRED, "case_number": case.number}
            if (await self._calls.post(acceptor.token, "/referrals", body)).status == ACCEPTED:
                customer.referral, self.referred = number, True
            return

    async def _ask_again(self, acceptor: Colleague, customer: Customer) -> None:
        case = await self._centre.read(acceptor, customer.case_id)
        if case is None or case.stage is Stage.CLOSED:
            customer.told = True
            return
        customer.asked = True
        if not await self._centre.look_up(acceptor, customer.request):
            return  # nobody can tell whose case it is: he gave neither name nor number
        note = Said("note", {"text": phrases.ASKED_AGAIN, "contact": True, "channel": "phone"})
        await self._centre.act(acceptor, case, [note])

    async def _come_back(self, acceptor: Colleague, customer: Customer, now: datetime) -> None:
        case = await self._centre.read(acceptor, customer.case_id)
        if case is None or (case.closed_at is not None and now - case.closed_at < COMES_BACK_AFTER):
            return
        if case.closed_at is not None:
            self.coming_back.remove(customer)
            again = case.kind is Kind.COMPLAINT and case.outcome is Outcome.SOLVED and case.reopenings == 0
            if again and await self._centre.look_up(acceptor, customer.request):
                await self._centre.act(acceptor, case, [Said("reopen", {"why": phrases.CAME_BACK})])
