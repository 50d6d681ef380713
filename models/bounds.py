"""How long a transaction may take: no process, frozen where it will, holds rows for ever."""

from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WHOLE = 5
"""How many times as long as one statement a whole transaction may take. This bound ends what no other does: a process
that froze between preparing a statement and running it is, to the server, neither idle nor in a statement."""
STATEMENT, IDLE, TRANSACTION = "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"

# Through pg_settings: PostgreSQL knows the last of them from 17 on, and an older one goes without.
_OF_TRANSACTION = text("SELECT set_config(name, :bound, true) FROM pg_settings WHERE name = ANY(:names)")
_OF_SESSION = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = $2"


def bound_the_whole(engine: AsyncEngine, statement_seconds: float) -> None:
    """Every transaction of this engine ends after `WHOLE` times what a statement may take."""

    bound = _milliseconds(statement_seconds * WHOLE)

    @event.listens_for(engine.sync_engine, "connect")
    def set_it(connection: Any, _: object) -> None:
        cursor = connection.cursor()  # not the driver beneath, whose errors nobody would translate
        cursor.execute(_OF_SESSION, (bound, TRANSACTION))
        cursor.close()
        connection.commit()


async def take_at_most(connection: AsyncConnection, seconds: float) -> None:
    """This transaction's own bounds for a statement and for idling, and so for the whole: work known to take long."""
    await _bound(connection, seconds, STATEMENT, IDLE)
    for bound in (0, seconds * WHOLE):  # a clock that runs is not set anew unless it was stopped
        await _bound(connection, bound, TRANSACTION)


async def may_idle(connection: AsyncConnection) -> None:
    """This transaction waits for its process, as long as that takes; its statements are bounded as ever."""
    await _bound(connection, 0, IDLE, TRANSACTION)


async def idles_as_ever(connection: AsyncConnection) -> None:
    """From here on no statement may let this transaction wait for longer than others."""
    await connection.execute(text(f"SET LOCAL {IDLE} TO DEFAULT"))


async def _bound(connection: AsyncConnection, seconds: float, *names: str) -> None:
    await connection.execute(_OF_TRANSACTION, {"bound": _milliseconds(seconds), "names": names})


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
