"""Writing: effect, event and next wake of a case together, chained to what happened before.

Callers hold the locks (the case, then its wake) and the transaction. Nothing else writes to a case.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.case import cases, to_columns, to_facts
from models.event import events
from models.sealing import Seal, digest
from models.values.case import Agenda, CaseFacts, Decision
from models.wake import wakes

PERSONS_DECIDE_ON = frozenset(
    {"stage", "owner_id", "kind", "category", "severity", "customer_id", "customer_class", "level", "remedy", "hold"}
)
"""What changes the version: what a person decides on. Timers do not, so they cause no false conflict."""

SYSTEM = None
"""The actor of a step."""


@dataclass(frozen=True)
class Entry:
    """A case as loaded under its lock, and what was decided about it (None: only its wake is worked out anew)."""

    facts: CaseFacts
    head: bytes
    decision: Decision | None
    actor_id: int | None = SYSTEM


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


def draft(entry: Entry, seal: Seal, now: datetime, leg_id: UUID | None) -> tuple[CaseFacts, dict[str, Any] | None]:
    """The facts after a decision, and the event row it writes (without effect: None)."""
    facts, decision = entry.facts, entry.decision
    if decision is None:
        return facts, None
    changes = dict(decision.changes)
    if any(name in PERSONS_DECIDE_ON and changes[name] != getattr(facts, name) for name in changes):
        changes["version"] = facts.version + 1
    if decision.event is None:
        return replace(facts, **changes), None
    changes["events"] = facts.events + 1
    after = replace(facts, **changes)
    reasons = {"reasons": [{"zh": reason.zh, "en": reason.en} for reason in decision.reasons]}
    data = dict(decision.data) if decision.private else {**decision.data, **reasons}
    personal = {**(decision.sealed or {}), **(reasons if decision.private else {})}
    sealed = seal.close(personal) if personal else None
    event: dict[str, Any] = {
        "case_id": facts.id,
        "seq": after.events,
        "kind": decision.event.value,
        "stage": after.stage.value,
        "version": after.version,
        "at": now,
        "actor_id": entry.actor_id,
        "leg_id": leg_id,
        "data": data,
        "sealed": sealed,
        "sealed_digest": digest(sealed) if sealed is not None else None,
    }
    event["hash"] = seal.link(entry.head, chained(event))
    return after, event


def chained(event: Any) -> list[Any]:
    """What of an event its hash covers; the sealed part by digest, so that it can be erased."""
    plain = [
        event["seq"],
        event["kind"],
        event["stage"],
        event["version"],
        event["at"].astimezone(UTC).isoformat(),
        event["actor_id"],
    ]
    return [str(event["case_id"]), *plain, str(event["leg_id"]), event["data"], event["sealed_digest"]]


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
    if poked := [poke for entry in entries if entry.decision for poke in entry.decision.pokes]:
        await poke(connection, poked, now)
    return written


def _wake_row(after: CaseFacts, agenda: Agenda, leg_id: UUID | None) -> dict[str, Any]:
    row = {"row_id": after.id, "due_at": agenda.due_at, "order_at": agenda.order_at, "rank": agenda.rank}
    return row | {"leg_id": leg_id}


async def _save_cases(connection: AsyncConnection, groups: dict[tuple[str, ...], list[dict[str, Any]]]) -> None:
    for columns, rows in groups.items():
        values: dict[str, Any] = {name: bindparam(name) for name in columns}
        # No row count is wanted: the rows are locked, they are there.
        await connection.execute(update(cases).where(cases.c.id == bindparam("row_id")).values(values), rows)


async def _save_wakes(connection: AsyncConnection, rows: list[dict[str, Any]], *, carried: bool) -> None:
    values: dict[str, Any] = {name: bindparam(name) for name in ("due_at", "order_at", "rank")}
    if carried:
        values |= {"leg_id": bindparam("leg_id"), "attempts": 0, "alone": False, "error": None}
    else:
        rows = [{name: value for name, value in row.items() if name != "leg_id"} for row in rows]
    await connection.execute(update(wakes).where(wakes.c.case_id == bindparam("row_id")).values(values), rows)


async def poke(connection: AsyncConnection, ids: Sequence[UUID], now: datetime) -> None:
    """Make other cases look up again now: a fact of theirs, set under their lock, so no later save forgets it."""
    await connection.execute(select(cases.c.id).where(cases.c.id.in_(ids)).order_by(cases.c.id).with_for_update())
    await connection.execute(update(cases).where(cases.c.id.in_(ids)).values(poked=True))
    await connection.execute(update(wakes).where(wakes.c.case_id.in_(ids)).values(due_at=now, order_at=now))
