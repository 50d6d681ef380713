"""What rewrites customers goes one after the other: imports, merges, erasures."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from models.locks import Lock, free, hold

Say = Callable[[str], None]


async def take_turn(connection: AsyncConnection, what: str, say: Say = lambda line: None) -> None:
    """Customers stand still for this transaction; `what` waits for its turn and says so."""
    if not await free(connection, Lock.CUSTOMERS):
        say(f"an import, a merge or an erasure is under way; this {what} waits for it ...")
        await hold(connection, Lock.CUSTOMERS)
