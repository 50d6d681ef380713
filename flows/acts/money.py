"""What acts about money look at beside the case: settlement, payments, the last finding, the waybill's other cases."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Setting
from flows.rules import currencies
from flows.rules.settlement import STANDING, of_waybill, promised
from flows.steps.relatives import lock_waybills
from models.case import cases
from models.event import events
from models.settlement import liability_findings, liability_shares, payments, settlements
from models.values.case import CaseFacts
from models.values.money_terms import EvidenceKind, LiableKind, LimitBasis, PaymentKind, PaymentState
from models.values.policy import Policy
from models.values.settlement import Evidence, Finding, Money, Payment, Settlement, Share, Waybill
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Party

NOTHING = Money()
HANDLING = (EventKind.PROPOSED, EventKind.APPROVED, EventKind.REJECTED, EventKind.CARRIED_OUT)
"""What whoever did it neither pays nor judges afterwards, whoever has the case by then."""


async def money_of(connection: AsyncConnection, facts: CaseFacts, policy: Policy, *, lock: bool = True) -> Money:
    """Everything about the money of a case. Locks its waybill: two cases on it cannot both think they came first."""
    if lock and facts.waybill is not None:
        await lock_waybills(connection, [facts.waybill])
    findings = (await findings_of(connection, [facts.id])).get(facts.id)
    own, terms = await settlement(connection, facts.id), policy.rulebook.settlement
    others, elsewhere, unlike = await _elsewhere(connection, facts, terms.currency)
    return Money(
        of_waybill(own, others, facts, terms),
        await payments_of(connection, facts.id),
        elsewhere,
        others,
        unlike,
        findings[-1] if findings else None,
        await _hands(connection, facts.id),
    )


def money(setting: Setting) -> Money:
    """What was loaded for this decision; without a look into the database (rules tried alone) nothing."""
    return setting.loaded if isinstance(setting.loaded, Money) else NOTHING


async def settlement(connection: AsyncConnection, case_id: UUID) -> Settlement | None:
    query = select(settlements).where(settlements.c.case_id == case_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    values = dict(row)
    values["limit_basis"] = LimitBasis(row["limit_basis"]) if row["limit_basis"] else None
    values["agreed_party"] = Party(row["agreed_party"]) if row["agreed_party"] else None
    values["evidence"] = tuple(
        Evidence(EvidenceKind(one["kind"]), one["reference"], one["sha256"]) for one in row["evidence"]
    )
    return Settlement(**values)


async def payments_of(connection: AsyncConnection, case_id: UUID) -> tuple[Payment, ...]:
    query = select(payments).where(payments.c.case_id == case_id).order_by(payments.c.number)
    return tuple(to_payment(row) for row in (await connection.execute(query)).mappings())


def to_payment(row: Any) -> Payment:
    names = Payment.__dataclass_fields__
    values = {name: row[name] for name in names}
    return Payment(**values | {"kind": PaymentKind(row["kind"]), "state": PaymentState(row["state"])})


async def findings_of(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, list[Finding]]:
    """Of each case that has any, in order: the first, and the one after an appeal."""
    wanted = cast(list(ids), ARRAY(Uuid))  # one parameter, however many there are
    shares: dict[tuple[UUID, int], list[Share]] = defaultdict(list)
    query = select(liability_shares).where(liability_shares.c.case_id == any_(wanted))
    for row in (await connection.execute(query.order_by(liability_shares.c.party))).mappings():
        share = Share(LiableKind(row["kind"]), row["party"], row["percent"])
        shares[row["case_id"], row["round"]].append(share)
    found: dict[UUID, list[Finding]] = defaultdict(list)
    query = select(liability_findings).where(liability_findings.c.case_id == any_(wanted))
    for row in (await connection.execute(query.order_by(liability_findings.c.round))).mappings():
        found[row["case_id"]].append(Finding(**row, shares=tuple(shares[row["case_id"], row["round"]])))
    return found


async def _hands(connection: AsyncConnection, case_id: UUID) -> frozenset[int]:
    query = select(events.c.actor_id).where(events.c.case_id == case_id, events.c.kind.in_(HANDLING)).distinct()
    return frozenset((await connection.execute(query)).scalars()) - {None}


async def _elsewhere(
    connection: AsyncConnection, facts: CaseFacts, currency: str
) -> tuple[Waybill, Decimal, frozenset[str]]:
    """What the waybill's other cases know, and what they promised (the standing proposal), have paid or on its way.

    And the other currencies in which they do.
    """
    if facts.waybill is None:
        return Waybill(), Decimal(0), frozenset()
    others = cases.c.waybill == facts.waybill, cases.c.id != facts.id
    of = settlements.c
    query = select(of.currency, func.min(of.declared_value), func.min(of.freight)).join(cases, cases.c.id == of.case_id)
    valued = or_(of.declared_value.is_not(None), of.freight.is_not(None))
    rows = (await connection.execute(query.where(*others, valued).group_by(of.currency))).all()
    known = {row.currency: Waybill(*row[1:]) for row in rows}
    query = select(payments.c.currency, func.sum(payments.c.amount)).join(cases, cases.c.id == payments.c.case_id)
    standing = payments.c.state.in_(STANDING)
    paid = (await connection.execute(query.where(*others, standing).group_by(payments.c.currency))).all()
    amounts: list[currencies.Amount] = [(row[0], row[1]) for row in paid]
    for stage, remedy in await connection.execute(select(cases.c.stage, cases.c.remedy).where(*others)):
        amounts.append((currencies.of_remedy(remedy, currency), promised(Stage(stage), remedy)))
    unlike = currencies.unlike(amounts, currency) | (set(known) - {currency})
    return known.get(currency, Waybill()), currencies.sums(amounts).get(currency, Decimal(0)), unlike
