"""Idempotency keys: the first answer to a request, kept in the transaction of its effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.refusals import KeyReused
from models.idempotency import idempotency_keys
from models.locks import Keyed, hold_for


@dataclass(frozen=True)
class Key:
    """The caller's key, and the digest of method, path and body it came with."""

    value: str
    request: str


async def answered(connection: AsyncConnection, staff_id: int, key: Key | None) -> Mapping[str, Any] | None:
    """The first answer to this key; raises KeyReused when it was given to another request.

    Of several requests with one key the others wait here until the first is done. Without a key each is the first.
    """
    if key is None:
        return None
    await hold_for(connection, Keyed.IDEMPOTENCY_KEY, f"{staff_id}:{key.value}")
    query = select(idempotency_keys.c.request, idempotency_keys.c.answer).where(
        idempotency_keys.c.staff_id == staff_id, idempotency_keys.c.key == key.value
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    if row.request != key.request:
        raise KeyReused
    answer: Mapping[str, Any] = row.answer
    return answer


async def keep(connection: AsyncConnection, staff_id: int, key: Key | None, answer: Mapping[str, Any]) -> None:
    """Remember the answer, if there is a key; raises KeyReused when a new case took the key meanwhile."""
    if key is None:
        return
    values = {"staff_id": staff_id, "key": key.value, "request": key.request, "status": 200, "answer": answer}
    query = insert(idempotency_keys).values(values).on_conflict_do_nothing().returning(idempotency_keys.c.key)
    if (await connection.execute(query)).first() is None:
        raise KeyReused
