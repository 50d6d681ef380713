"""A postman on the test's database, whose rounds the test makes by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from flows.legs.beside import save_rows
from flows.legs.clock import RealClock
from flows.legs.resources import Resources
from flows.notices.postman import Postman
from flows.notices.subscribing import Made, Wanted, subscribe
from flows.notices.targets import Inside
from models.database import create_engine
from models.settings import Settings
from models.values.case import Reason
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.notices import Addressee, notice
from models.values.people_terms import Role
from tests.fixtures.database import Database
from tests.fixtures.office import POLICIES, Office, open_office
from tests.fixtures.receivers import Mailbox, Receiver, settings_for

TITLE, TEXT = Reason("测试", "a test"), Reason("王小明的包裹", "the parcel of Wang Xiaoming")
MANAGER = Addressee(role=Role.MANAGER)
LEASE_SECONDS = 5.0
"""A try may take twice that: enough for any answer on a busy machine."""


@dataclass
class Post:
    """Notices written, subscribed to, delivered."""

    database: Database
    postman: Postman

    async def write(
        self, to: Addressee = MANAGER, *, case_id: UUID | None = None, pokes: bool = False, due: datetime | None = None
    ) -> UUID:
        id_ = uuid7()
        row = notice(
            NoticeKind.TEST, to, TITLE, TEXT, datetime.now(UTC), id_=id_, case_id=case_id, pokes=pokes, due_at=due
        )
        async with self.database.engine.begin() as connection:
            await save_rows(connection, self.database.seal, [row])
        return id_

    async def subscribe(
        self,
        to: str,
        channel: NoticeChannel = NoticeChannel.WEBHOOK,
        of: Addressee = MANAGER,
        secret: str | None = None,
        kinds: tuple[str, ...] = (),
    ) -> Made:
        inside = Inside.of(self.postman.settings.webhook_allow)
        async with self.database.engine.begin() as connection:
            return await subscribe(connection, self.database.seal, Wanted(of, kinds, channel, to, secret), inside)

    async def row(self, id_: UUID) -> object:
        return (await self.database.rows("SELECT * FROM notices WHERE id = :id", id=id_))[0]

    async def hurry(self) -> None:
        """The pauses between tries are over."""
        await self.database.rows("UPDATE deliveries SET not_before = now()")

    def with_settings(self, settings: Settings) -> "Post":
        return replace(self, postman=replace(self.postman, settings=settings))


@pytest.fixture
async def post(database: Database, mailbox: Mailbox, receiver: Receiver) -> AsyncIterator[Post]:
    engine = create_engine(database.url)
    resources = Resources(engine, database.seal, RealClock(), "by hand", LEASE_SECONDS, leg_cases=100)
    yield Post(database, Postman(resources, POLICIES, settings_for(mailbox, receiver)))
    await engine.dispose()


@pytest.fixture
async def office(database: Database) -> Office:
    return await open_office(database, RealClock())
