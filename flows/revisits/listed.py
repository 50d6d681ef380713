"""The rounds there are, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import cases
from models.revisit import rounds
from models.values.round import RoundDetails
from models.values.round_terms import RoundKind
from models.values.stage_terms import Stage
from models.values.vocabulary import Procedure


@dataclass(frozen=True)
class RoundListed:
    id: UUID
    number: int
    stage: Stage
    details: RoundDetails
    closes_at: datetime | None


async def rounds_listed(connection: AsyncConnection, kind: RoundKind | None, at_most: int) -> list[RoundListed]:
    columns = (cases.c.id, cases.c.number, cases.c.stage, cases.c.details, rounds.c.closes_at)
    query = select(*columns).outerjoin(rounds, rounds.c.case_id == cases.c.id)
    query = query.where(cases.c.procedure == Procedure.ROUND).order_by(cases.c.id.desc()).limit(at_most)
    if kind is not None:
        query = query.where(cases.c.details["kind"].astext == kind.value)
    rows = (await connection.execute(query)).all()
    return [
        RoundListed(row.id, row.number, Stage(row.stage), RoundDetails.of(row.details), row.closes_at) for row in rows
    ]
