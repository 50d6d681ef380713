"""Beginning a case from outside: case, first event, wake and key in one statement: accepted means it cannot be lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table, TextClause, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.perform import Desk
from flows.legs import chain
from flows.rules import order
from models.case import cases, to_columns
from models.event import events
from models.idempotency import idempotency_keys
from models.sealing import canonical
from models.values.case import CaseFacts, Decision, StaffFacts
from models.wake import wakes


@dataclass(frozen=True)
class Received:
    """`repeated`: the case this key already brought in."""

    id: UUID
    number: int
    repeated: bool = False


async def begin(
    connection: AsyncConnection,
    desk: Desk,
    actor: StaffFacts,
    facts: CaseFacts,
    decision: Decision,
    key: once.Key | None,
    now: datetime,
    more: tuple[str, ...] = (),
) -> Received:
    """Of many with one key, one case comes out; raises KeyReused. `more`: columns beside those of every case."""
    after, event = chain.draft(chain.Entry(facts, b"", decision, actor.id), desk.seal, now, None)
    assert event is not None  # noqa: S101 - a decision with an event drafts one
    values = {f"c_{name}": value for name, value in _case_values(after, event["hash"], more).items()}
    values |= {f"e_{name}": value for name, value in event.items()} | {"e_data": canonical(event["data"])}
    policy = desk.policies.current
    its_rank = order.rank(after, policy)
    values |= {"w_procedure": after.procedure, "w_due_at": now, "w_order_at": order.order_at(now, its_rank, policy)}
    values |= {"w_rank": its_rank, "w_place_at": order.place_at(after, policy)}
    if key is None:
        return Received(after.id, (await connection.execute(_plain(more), values)).scalar_one())
    values |= {"k_staff_id": actor.id, "k_key": key.value, "k_request": key.request, "k_status": 202}
    values |= {"k_answer": canonical({"id": str(after.id)})}
    number = (await connection.execute(_keyed(more), values)).scalar_one_or_none()
    if number is not None:
        return Received(after.id, number)
    first = await once.answered(connection, actor.id, key)
    assert first is not None  # noqa: S101 - the key stood in the way of the insert, so it is there
    id_ = UUID(first["id"])
    number = (await connection.execute(select(cases.c.number).where(cases.c.id == id_))).scalar_one()
    return Received(id_, number, repeated=True)


def _case_values(facts: CaseFacts, head: bytes, more: Sequence[str]) -> dict[str, Any]:
    names = [*_CASE, *more]
    values = to_columns({name: getattr(facts, name) for name in names if name != "head"}) | {"head": head}
    return values | {name: canonical(values[name]) for name in ("attempts", "clocks", "details")}


_CASE = [
    "id",
    "procedure",
    "stage",
    "version",
    "events",
    "head",
    "received_at",
    "recorded_at",
    "channel",
    "party",
    "caller_key",
    "reference",
    "waybill",
    "kind",
    "business_line",
    "urgent",
    "level",
    "named_staff",
    "named_units",
    "withdrawn",
    "rejections",
    "reopenings",
    "attempts",
    "poked",
    "clocks",
    "overdue",
    "details",
]
_EVENT = [
    "case_id",
    "seq",
    "kind",
    "stage",
    "version",
    "at",
    "actor_id",
    "leg_id",
    "data",
    "sealed",
    "sealed_digest",
    "hash",
]
_WAKE = ["procedure", "due_at", "order_at", "rank", "place_at"]
_KEY = ["staff_id", "key", "request", "status", "answer"]


def _bound(table: Table, prefix: str, columns: list[str]) -> str:
    """The bound values of a row, each cast to its column's type."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return ", ".join(f"CAST(:{prefix}_{name} AS {table.c[name].type.compile(dialect)})" for name in columns)


def _statement(gate: str, more: Sequence[str]) -> TextClause:
    """One statement for all rows; `gate` is a table of one row, or of none when the key was there before."""
    case = [*_CASE, *more]
    return text(
        f"""WITH {gate},
        the_case AS (INSERT INTO cases ({", ".join(case)}) SELECT {_bound(cases, "c", case)} FROM gate
            RETURNING id, number),
        the_event AS (INSERT INTO events ({", ".join(_EVENT)}) SELECT {_bound(events, "e", _EVENT)} FROM the_case),
        the_wake AS (INSERT INTO wakes (case_id, attempts, {", ".join(_WAKE)})
            SELECT id, 0, {_bound(wakes, "w", _WAKE)} FROM the_case)
        SELECT number FROM the_case"""  # noqa: S608 - column names of our own tables
    )


@cache
def _plain(more: tuple[str, ...]) -> TextClause:
    return _statement("gate AS (SELECT 1)", more)


@cache
def _keyed(more: tuple[str, ...]) -> TextClause:
    return _statement(
        f"gate AS (INSERT INTO idempotency_keys ({', '.join(_KEY)})"
        f" SELECT {_bound(idempotency_keys, 'k', _KEY)} ON CONFLICT DO NOTHING RETURNING 1)",
        more,
    )
