"""What rewrites customers goes one after the other: imports, merges, erasures."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

LOCK = 0x7265_6472_6573_73
"""An advisory lock: an import reads at its beginning who was erased, and two merges at once could close a circle."""
Say = Callable[[str], None]


async def take_turn(connection: AsyncConnection, what: str, say: Say = lambda line: None) -> None:
    """Customers stand still for this transaction; `what` waits for its turn and says so."""
    if not (await connection.execute(text(f"SELECT pg_try_advisory_xact_lock({LOCK})"))).scalar_one():
        say(f"an import, a merge or an erasure is under way; this {what} waits for it ...")
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
