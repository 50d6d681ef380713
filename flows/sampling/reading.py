"""Rounds and draws as they are stored."""

from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.sampling.errors import SamplingError
from models.revisit import round_draws, round_members, rounds
from models.values.classes import Period
from models.values.round_terms import Disposition, RoundKind, RoundState
from models.values.rounds import Draw, Plan, RoundFacts


async def round_named(connection: AsyncConnection, round_id: int) -> RoundFacts:
    """Raises SamplingError when there is none."""
    row = (await connection.execute(select(rounds).where(rounds.c.id == round_id))).mappings().first()
    if row is None:
        raise SamplingError(
            "没有这个回访轮次；用 redress revisit rounds 查看", "there is no such round: redress revisit rounds"
        )
    return to_round(row)


async def all_rounds(connection: AsyncConnection, kind: RoundKind | None = None) -> list[RoundFacts]:
    """The newest first."""
    query = select(rounds).order_by(rounds.c.id.desc())
    if kind is not None:
        query = query.where(rounds.c.kind == kind)
    return [to_round(row) for row in (await connection.execute(query)).mappings()]


async def draws_of(connection: AsyncConnection, round_id: int, *, released: bool = True) -> list[Draw]:
    """The draws of a round in order of replicate, stratum and place; with `released` False, the reserves as well."""
    query = select_draws(round_id)
    if released:
        query = query.where(round_draws.c.released_at.is_not(None))
    return [to_draw(row) for row in (await connection.execute(query)).mappings()]


def select_draws(round_id: int) -> Select[Any]:
    subject = (
        round_members.c.shipment_customer_id,
        round_members.c.order_id,
        round_members.c.complaint_id,
    )
    same = (round_members.c.round_id == round_draws.c.round_id) & (round_members.c.position == round_draws.c.position)
    query = select(round_draws, *subject).join(round_members, same).where(round_draws.c.round_id == round_id)
    return query.order_by(round_draws.c.replicate, round_draws.c.stratum, round_draws.c.place)


def to_draw(row: RowMapping) -> Draw:
    return Draw(
        position=row["position"],
        customer_id=row["customer_id"],
        shipment_customer_id=row["shipment_customer_id"],
        order_id=row["order_id"],
        complaint_id=row["complaint_id"],
        stratum=row["stratum"],
        place=row["place"],
        replicate=row["replicate"],
        released_at=row["released_at"],
        disposition=None if row["disposition"] is None else Disposition(row["disposition"]),
        contact_id=row["contact_id"],
    )


def to_round(row: RowMapping) -> RoundFacts:
    return RoundFacts(
        id=row["id"],
        kind=RoundKind(row["kind"]),
        period=Period(row["from_day"], row["to_day"]),
        state=RoundState(row["state"]),
        estimand=row["estimand"],
        population=row["population"],
        frame_hash=row["frame_hash"],
        draw_hash=row["draw_hash"],
        seed=row["seed"],
        plan=Plan.of(row["plan"]),
        rulebook=row["rulebook"],
        case_id=row["case_id"],
        opened_at=row["opened_at"],
        closes_at=row["closes_at"],
        closed_at=row["closed_at"],
    )
