"""The report form 商务事故上报单 as it stands: what the ledger says of every field, the last word each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.papers.masking import Mask
from models.event import events
from models.sealing import Seal
from models.values.stage_terms import EventKind


@dataclass(frozen=True)
class Filled:
    """The first report in its own words, and the fields of the form by name. None: erased."""

    what: str | None
    where: str | None
    values: Mapping[str, str]
    filled_at: datetime | None


def veiled(form: Filled, mask: Mask | None) -> Filled:
    """As somebody may read it."""
    if mask is None:
        return form
    what, where = (one and mask.text(one) for one in (form.what, form.where))
    return replace(form, what=what, where=where, values=mask.said(form.values))


async def read_form(connection: AsyncConnection, seal: Seal, case_id: UUID) -> Filled:
    kinds = (EventKind.REPORTED, EventKind.FORM_FILLED)
    query = (
        select(events.c.kind, events.c.at, events.c.sealed)
        .where(events.c.case_id == case_id, events.c.kind.in_(kinds))
        .order_by(events.c.seq)
    )
    what = where = filled_at = None
    values: dict[str, str | None] = {}
    for row in (await connection.execute(query)).all():
        said: Mapping[str, Any] = seal.open(row.sealed) if row.sealed is not None else {}
        if row.kind == EventKind.REPORTED:
            what, where = said.get("text"), said.get("where")
        else:
            values |= said.get("fields", {})
            filled_at = row.at
    return Filled(what, where, {name: value for name, value in values.items() if value is not None}, filled_at)
