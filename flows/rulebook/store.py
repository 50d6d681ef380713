"""The rulebooks of the database: the one in force, and every older one a case is still judged by."""

import asyncio
import json
import time
from collections.abc import Iterable

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook import learned
from flows.rulebook.loading import RulebookError, load, read
from models.bounds import idles_as_ever, may_idle
from models.rulebook import learned_weights, rulebooks
from models.values.case import CaseFacts
from models.values.policy import Policy

TRY_AGAIN_SECONDS = 60.0
"""How long a process goes on with the former rulebook before it tries again to load one that it could not."""

log = structlog.get_logger()


class Policies:
    """Loaded rulebooks by content hash. `refresh` is cheap; call it wherever a new one must be noticed.

    A rulebook is read in a thread, so that whatever else the process does goes on meanwhile.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, Policy] = {}
        self._timed: dict[str, Policy] = {}
        self._current: Policy | None = None
        self._asked = self._answered = 0
        self._try_again: dict[str, float] = {}

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
        """The one in force, loaded if it is new; a database without any rulebook adopts the shipped one.

        One that cannot be loaded here (its learned weights are nowhere to be found) changes nothing: the former one
        stays, the log says so. Raises RulebookError when there is no former one.
        """
        self._asked += 1
        asked = self._asked
        hash_ = await in_force(connection)
        if hash_ is None:
            hash_ = await adopt(connection, read())
        if hash_ not in self._loaded and not self._waits(hash_):
            try:
                await self._load(connection, {hash_})
            except RulebookError as error:
                if self._current is None:
                    raise
                self._try_again[hash_] = time.monotonic() + TRY_AGAIN_SECONDS
                log.error("rulebook not loaded; the former stays in force here", rulebook=hash_, why=str(error))
        newest = self._loaded.get(hash_, self._current)
        if asked < self._answered:
            return self.current  # somebody else here asked later and was answered sooner
        self._answered = asked
        if newest is not self._current:
            self._current = newest
            self._timed.clear()
        return self.current

    async def know(self, connection: AsyncConnection, judged: Iterable[CaseFacts]) -> None:
        """See to it that `of` can answer for these cases: another process may have seen a new rulebook before us."""
        await self.know_of(connection, {facts.rulebook for facts in judged})

    async def know_of(self, connection: AsyncConnection, hashes: Iterable[str | None]) -> None:
        """The same, by hash."""
        if missing := {hash_ for hash_ in hashes if hash_ is not None} - self._loaded.keys():
            await self._load(connection, missing)

    def _waits(self, hash_: str) -> bool:
        return time.monotonic() < self._try_again.get(hash_, 0.0)

    async def _load(self, connection: AsyncConnection, hashes: set[str]) -> None:
        query = select(rulebooks.c.hash, rulebooks.c.content).where(rulebooks.c.hash.in_(hashes))
        rows = (await connection.execute(query)).all()
        for row in rows:
            await _fetch_weights(connection, row.content)
            self._loaded[row.hash] = await _read_beside(connection, row.content)


async def in_force(connection: AsyncConnection) -> str | None:
    """The hash of the newest rulebook that was adopted."""
    adopted = rulebooks.c.adopted_at
    query = select(rulebooks.c.hash).where(adopted.is_not(None)).order_by(adopted.desc()).limit(1)
    return (await connection.execute(query)).scalar_one_or_none()


async def content_of(connection: AsyncConnection, beginning: str) -> str | None:
    """A stored rulebook by its hash, or by the beginning of it if there is only one such."""
    query = select(rulebooks.c.content).where(rulebooks.c.hash.startswith(beginning, autoescape=True)).limit(2)
    found = list((await connection.execute(query)).scalars())
    return found[0] if len(found) == 1 else None


async def content_in_force(connection: AsyncConnection) -> str:
    """The newest rulebook, as stored."""
    query = select(rulebooks.c.content).where(rulebooks.c.hash == await in_force(connection))
    content: str = (await connection.execute(query)).scalar_one()
    return content


async def keep(connection: AsyncConnection, content: str) -> str:
    """Store a rulebook without putting it in force; returns its hash. It must load, or nothing changes."""
    policy = await _read_beside(connection, content)
    query = insert(rulebooks).values(hash=policy.hash, content=content, adopted_at=None)
    await connection.execute(query.on_conflict_do_nothing())
    teaching = policy.rulebook.taxonomy.learned
    if teaching and (content_ := learned.packed(teaching.weights)) is not None:
        kept = insert(learned_weights).values(name=teaching.weights, packed=content_)
        await connection.execute(kept.on_conflict_do_nothing())
    return policy.hash


async def adopt(connection: AsyncConnection, content: str) -> str:
    """Put a rulebook in force, a new one or an older one again; returns its hash. It must load, or nothing changes.

    For the first of a database; later ones take four eyes (`flows.rulebook.changing`).
    """
    hash_ = await keep(connection, content)
    await put_in_force(connection, hash_)
    return hash_


async def _read_beside(connection: AsyncConnection, content: str) -> Policy:
    """Read a rulebook in a thread; it may take longer than a process may otherwise idle in a transaction."""
    await may_idle(connection)
    policy = await asyncio.to_thread(load, content)
    await idles_as_ever(connection)
    return policy


async def _fetch_weights(connection: AsyncConnection, content: str) -> None:
    """Learned weights that were trained on another machine come from the database."""
    taught = json.loads(content)["taxonomy"].get("learned")
    if taught is None or learned.is_here(taught["weights"]):
        return
    query = select(learned_weights.c.packed).where(learned_weights.c.name == taught["weights"])
    if (packed := (await connection.execute(query)).scalar_one_or_none()) is not None:
        learned.unpack(taught["weights"], packed)


async def put_in_force(connection: AsyncConnection, hash_: str) -> None:
    query = rulebooks.update().where(rulebooks.c.hash == hash_)
    await connection.execute(query.values(adopted_at=func.clock_timestamp()))
