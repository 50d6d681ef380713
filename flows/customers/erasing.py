"""Erasing a customer: what is personal goes, his shipments stay under an anonymous code, his cases go on."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.perform import Desk
from flows.customers.family import by_code, family
from flows.customers.identity import code_key
from flows.customers.turns import Say, take_turn
from flows.legs import chain, ledger
from flows.legs.erasing import erase_attached, erase_sealed
from flows.rules.agenda import agenda
from models.case import cases
from models.customer import accesses, customers, erasures, merges, phones, possible_duplicates
from models.notice import notices
from models.shipment import shipments
from models.values.case import CaseFacts, Decision, Reason, Refusal, StaffFacts
from models.values.stage_terms import EventKind
from models.wake import wakes

CHUNK = 100
WHY = Reason("客户个人信息已依法删除", "the customer's personal data was erased")


@dataclass(frozen=True)
class Erased:
    codes: tuple[str, ...]
    """The anonymous codes the shipments stand under now."""
    cases: int
    events: int


async def erase(
    connection: AsyncConnection, desk: Desk, code: str, actor: StaffFacts, reason: str, say: Say = lambda line: None
) -> Erased:
    """All records of the customer, in one transaction. Raises NotFound or Refusal; then nothing changed."""
    await take_turn(connection, "erasure", say)
    ids = await family(connection, await by_code(connection, code), lock=True)
    query = select(customers.c.id, customers.c.code, customers.c.name_key, customers.c.erased_at)
    rows = (await connection.execute(query.where(customers.c.id.in_(ids)))).all()
    if all(row.erased_at is not None for row in rows):
        raise Refusal("该客户的个人信息已删除", "this customer was erased already")
    gone = delete(phones).where(phones.c.customer_id.in_(ids)).returning(phones.c.key)
    keys = [*(await connection.execute(gone)).scalars(), *(row.name_key for row in rows if row.name_key)]
    found = await _cases_of(connection, ids, keys)
    events = 0
    for start in range(0, len(found), CHUNK):
        events += await _erase_cases(connection, desk, found[start : start + CHUNK], actor, reason)
    await erase_attached(connection, found)
    await connection.execute(update(notices).where(notices.c.case_id.in_(found)).values(payload=None))
    for column in (shipments.c.consignor_key, shipments.c.consignee_key):
        named = or_(shipments.c.customer_id.in_(ids), column.in_(keys))
        await connection.execute(update(shipments).where(named, column.is_not(None)).values({column: None}))
    pairs = possible_duplicates.c
    either = or_(pairs.customer_id.in_(ids), pairs.of_id.in_(ids))
    await connection.execute(delete(possible_duplicates).where(either))
    seen = or_(accesses.c.customer_id.in_(ids), accesses.c.caller_key.in_(keys))
    await connection.execute(update(accesses).where(seen).values(reason=None, caller_key=None))
    joined = or_(merges.c.customer_id.in_(ids), merges.c.into_id.in_(ids))
    await connection.execute(update(merges).where(joined).values(reason=None, undone_reason=None))
    codes = [await _anonymise(connection, desk, row, actor, reason) for row in rows if row.erased_at is None]
    return Erased(tuple(codes), len(found), events)


async def _anonymise(connection: AsyncConnection, desk: Desk, row: Any, actor: StaffFacts, reason: str) -> str:
    now = await desk.clock.now(connection)
    code = f"erased-{secrets.token_hex(8)}"
    values = {"customer_id": row.id, "code_key": code_key(desk.seal, row.code), "staff_id": actor.id, "at": now}
    await connection.execute(insert(erasures).values(**values, reason=desk.seal.close({"reason": reason})))
    empty = {"code": code, "name": None, "name_key": None, "branch": None, "erased_at": now, "do_not_call": True}
    await connection.execute(update(customers).where(customers.c.id == row.id).values(empty))
    return code


async def _cases_of(connection: AsyncConnection, ids: Sequence[int], keys: Sequence[str]) -> list[UUID]:
    """His cases, and those he called about before anybody knew that it was him."""
    his = or_(cases.c.customer_id.in_(ids), cases.c.caller_key.in_(keys))
    return list((await connection.execute(select(cases.c.id).where(his).order_by(cases.c.id))).scalars())


async def _erase_cases(
    connection: AsyncConnection, desk: Desk, ids: Sequence[UUID], actor: StaffFacts, reason: str
) -> int:
    locked = await ledger.lock_cases(connection, ids)
    await connection.execute(
        select(wakes.c.case_id).where(wakes.c.case_id.in_(ids)).order_by(wakes.c.case_id).with_for_update()
    )
    await desk.policies.know(connection, (facts for facts, _ in locked.values()))
    erased = await erase_sealed(connection, ids)
    now = await desk.clock.now(connection)
    anonymous: dict[str, str] = {}
    entries = [
        chain.Entry(facts, head, _erased(facts, erased[id_], anonymous, reason), actor.id)
        for id_, (facts, head) in locked.items()
    ]
    await ledger.write(connection, desk.seal, entries, lambda after: agenda(after, desk.policies.of(after), now), now)
    return sum(erased.values())


def _erased(facts: CaseFacts, events: int, anonymous: dict[str, str], reason: str) -> Decision:
    """Cases of one caller stay cases of one caller: the same random key instead of the keyed one."""
    changes: dict[str, Any] = {"reference": None}
    if facts.caller_key is not None:
        changes["caller_key"] = anonymous.setdefault(facts.caller_key, secrets.token_hex(16))
    return Decision(EventKind.ERASED, changes, (WHY,), {"events": events}, {"why": reason})
