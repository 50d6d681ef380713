"""The postman: resolves notices, tries deliveries, looks whether the centre is well, lets old notices go.

One in each process. It needs no Prefect. Whatever goes wrong with a notice stays with the notice: carrying cases is
never held up by it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from flows.legs.blame import place
from flows.legs.resources import Resources
from flows.notices import letting_go, mail, outbox, signing
from flows.notices.http import NotTaken, post
from flows.notices.outbox import Claimed
from flows.notices.targets import BadTarget, Inside
from flows.notices.watch import watch
from flows.rulebook.store import Policies
from models.settings import Settings
from models.values.notice_terms import NoticeChannel

log = structlog.get_logger()
LOOK_SECONDS = 1.0
WATCH_SECONDS = 10.0
LET_GO_SECONDS = 600.0
TRY_LEASES, HELD_LEASES = 2.0, 3.0
"""How long one try may take, and how long its lease lasts, in leases of a leg: the first must end before the second."""


@dataclass
class Postman:
    resources: Resources
    policies: Policies
    settings: Settings
    look_seconds: float = LOOK_SECONDS
    watch_seconds: float = WATCH_SECONDS
    let_go_seconds: float = LET_GO_SECONDS
    under_way: dict[asyncio.Task[None], int] = field(default_factory=dict)
    """Tries that have not ended, each with the subscription it goes to."""

    async def serve(self) -> None:
        """Until cancelled."""
        looking = (
            self._again(self._look, self.look_seconds),
            self._again(self.watch, self.watch_seconds),
            self._again(self.let_go, self.let_go_seconds),
        )
        try:
            await asyncio.gather(*looking)
        finally:
            for task in self.under_way:
                task.cancel()
            await asyncio.gather(*self.under_way, return_exceptions=True)

    async def deliver(self) -> bool:
        """One round, to its end; True: there was something, so look again at once."""
        found = await self.begin()
        await asyncio.gather(*self.under_way)
        return found

    async def begin(self) -> bool:
        """Fill the places that are free, however long the others take; True: there was something."""
        engine, seal = self.resources.engine, self.resources.seal
        async with engine.begin() as connection:
            await self.policies.refresh(connection)
            resolved = await outbox.resolve(connection, await self.resources.clock.now(connection))
        free, busy = outbox.AT_ONCE - len(self.under_way), Counter(self.under_way.values())
        async with engine.begin() as connection:
            lease = self.resources.lease_seconds * HELD_LEASES
            claimed = await outbox.claim(connection, seal, self.resources.worker, lease, free, busy)
        for one in claimed:
            task = asyncio.create_task(self._carry(one))
            self.under_way[task] = one.subscription_id
            task.add_done_callback(self.under_way.pop)
        return bool(resolved or claimed)

    async def _look(self) -> bool:
        if await self.begin():
            return True
        if not self.under_way:
            return False
        await asyncio.wait(self.under_way, timeout=self.look_seconds, return_when=asyncio.FIRST_COMPLETED)
        return True

    async def watch(self) -> bool:
        """One look at the centre itself."""
        async with self.resources.engine.begin() as connection:
            policy = await self.policies.refresh(connection)
            now = await self.resources.clock.now(connection)
            await watch(connection, self.resources.seal, policy.rulebook.notices, now)
        return False

    async def let_go(self) -> bool:
        """Some of what is too old to keep; True: there may be more."""
        async with self.resources.engine.begin() as connection:
            policy = await self.policies.refresh(connection)
            now = await self.resources.clock.now(connection)
            gone = await letting_go.let_go(connection, policy.rulebook.notices, now)
        if gone:
            log.info("old notices let go", notices=gone)
        return gone > 0

    async def _carry(self, one: Claimed) -> None:
        try:
            await self._try(one)
        except Exception as error:  # noqa: BLE001 - its lease runs out and it is tried again; the others go on
            log.warning("notice not settled", notice=str(one.notice_id), error=place(error))

    async def _try(self, one: Claimed) -> None:
        seconds = self.resources.lease_seconds * TRY_LEASES
        if one.attempts > self.policies.current.rulebook.notices.attempts_at_most:
            await self._settle(one, "every try ended without being settled", final=True)  # it may kill who tries it
            return
        try:
            await asyncio.wait_for(self._send(one, seconds), seconds)
        except BadTarget as error:
            settled = await self._settle(one, str(error), final=True)
        except NotTaken as error:
            settled = await self._settle(one, str(error))
        except TimeoutError:
            settled = await self._settle(one, "no answer in time")
        except Exception as error:  # noqa: BLE001 - whatever a notice provokes is its own, not its neighbours'
            settled = await self._settle(one, place(error))
        else:
            settled = await self._settle(one, None)
        if not settled:
            log.warning("notice settled too late", notice=str(one.notice_id), attempt=one.attempts)

    async def _send(self, one: Claimed, seconds: float) -> None:
        inside, at = Inside.of(self.settings.webhook_allow), datetime.now(UTC)
        match one.channel:
            case NoticeChannel.EMAIL:
                await mail.send(one.letter, one.to, self.settings, seconds)
            case NoticeChannel.WEBHOOK:
                await post(one.to, signing.webhook(one.letter, str(one.secret), at), inside, seconds)
            case NoticeChannel.WECOM:
                _insist(await post(one.to, signing.wecom(one.letter), inside, seconds))
            case NoticeChannel.DINGTALK:
                _insist(await post(one.to, signing.dingtalk(one.letter, one.secret, at), inside, seconds))

    async def _settle(self, one: Claimed, error: str | None, *, final: bool = False) -> bool:
        said = "notice delivered" if error is None else "notice not delivered"
        log.info(said, notice=str(one.notice_id), channel=one.channel, attempt=one.attempts, error=error)
        async with self.resources.engine.begin() as connection:
            now = await self.resources.clock.now(connection)
            if error is None:
                return await outbox.arrived(connection, one, now)
            policy = self.policies.current.rulebook.notices
            return await outbox.failed(connection, one, error, policy, now, final=final)

    async def _again(self, work: Callable[[], Awaitable[bool]], seconds: float) -> None:
        while True:
            busy = False
            try:
                busy = await work()
            except Exception as error:  # noqa: BLE001 - the next look may go well; cases are carried meanwhile
                log.warning("outbox stands", error=place(error))
            if not busy:
                await asyncio.sleep(seconds)


def _insist(answer: dict[str, object]) -> None:
    """Robots answer 200 to everything, and say in the body whether they took it."""
    if answer.get("errcode") != 0:
        code = answer.get("errcode")
        raise NotTaken(
            f"the robot refused it: {code}" if isinstance(code, int) else "the robot's answer is not its own"
        )
