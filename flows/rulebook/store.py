"""The rulebooks of the database: the one in force, and every older one a case is still judged by."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.loading import content_hash, load, read
from models.rulebook import rulebooks
from models.values.case import CaseFacts
from models.values.policy import Policy


class Policies:
    """Loaded rulebooks by content hash. `refresh` is cheap; call it wherever a new one must be noticed."""

    def __init__(self) -> None:
        self._loaded: dict[str, Policy] = {}
        self._timed: dict[str, Policy] = {}
        self._current: Policy | None = None

    @property
    def current(self) -> Policy:
        if self._current is None:
            raise LookupError("no rulebook was loaded yet: call refresh first")
        return self._current

    def of(self, facts: CaseFacts) -> Policy:
        """The rulebook a case is judged by, with the deadlines of the one in force; that one until it is classified."""
        if not facts.rulebook:
            return self.current
        if facts.rulebook not in self._timed:
            self._timed[facts.rulebook] = self._loaded[facts.rulebook].timed_by(self.current)
        return self._timed[facts.rulebook]

    async def refresh(self, connection: AsyncConnection) -> Policy:
        """Load what is new; a database without any rulebook adopts the shipped one."""
        newest = select(rulebooks.c.hash).order_by(rulebooks.c.adopted_at.desc()).limit(1)
        current = (await connection.execute(newest)).scalar_one_or_none()
        if current is None:
            current = await adopt(connection, read())
        if current not in self._loaded:
            await self._load(connection)
        if self._current is not self._loaded[current]:
            self._current = self._loaded[current]
            self._timed.clear()
        return self._current

    async def know(self, connection: AsyncConnection, judged: Iterable[CaseFacts]) -> None:
        """See to it that `of` can answer for these cases: another process may have seen a new rulebook before us."""
        if any(facts.rulebook and facts.rulebook not in self._loaded for facts in judged):
            await self._load(connection)

    async def _load(self, connection: AsyncConnection) -> None:
        for row in (await connection.execute(select(rulebooks.c.hash, rulebooks.c.content))).all():
            if row.hash not in self._loaded:
                self._loaded[row.hash] = load(row.content)


async def content_in_force(connection: AsyncConnection) -> str:
    """The newest rulebook, as stored."""
    query = select(rulebooks.c.content).order_by(rulebooks.c.adopted_at.desc()).limit(1)
    content: str = (await connection.execute(query)).scalar_one()
    return content


async def adopt(connection: AsyncConnection, content: str) -> str:
    """Put a rulebook in force, a new one or an older one again; returns its hash. It must load, or nothing changes."""
    load(content)
    hash_ = content_hash(content)
    query = insert(rulebooks).values(hash=hash_, content=content)
    again = query.on_conflict_do_update(index_elements=["hash"], set_={"adopted_at": func.clock_timestamp()})
    await connection.execute(again)
    return hash_
