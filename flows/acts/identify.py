"""The act `identify`: a person says who the customer of a case is. Identity may follow later."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import ACTIVE, Act, Setting
from flows.acts.inputs import VERSION_AT_MOST, ActInput, Line
from flows.classing.intake import class_of
from flows.rules import classes, complaint_clocks
from models.customer import customers
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import CustomerClass

CustomerId = Annotated[int, Field(ge=1, le=VERSION_AT_MOST, strict=True)]


class Identify(ActInput):
    """Who the customer of this case is, by the id that the look-up of customers gives."""

    customer: CustomerId
    why: Line | None = None


@dataclass(frozen=True)
class Named:
    """The record that stands for the customer named, and its class; None: there is no such customer."""

    id: int
    customer_class: CustomerClass | None


async def named(connection: AsyncConnection, facts: CaseFacts, said: Identify, setting: Setting) -> Named | None:
    query = select(customers.c.id, customers.c.merged_into).where(customers.c.id == said.customer)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    today = setting.now.astimezone(SHANGHAI).date()
    id_: int = row.merged_into or row.id
    found = await class_of(connection, [id_], today, setting.policy.rulebook.classes.basis)
    return Named(id_, found.get(id_))


def identify(facts: CaseFacts, said: Identify, setting: Setting) -> Decision:
    customer: Named | None = setting.loaded
    if customer is None:
        raise Refusal("没有该客户", "there is no such customer")
    if customer.id == facts.customer_id:
        raise Refusal("该工单已是此客户", "this is the customer of the case already")
    changes: dict[str, Any] = {"customer_id": customer.id}
    data: dict[str, Any] = {"customer": customer.id, "before": facts.customer_id}
    sealed = {"why": said.why} if said.why else None
    reasons: tuple[Reason, ...] = ()
    highest = classes.higher((facts.customer_class, customer.customer_class))
    if highest is not None and highest is not facts.customer_class:
        known = replace(facts, customer_class=highest)
        left = complaint_clocks.reclassed(known, setting.now, setting.policy)
        changes |= {"customer_class": highest, "clocks": left}
        data["customer_class"] = highest
        reasons = (Reason(f"客户等级为 {highest}", f"the customer is in class {highest}"),)
    return Decision(EventKind.IDENTIFIED, changes, reasons, data, sealed)


ACTS = (
    Act(
        "identify",
        "认定客户 · say who the customer is",
        Identify,
        identify,
        (ACTIVE | {Stage.LINKED}) - {Stage.CONTACT, Stage.VISIT, Stage.ASSESSMENT},
        on_hold=True,
        seek=named,
    ),
)
