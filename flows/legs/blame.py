"""Whose doing an error is: the case's own, somebody's who holds the case too long, or the database's that went away."""

from enum import Enum, auto

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, TimeoutError

TOOK_TOO_LONG = frozenset({"55P03", "57014", "25P04", "40P01", "40001"})
"""SQLSTATE of a lock time-out, a statement's and a transaction's, a deadlock and a serialisation failure."""
OF_THE_SERVER = ("08", "25P03", "53", "57P", "58")
"""SQLSTATE (or its beginning) of lost connections, ended sessions, missing resources, shutdowns, broken disks."""

DRIVERS = asyncpg.PostgresError | asyncpg.InterfaceError | asyncpg.InternalClientError
"""What the driver raises itself: SQLAlchemy wraps errors of a statement, not those of reading on in a stream.

The last is what it says when the session ended under a stream it was reading.
"""


class Blame(Enum):
    CASE = auto()
    HOLDER = auto()
    DATABASE = auto()


class DatabaseAway(Exception):
    """The connection was lost in the middle: what was committed is in the database, the rest is not."""


def blame(error: Exception) -> Blame:
    """Only what the case itself provokes may count as an attempt."""
    if isinstance(error, DatabaseAway | OSError | TimeoutError):
        return Blame.DATABASE
    if not isinstance(error, DBAPIError | DRIVERS):
        return Blame.CASE
    state = getattr(_driver(error), "sqlstate", None) or ""
    if state in TOOK_TOO_LONG:
        return Blame.HOLDER
    if getattr(error, "connection_invalidated", False) or state.startswith(OF_THE_SERVER):
        return Blame.DATABASE
    # Without a state it never reached the server: a closed connection, or a value that cannot be sent (ValueError).
    unsendable = isinstance(_driver(error), ValueError)
    lost = isinstance(error, InterfaceError | asyncpg.InterfaceError | asyncpg.InternalClientError)
    return Blame.DATABASE if lost and not unsendable else Blame.CASE


def _driver(error: Exception) -> BaseException | None:
    """The driver's own error: as it comes, or below the two that SQLAlchemy puts around it.

    Of a connection that closed it is the server's last word, if there was one.
    """
    found = (error.orig and error.orig.__cause__) or error.orig if isinstance(error, DBAPIError) else error
    last_word = found.__cause__ if isinstance(found, asyncpg.ConnectionDoesNotExistError) else None
    return last_word if isinstance(last_word, asyncpg.PostgresError) else found


def reason(error: Exception) -> str:
    """An error of the database by its name alone: what it says may quote a value."""
    return type(_driver(error)).__name__


def place(error: BaseException) -> str:
    """An error without its message, which may quote what a customer wrote: the kind and the place."""
    found = error.__traceback__
    while found and found.tb_next:
        found = found.tb_next
    where = f" at {found.tb_frame.f_code.co_name}:{found.tb_lineno}" if found else ""
    return f"{type(error).__name__}{where}"
