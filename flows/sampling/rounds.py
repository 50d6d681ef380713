"""Rounds: opened once for a period, released replicate by replicate, closed or cancelled; never drawn twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.values.classes import Period
from models.values.policy import Policy
from models.values.rounds import Draw, Member, RoundFacts
from models.values.vocabulary import RoundKind, RoundState


@dataclass(frozen=True)
class Wanted:
    """`closes_at` None: so many days from now as the rulebook says. `seed` None: from the system's entropy."""

    kind: RoundKind
    period: Period
    closes_at: datetime | None = None
    seed: int | None = None
    case_id: UUID | None = None


@dataclass(frozen=True)
class Opened:
    """`new` False: the period's round was there already, and is answered as it stands."""

    round: RoundFacts
    new: bool


async def open_round(
    connection: AsyncConnection,
    wanted: Wanted,
    policy: Policy,
    now: datetime,
    members: Sequence[Member] | None = None,
) -> Opened:
    """Freeze the frame, plan, draw and store, all in the caller's transaction; nothing is released yet.

    `members` None: the customers served in the period (kind `drawn`). The other kinds list theirs; all of them are
    drawn, and without any there is no round. Raises SamplingError: an empty frame, a period that overlaps another
    round of its kind, one that has not ended, a margin nobody can meet.
    """
    raise NotImplementedError


async def round_named(connection: AsyncConnection, round_id: int) -> RoundFacts:
    """Raises SamplingError when there is none."""
    raise NotImplementedError


async def all_rounds(connection: AsyncConnection, kind: RoundKind | None = None) -> list[RoundFacts]:
    """The newest first."""
    raise NotImplementedError


async def release(connection: AsyncConnection, round_id: int, replicate: int, now: datetime) -> list[Draw]:
    """Release a replicate as a whole, the next in turn; those released now. Raises SamplingError out of turn."""
    raise NotImplementedError


async def draws_of(connection: AsyncConnection, round_id: int, *, released: bool = True) -> list[Draw]:
    """The draws of a round in order of replicate, stratum and place; with `released` False, the reserves as well."""
    raise NotImplementedError


async def end(connection: AsyncConnection, round_id: int, state: RoundState, now: datetime) -> int:
    """Close or cancel: every released draw without a disposition becomes `not_worked`; how many did.

    Raises SamplingError when the round has ended before.
    """
    raise NotImplementedError
