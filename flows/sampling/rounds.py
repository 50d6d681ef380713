"""Rounds: opened once for a period, released replicate by replicate, closed or cancelled; never drawn twice."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.sampling import frame as frames
from flows.sampling.draw import Drawn, draw_hash, drawn
from flows.sampling.errors import SamplingError
from flows.sampling.planning import plan_of, with_margin
from flows.sampling.reading import all_rounds, draws_of, round_named, select_draws, to_draw, to_round
from models.bounds import take_at_most
from models.locks import Lock, hold
from models.revisit import round_draws, rounds
from models.values.calendar import SHANGHAI
from models.values.classes import Period
from models.values.policy import Policy
from models.values.round_terms import Disposition, RoundKind, RoundState
from models.values.rounds import Draw, Member, RoundFacts

__all__ = ["Opened", "Wanted", "all_rounds", "draws_of", "end", "open_round", "release", "round_named"]

DRAW_SECONDS = 300
"""Drawing from a large frame may take longer than a lease's time-out allows."""
WORK_MEM = "256MB"
EARLIEST, LATEST = date(1900, 1, 1), date(2899, 12, 31)
ONCE_ONLY = (RoundKind.DRAWN, RoundKind.CENSUS)
"""Kinds that say something about a period: it must have ended, and none of its days is in two rounds."""

ESTIMANDS: dict[RoundKind, tuple[str, str]] = {
    RoundKind.DRAWN: (
        "{} 期间接受过服务的每位客户(合并记录算一位)，就其当期一票随机选定的货物所作回答的平均",
        "the mean answer of all customers served {} (merged records count as one), each about one of his shipments "
        "of the period, chosen at random",
    ),
    RoundKind.CENSUS: (
        "{} 期间每件应回访投诉的客户回答的平均(普查)",
        "the mean answer about all complaints due for a revisit {} (a census)",
    ),
    RoundKind.ACCOUNT_VISIT: ("{} 期间所列大客户的回答", "the answers of the accounts listed {}"),
    RoundKind.RETENTION: ("{} 期间所列待挽留客户的回答", "the answers of the customers to win back listed {}"),
}


@dataclass(frozen=True)
class Wanted:
    """`closes_at` None: so many days from now as the rulebook says. `seed` None: from the system's entropy.

    `margin` None: the rulebook's.
    """

    kind: RoundKind
    period: Period
    closes_at: datetime | None = None
    seed: int | None = None
    case_id: UUID | None = None
    margin: float | None = None


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
    _refuse_impossible(wanted, now)
    sampling = with_margin(policy.rulebook.sampling, wanted.margin)
    await hold(connection, Lock.ROUNDS)
    if (known := await _of_period(connection, wanted)) is not None:
        return Opened(known, new=False)
    await _refuse_overlap(connection, wanted)
    await take_at_most(connection, DRAW_SECONDS)
    await connection.execute(text(f"SET LOCAL work_mem = '{WORK_MEM}'"))
    round_id: int = (await connection.execute(text("SELECT nextval('rounds_id_seq')"))).scalar_one()
    seed = secrets.randbits(63) if wanted.seed is None else wanted.seed
    frame = await _freeze(connection, round_id, wanted, seed, policy, members)
    if not frame.population:
        raise SamplingError(*_empty(wanted.kind))
    plan = plan_of(frame.cells, wanted.kind, sampling)
    draws = drawn(await frames.cells_in_order(connection, round_id), plan, seed)
    zh, en = ESTIMANDS[wanted.kind]
    row = {
        "id": round_id,
        "kind": wanted.kind,
        "from_day": wanted.period.first,
        "to_day": wanted.period.last,
        "state": RoundState.OPEN,
        "estimand": {"zh": zh.format(wanted.period), "en": en.format(f"in {wanted.period}")},
        "population": frame.population,
        "frame_hash": frame.hash,
        "draw_hash": draw_hash(draws),
        "seed": seed,
        "plan": plan.as_json(),
        "rulebook": policy.hash,
        "case_id": wanted.case_id,
        "opened_at": now,
        "closes_at": wanted.closes_at or now + timedelta(days=sampling.open_days),
    }
    await connection.execute(insert(rounds).values(row))
    await _store(connection, round_id, draws)
    return Opened(await round_named(connection, round_id), new=True)


async def release(connection: AsyncConnection, round_id: int, replicate: int, now: datetime) -> list[Draw]:
    """Release a replicate as a whole, the next in turn; those released now. Raises SamplingError out of turn."""
    await _lock_open(connection, round_id)
    of_round = round_draws.c.round_id == round_id
    query = select(round_draws.c.replicate).where(of_round, round_draws.c.released_at.is_(None))
    waiting = sorted(set((await connection.execute(query)).scalars()))
    if not waiting:
        raise SamplingError("所有样本都已放出", "every replicate of the round has been released")
    if replicate != waiting[0]:
        raise SamplingError(
            f"样本按顺序整批放出：下一批是第 {waiting[0]} 批",
            f"replicates are released as a whole and in turn: the next is number {waiting[0]}",
        )
    chosen = (of_round, round_draws.c.replicate == replicate)
    await connection.execute(update(round_draws).where(*chosen).values(released_at=now))
    return [to_draw(row) for row in (await connection.execute(select_draws(round_id).where(*chosen))).mappings()]


async def end(connection: AsyncConnection, round_id: int, state: RoundState, now: datetime) -> int:
    """Close or cancel: every released draw without a disposition becomes `not_worked`; how many did.

    Answers given so far stay. Raises SamplingError when the round has ended before.
    """
    await _lock_open(connection, round_id)
    left = update(round_draws).where(
        round_draws.c.round_id == round_id,
        round_draws.c.released_at.is_not(None),
        round_draws.c.disposition.is_(None),
    )
    unworked = (await connection.execute(left.values(disposition=Disposition.NOT_WORKED, settled_at=now))).rowcount
    await connection.execute(update(rounds).where(rounds.c.id == round_id).values(state=state, closed_at=now))
    return unworked


def _refuse_impossible(wanted: Wanted, now: datetime) -> None:
    period = wanted.period
    if period.first > period.last:
        raise SamplingError("期间的结束日早于开始日", "the period ends before it begins")
    if period.first < EARLIEST or period.last > LATEST:
        raise SamplingError(
            f"期间必须在 {EARLIEST} 与 {LATEST} 之间", f"the period must lie between {EARLIEST} and {LATEST}"
        )
    if wanted.kind in ONCE_ONLY and period.last >= now.astimezone(SHANGHAI).date():
        raise SamplingError(
            "期间尚未结束，当期服务过的客户还不全；请等到结束后的第二天",
            "the period has not ended, so not everybody served in it is known; wait for the day after its last",
        )
    if wanted.closes_at is not None and wanted.closes_at <= now:
        raise SamplingError("轮次的截止时间必须晚于现在", "a round must close later than now")
    if wanted.seed is not None and not 0 <= wanted.seed < 2**63:
        raise SamplingError("种子必须是 0 到 2^63-1 的整数", "a seed is a whole number from 0 to 2^63 - 1")


async def _of_period(connection: AsyncConnection, wanted: Wanted) -> RoundFacts | None:
    query = select(rounds).where(
        rounds.c.kind == wanted.kind,
        rounds.c.from_day == wanted.period.first,
        rounds.c.to_day == wanted.period.last,
    )
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else to_round(row)


async def _refuse_overlap(connection: AsyncConnection, wanted: Wanted) -> None:
    if wanted.kind not in ONCE_ONLY:
        return
    query = select(rounds.c.id, rounds.c.from_day, rounds.c.to_day).where(
        rounds.c.kind == wanted.kind,
        rounds.c.state != RoundState.CANCELLED,
        rounds.c.from_day <= wanted.period.last,
        rounds.c.to_day >= wanted.period.first,
    )
    other = (await connection.execute(query.order_by(rounds.c.id))).first()
    if other is not None:
        raise SamplingError(
            f"期间与第 {other.id} 轮({other.from_day} – {other.to_day})重叠：同一天的服务只能算在一轮里；"
            "请改期间，或先取消那一轮",
            f"the period overlaps round {other.id} ({other.from_day} – {other.to_day}): a day's service counts in one "
            "round only; choose another period, or cancel that round first",
        )


async def _freeze(
    connection: AsyncConnection,
    round_id: int,
    wanted: Wanted,
    seed: int,
    policy: Policy,
    members: Sequence[Member] | None,
) -> frames.Frame:
    basis = policy.rulebook.classes.basis
    if wanted.kind is RoundKind.DRAWN:
        return await frames.freeze_served(connection, round_id, wanted.period, seed, basis)
    return await frames.freeze_listed(connection, round_id, wanted.period, members or (), basis)


def _empty(kind: RoundKind) -> tuple[str, str]:
    if kind is RoundKind.DRAWN:
        return (
            "抽样框是空的：该期间没有服务过任何客户；请先导入货物记录，或改期间",
            "the frame is empty: no customer was served in the period; import shipments first, or choose another",
        )
    return "名单是空的，没有可回访的对象", "the list is empty: there is nobody to revisit"


async def _store(connection: AsyncConnection, round_id: int, draws: Sequence[Drawn]) -> None:
    """By COPY: a census may draw everybody."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - an open connection has one
    await connection.execute(
        text("CREATE TEMP TABLE drawn (stratum int, place int, replicate int, position int) ON COMMIT DROP")
    )
    rows = [(one.stratum, one.place, one.replicate, one.position) for one in draws]
    await driver.copy_records_to_table("drawn", records=rows)
    await connection.execute(
        text(
            """INSERT INTO round_draws (round_id, position, customer_id, stratum, place, replicate)
            SELECT :round, drawn.position, members.customer_id, drawn.stratum, drawn.place, drawn.replicate
            FROM drawn JOIN round_members AS members
            ON members.round_id = :round AND members.position = drawn.position"""
        ),
        {"round": round_id},
    )
    await connection.execute(text("DROP TABLE drawn"))


async def _lock_open(connection: AsyncConnection, round_id: int) -> None:
    query = select(rounds.c.state).where(rounds.c.id == round_id).with_for_update()
    state = (await connection.execute(query)).scalar_one_or_none()
    if state is None:
        await round_named(connection, round_id)
    if state != RoundState.OPEN:
        raise SamplingError("该轮次已经结束", "the round has ended")
