"""Writing: effect, event and next wake of a case together, chained to what happened before.

Callers hold the locks (the case, then its wake) and the transaction. Nothing else writes to a case.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.legs.beside import save_rows
from flows.legs.chain import SYSTEM, Entry, draft
from models.case import FACTS, cases, to_columns, to_facts
from models.event import events
from models.sealing import Seal
from models.values.case import Agenda, CaseFacts, Opening
from models.wake import wakes


@dataclass(frozen=True)
class Written:
    """A case after the save."""

    facts: CaseFacts
    agenda: Agenda


Keeps = Callable[[CaseFacts, Agenda], bool]
Plan = Callable[[CaseFacts], Agenda]


async def lock_cases(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, tuple[CaseFacts, bytes]]:
    """The cases, locked in id order, with the head of each one's chain."""
    query = select(cases).where(cases.c.id.in_(ids)).order_by(cases.c.id).with_for_update()
    rows = (await connection.execute(query)).mappings().all()
    return {row["id"]: (to_facts(row), row["head"]) for row in rows}


async def lock_wakes(connection: AsyncConnection, ids: Sequence[UUID], leg_id: UUID) -> set[UUID]:
    """Which of the wakes still carry this leg, locked; a late or doubled run finds none."""
    query = (
        select(wakes.c.case_id)
        .where(wakes.c.case_id.in_(ids), wakes.c.leg_id == leg_id)
        .order_by(wakes.c.case_id)
        .with_for_update()
    )
    return set((await connection.execute(query)).scalars())


async def write(
    connection: AsyncConnection,
    seal: Seal,
    entries: Sequence[Entry],
    plan: Plan,
    now: datetime,
    *,
    leg_id: UUID | None = None,
    keeps: Keeps | None = None,
) -> list[Written]:
    """Save a chunk: cases, events, wakes. With a leg, its wakes are kept or released as `keeps` says."""
    written: list[Written] = []
    new_events: list[dict[str, Any]] = []
    case_rows: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    wake_rows: list[dict[str, Any]] = []
    for entry in entries:
        after, event = draft(entry, seal, now, leg_id)
        agenda = plan(after)
        written.append(Written(after, agenda))
        if entry.decision is not None:
            columns = to_columns(dict(entry.decision.changes)) | {
                "version": after.version,
                "events": after.events,
            }
            if event is not None:
                new_events.append(event)
                columns["head"] = event["hash"]
            case_rows[tuple(sorted(columns))].append({"row_id": after.id} | columns)
        released = leg_id is not None and not (keeps and keeps(after, agenda))
        wake_rows.append(_wake_row(after, agenda, None if released else leg_id))
    await _save_cases(connection, case_rows)
    if new_events:
        await connection.execute(insert(events), new_events)
    await _save_wakes(connection, wake_rows, carried=leg_id is not None)
    decided = [entry for entry in entries if entry.decision is not None]
    await save_rows(connection, seal, [row for entry in decided if entry.decision for row in entry.decision.rows])
    for entry in decided:
        if entry.decision and entry.decision.opens:
            await open_cases(connection, seal, entry.decision.opens, plan, now, actor_id=entry.actor_id, leg_id=leg_id)
    if poked := [poke for entry in entries if entry.decision for poke in entry.decision.pokes]:
        await poke(connection, poked, now)
    return written


async def open_cases(
    connection: AsyncConnection,
    seal: Seal,
    openings: Sequence[Opening],
    plan: Plan,
    now: datetime,
    *,
    actor_id: int | None = SYSTEM,
    leg_id: UUID | None = None,
) -> None:
    """Begin cases: each with its first event and its wake."""
    case_rows, event_rows, wake_rows = [], [], []
    for opening in openings:
        after, event = draft(Entry(opening.facts, b"", opening.decision, actor_id), seal, now, leg_id)
        if event is None:
            raise ValueError("a case begins with an event")
        columns = to_columns({name: getattr(after, name) for name in FACTS if name != "number"})
        case_rows.append(columns | {"head": event["hash"]})
        event_rows.append(event)
        wake = _wake_row(after, plan(after), None)
        wake_rows.append({"case_id": wake.pop("row_id"), **wake})
    await connection.execute(insert(cases), case_rows)
    await connection.execute(insert(events), event_rows)
    await connection.execute(insert(wakes), wake_rows)
    beside = [row for opening in openings for row in opening.decision.rows]
    await save_rows(connection, seal, beside)


def _wake_row(after: CaseFacts, agenda: Agenda, leg_id: UUID | None) -> dict[str, Any]:
    row = {
        "row_id": after.id,
        "procedure": after.procedure.value,
        "due_at": agenda.due_at,
        "order_at": agenda.order_at,
        "rank": agenda.rank,
        "place_at": agenda.place_at,
    }
    return row | {"leg_id": leg_id}


async def _save_cases(connection: AsyncConnection, groups: dict[tuple[str, ...], list[dict[str, Any]]]) -> None:
    for columns, rows in groups.items():
        values: dict[str, Any] = {name: bindparam(name) for name in columns}
        # No row count is wanted: the rows are locked, they are there.
        await connection.execute(update(cases).where(cases.c.id == bindparam("row_id")).values(values), rows)


async def _save_wakes(connection: AsyncConnection, rows: list[dict[str, Any]], *, carried: bool) -> None:
    values: dict[str, Any] = {name: bindparam(name) for name in ("procedure", "due_at", "order_at", "rank", "place_at")}
    if carried:
        values |= {"leg_id": bindparam("leg_id"), "attempts": 0, "alone": False, "error": None}
    else:
        rows = [{name: value for name, value in row.items() if name != "leg_id"} for row in rows]
    await connection.execute(update(wakes).where(wakes.c.case_id == bindparam("row_id")).values(values), rows)


async def poke(connection: AsyncConnection, ids: Sequence[UUID], now: datetime) -> None:
    """Make other cases look up again now: a fact of theirs, set under their lock, so no later save forgets it.

    A closed one looks up once as well: its cause may have come back.
    """
    await connection.execute(select(cases.c.id).where(cases.c.id.in_(ids)).order_by(cases.c.id).with_for_update())
    await connection.execute(update(cases).where(cases.c.id.in_(ids)).values(poked=True))
    await connection.execute(update(wakes).where(wakes.c.case_id.in_(ids)).values(due_at=now, order_at=now))
