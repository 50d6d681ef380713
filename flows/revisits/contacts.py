"""Building the contacts of a replicate: who is called, by whom never, and who is left alone and why."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from flows.classing.intake import class_of
from flows.revisits import census
from flows.rules import clocks, eligibility
from flows.rules.round_course import Batch
from flows.sampling import leaving_alone, rounds
from models.case import cases
from models.customer import customers
from models.event import events
from models.revisit import round_draws
from models.shipment import shipments
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision, Opening, Reason, Row
from models.values.contact import ContactDetails
from models.values.policy import Policy
from models.values.round import RoundDetails
from models.values.round_terms import Disposition, RoundKind
from models.values.rounds import Draw, Excluded, RoundFacts
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import BusinessLine, Channel, Procedure

BEING_CALLED = Excluded(
    Disposition.COOL_DOWN,
    Reason("该客户正由另一轮回访联系，不重复打扰", "another round is calling this customer just now: once is enough"),
)
AT_ONCE = 50
"""Contacts opened in one transaction: short, however large the replicate."""


async def batch(
    connection: AsyncConnection, round_case: CaseFacts, round_: RoundFacts, policy: Policy, now: datetime
) -> Batch:
    """The next contacts of the replicate that is being opened; releases it first, when that is still to be done."""
    details = RoundDetails.of(round_case.details)
    draws = await _of_replicate(connection, round_.id, details.replicate)
    if any(one.released_at is None for one in draws):
        draws = await rounds.release(connection, round_.id, details.replicate, now)
    waiting = [one for one in draws if one.disposition is None and one.contact_id is None]
    chosen, to_come = waiting[:AT_ONCE], len(waiting[AT_ONCE:])
    stored = await _stored(connection, round_.id, [one.position for one in chosen])
    if round_.kind is RoundKind.CENSUS:
        return Batch((), await census.rows(connection, chosen, stored, now), {}, to_come)
    ids = {one.customer_id for one in chosen if one.customer_id is not None}
    known = await leaving_alone.facts_of(connection, ids, now)
    elsewhere = await _being_called(connection, ids) if round_.kind is not RoundKind.ACCOUNT_VISIT else frozenset()
    left: dict[int, Excluded] = {}
    for one in chosen:
        facts = known.get(one.customer_id) if one.customer_id is not None else None
        why = eligibility.excluded(facts, round_.kind, policy.rulebook.sampling, now) if facts else None
        why = why or (BEING_CALLED if one.customer_id in elsewhere else None)
        if why is not None:
            left[one.position] = why
    called = [one for one in chosen if one.position not in left]
    openings = await _openings(connection, round_case, round_, called, policy, now)
    called_rows = tuple(_with_row(opening, stored[position]) for position, opening in openings.items())
    rows = tuple(_alone(stored[position], why, now) for position, why in left.items())
    return Batch(called_rows, rows, Counter(why.disposition.value for why in left.values()), to_come)


async def handlers_of(
    connection: AsyncConnection, customer_ids: Collection[int], since: datetime
) -> Mapping[int, frozenset[int]]:
    """Who handled a case of each customer that was open since a moment: owned it, carried it out, decided on it."""
    if not customer_ids:
        return {}
    recent = or_(cases.c.closed_at.is_(None), cases.c.closed_at >= since)
    his = cases.c.customer_id.in_(customer_ids) & recent & (cases.c.procedure == Procedure.COMPLAINT)
    found: dict[int, set[int]] = defaultdict(set)
    query = select(cases.c.customer_id, cases.c.owner_id, cases.c.handler_id).where(his)
    for customer, *staff in (await connection.execute(query)).all():
        found[customer] |= {one for one in staff if one is not None}
    acted = select(cases.c.customer_id, events.c.actor_id).join(events, events.c.case_id == cases.c.id)
    acted = acted.where(his, events.c.actor_id.is_not(None), events.c.kind != EventKind.RECEIVED).distinct()
    for customer, actor in (await connection.execute(acted)).all():
        found[customer].add(actor)
    return {customer: frozenset(staff) for customer, staff in found.items()}


def since(first: Any) -> datetime:
    """The beginning of the window in which whoever handled a case of the customer may not call him: the period's."""
    return datetime.combine(first, time(0), SHANGHAI)


async def _being_called(connection: AsyncConnection, ids: Collection[int]) -> frozenset[int]:
    """Customers with an open contact of another round."""
    query = select(cases.c.customer_id).where(
        cases.c.customer_id.in_(ids), cases.c.procedure == Procedure.REVISIT, cases.c.closed_at.is_(None)
    )
    return frozenset((await connection.execute(query)).scalars())


async def _openings(
    connection: AsyncConnection,
    round_case: CaseFacts,
    round_: RoundFacts,
    called: Sequence[Draw],
    policy: Policy,
    now: datetime,
) -> dict[int, Opening]:
    """The contact of each draw, by position."""
    ids = {one.customer_id for one in called if one.customer_id is not None}
    barred = await handlers_of(connection, ids, since(round_.period.first))
    today = now.astimezone(SHANGHAI).date()
    known = await class_of(connection, ids, today, policy.rulebook.classes.basis)
    query = select(customers.c.id, customers.c.line, customers.c.account_manager_id).where(customers.c.id.in_(ids))
    people = {row.id: row for row in (await connection.execute(query)).all()}
    waybills = await _waybills(connection, called)
    closing = clocks.timer(ClockName.CLOSING, now, round_.closes_at, Reason("本轮截止", "the round ends"))
    bare = ContactDetails(round_case.id, round_.kind, round_.closes_at.isoformat())
    made = {}
    for one in called:
        person = people.get(one.customer_id or 0)
        details = replace(bare, order=one.order_id, barred=tuple(sorted(barred.get(one.customer_id or 0, ()))))
        visit = round_.kind is RoundKind.ACCOUNT_VISIT
        facts = CaseFacts(
            id=uuid7(),
            stage=Stage.VISIT if visit else Stage.CONTACT,
            received_at=now,
            recorded_at=now,
            channel=Channel.OUTBOUND,
            procedure=Procedure.REVISIT,
            customer_id=one.customer_id,
            customer_class=known.get(one.customer_id or 0),
            waybill=waybills.get((one.shipment_customer_id, one.order_id)),
            business_line=_line(person.line if person else None),
            owner_id=person.account_manager_id if person and visit else None,
            rulebook=policy.hash,
            clocks=(closing,),
            details=details.as_json(),
        )
        made[one.position] = Opening(facts, _opened(facts, round_, one))
    return made


def _opened(facts: CaseFacts, round_: RoundFacts, draw: Draw) -> Decision:
    data = {"stage": facts.stage, "round": round_.id, "position": draw.position, "replicate": draw.replicate}
    why = Reason(f"第 {round_.id} 轮回访，第 {draw.replicate} 组", f"round {round_.id}, replicate {draw.replicate}")
    data |= {"owner": facts.owner_id, "barred": facts.details["barred"]}
    return Decision(EventKind.CONTACT_OPENED, {}, (why,), data)


async def _of_replicate(connection: AsyncConnection, round_id: int, replicate: int) -> list[Draw]:
    draws = await rounds.draws_of(connection, round_id, released=False)
    return [one for one in draws if one.replicate == replicate]


async def _stored(connection: AsyncConnection, round_id: int, positions: Collection[int]) -> dict[int, dict[str, Any]]:
    """The rows as they stand: what is written beside the case replaces the whole row."""
    query = select(round_draws).where(round_draws.c.round_id == round_id, round_draws.c.position.in_(positions))
    return {row["position"]: dict(row) for row in (await connection.execute(query)).mappings().all()}


def _alone(row: dict[str, Any], why: Excluded, now: datetime) -> Row:
    reason = {"zh": why.reason.zh, "en": why.reason.en}
    reason |= {"until": why.until.isoformat()} if why.until else {}
    return Row("round_draws", row | {"disposition": why.disposition, "reason": reason, "settled_at": now})


def _with_row(opening: Opening, row: dict[str, Any]) -> Opening:
    """The draw points to its contact; written with the contact, which must be there first."""
    pointing = Row("round_draws", row | {"contact_id": opening.facts.id})
    return replace(opening, decision=replace(opening.decision, rows=(pointing,)))


async def _waybills(connection: AsyncConnection, draws: Sequence[Draw]) -> dict[tuple[int | None, str | None], str]:
    keys = [(one.shipment_customer_id, one.order_id) for one in draws if one.order_id is not None]
    columns = (shipments.c.customer_id, shipments.c.order_id)
    query = select(*columns, func.upper(shipments.c.waybill_no)).where(tuple_(*columns).in_(keys))
    rows = (await connection.execute(query)).all() if keys else ()
    return {(customer, order): waybill for customer, order, waybill in rows if waybill}


def _line(name: str | None) -> BusinessLine:
    return BusinessLine(name) if name in set(BusinessLine) else BusinessLine.UNKNOWN
