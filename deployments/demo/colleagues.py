"""Those of the centre who do not live by the queue: what each of them does once a day, over HTTP like everybody."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from models.values.people_terms import Role
from models.values.stage_terms import Stage

from . import phrases
from .calls import Calls
from .centre import Centre, Colleague
from .scene import Said

LOOKS_AT = 5
"""Cases somebody reads on a morning."""


class Colleagues:
    def __init__(self, centre: Centre, calls: Calls) -> None:
        self._centre = centre
        self._calls = calls
        self._done: set[tuple[Role, UUID]] = set()
        self._rounds: dict[Role, Callable[[Colleague], Awaitable[None]]] = {
            Role.ACCOUNT_MANAGER: self._account_manager,
            Role.FINANCE: self._finance,
            Role.BUSINESS_UNIT: self._business_unit,
            Role.AUDITOR: self._auditor,
            Role.SCHEDULER: self._scheduler,
            Role.ADMINISTRATOR: self._administrator,
        }

    async def morning(self, now: datetime) -> None:
        """Everybody at work begins the day; those with a queue look into it, whether or not anything is in it."""
        for one in self._centre.at_work(now):
            begin = self._rounds.get(one.person.role, self._queue)
            await begin(one)

    async def _queue(self, one: Colleague) -> None:
        await self._calls.get(one.token, "/queue", limit=1)

    async def _account_manager(self, one: Colleague) -> None:
        """Calls the companies that wait for an answer, and writes down what was said."""
        waiting = [each for each in self._centre.customers.values() if each.request.company and not each.told]
        for customer in waiting[:LOOKS_AT]:
            key = (one.person.role, customer.case_id)
            case = await self._centre.read(one, customer.case_id)
            if key in self._done or case is None or case.stage is Stage.CLOSED:
                continue
            if await self._centre.look_up(one, customer.request):
                self._done.add(key)
                note = Said("note", {"text": phrases.KEY_CUSTOMER, "contact": True, "channel": "outbound"})
                await self._centre.act(one, case, [note])

    async def _finance(self, one: Colleague) -> None:
        """Sees the cases with money in them, and no others; writes down what was paid out."""
        await self._note(one, phrases.PAID_OUT, lambda case: float(case["paid"]) > 0, stage=Stage.FEED_BACK.value)

    async def _business_unit(self, one: Colleague) -> None:
        """Sees the cases of its unit, and no others; says what it found."""
        await self._note(one, phrases.UNIT_FOUND, lambda case: True, stage=Stage.CARRY_OUT.value)

    async def _note(self, one: Colleague, text: str, wanted: Callable[[Any], bool], **query: str) -> None:
        for item in await self._list(one, **query):
            case = await self._centre.read(one, UUID(item["id"]))
            if case is None or (one.person.role, case.id) in self._done or not wanted(case.model_dump()):
                continue
            self._done.add((one.person.role, case.id))
            await self._centre.act(one, case, [Said("note", {"text": text})])

    async def _auditor(self, one: Colleague) -> None:
        """Reads cases with their ledgers, and acts on nothing."""
        for item in await self._list(one):
            await self._calls.get(one.token, f"/cases/{item['id']}")
            await self._calls.get(one.token, f"/cases/{item['id']}/events")

    async def _scheduler(self, one: Colleague) -> None:
        await self._calls.get(one.token, "/runs", limit=LOOKS_AT)

    async def _administrator(self, one: Colleague) -> None:
        await self._calls.get(one.token, "/runs", limit=LOOKS_AT)
        await self._list(one, quarantined="true")

    async def _list(self, one: Colleague, **query: str) -> list[dict[str, Any]]:
        body = await self._calls.get(one.token, "/cases", limit=LOOKS_AT, **query)
        return list(body["items"]) if body else []
