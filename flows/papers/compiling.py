"""What goes into the dossier of a case, read in one transaction: the case cannot change while it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.money import findings_of, money_of
from flows.acts.perform import Desk, barred
from flows.acts.refusals import NotFound
from flows.customers.at_hand import permits
from flows.legs.verify import Verdict, verify
from flows.papers.attached import list_attachments
from flows.papers.masking import Mask
from flows.papers.veil import veil
from models.case import cases, to_facts
from models.customer import accesses
from models.event import events
from models.settlement import referrals
from models.staff import staff
from models.values.case import CaseFacts, StaffFacts
from models.values.people_terms import AccessKind
from models.values.permissions import Permit
from models.values.policy import Policy
from models.values.settlement import Finding, Money


@dataclass(frozen=True)
class Happened:
    """An event with its sealed part opened; None: it holds none, or (`erased`) not any more."""

    row: RowMapping
    said: Mapping[str, Any] | None
    erased: bool
    by: str


@dataclass(frozen=True)
class Compiled:
    """Everything in a dossier, unmasked; `mask` is what must come before it; None: whoever asked may see it so."""

    facts: CaseFacts
    policy: Policy
    happened: Sequence[Happened]
    money: Money
    findings: Sequence[Finding]
    attached: Sequence[RowMapping]
    referrals: Sequence[RowMapping]
    verdict: Verdict
    head: bytes
    mask: Mask | None
    made_for: str
    made_at: datetime


async def compile_dossier(connection: AsyncConnection, desk: Desk, case_id: UUID, actor: StaffFacts | None) -> Compiled:
    """Raises NotFound or NotYours. That it was made is on record; `actor` None: the command line, masked."""
    query = select(cases).where(cases.c.id == case_id).with_for_update(read=True)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    facts = to_facts(row)
    await desk.policies.know(connection, [facts])
    policy, now = desk.policies.of(facts), await desk.clock.now(connection)
    if actor is not None:
        granted = await permits(connection, facts, actor, desk.policies.current, now)
        if Permit.READ_CASE not in granted:
            raise NotFound
        if Permit.PRINT_DOSSIER not in granted:
            raise barred(Permit.PRINT_DOSSIER, actor, desk.policies.current)
    values = {"staff_id": actor.id if actor else None, "kind": AccessKind.DOSSIER, "case_id": case_id, "at": now}
    await connection.execute(insert(accesses).values(values | {"customer_id": facts.customer_id}))
    query = select(referrals).where(referrals.c.case_id == case_id).order_by(referrals.c.clock)
    return Compiled(
        facts=facts,
        policy=policy,
        happened=await _happened(connection, desk, case_id),
        money=await money_of(connection, facts, policy, lock=False),
        findings=(await findings_of(connection, [case_id])).get(case_id, []),
        attached=await list_attachments(connection, case_id),
        referrals=(await connection.execute(query)).mappings().all(),
        verdict=await verify(connection, desk.seal, only=case_id),
        head=row["head"],
        mask=await veil(connection, desk, facts, actor),
        made_for=actor.name if actor else "redress dossier",
        made_at=now,
    )


async def _happened(connection: AsyncConnection, desk: Desk, case_id: UUID) -> list[Happened]:
    query = (
        select(events, staff.c.name.label("actor"))
        .outerjoin(staff, staff.c.id == events.c.actor_id)
        .where(events.c.case_id == case_id)
        .order_by(events.c.seq)
    )
    found = []
    for row in (await connection.execute(query)).mappings():
        said = desk.seal.open(row["sealed"]) if row["sealed"] is not None else None
        erased = row["sealed"] is None and row["sealed_digest"] is not None
        found.append(Happened(row, said, erased, row["actor"] or "系统 system"))
    return found
