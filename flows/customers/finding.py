"""Who is calling: found by phone, waybill or name, and every look-up written down."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.inputs import Input, Line
from flows.acts.perform import Desk
from flows.acts.refusals import NotYours
from flows.customers import identity
from flows.customers.auditing import note
from flows.rules import permission
from models.customer import customers, phones
from models.shipment import shipments
from models.values.case import StaffFacts
from models.values.people_terms import AccessKind
from models.values.permissions import Permit


class Lookup(Input):
    """One of the three. In a body, because a phone number does not belong into a URL."""

    phone: Annotated[Line, Field(max_length=40)] | None = None
    waybill: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$")] | None = None
    name: Line | None = None

    @model_validator(mode="after")
    def one_of_three(self) -> Self:
        if sum(said is not None for said in (self.phone, self.waybill, self.name)) != 1:
            raise ValueError("say one of phone, waybill and name")
        return self


@dataclass(frozen=True)
class Found:
    """The standing records found; and the key, or the waybill, that cases of an unknown caller have."""

    ids: tuple[int, ...]
    caller_key: str | None
    waybill: str | None


def may_see(actor: StaffFacts, desk: Desk) -> bool:
    return permission.may(actor, Permit.LOOK_UP, desk.policies.current)


async def find(connection: AsyncConnection, desk: Desk, actor: StaffFacts, said: Lookup) -> Found:
    """From here on the caller is at hand (`flows.customers.at_hand`). Raises NotYours."""
    if not may_see(actor, desk):
        raise NotYours("无权查询客户", "your role does not look customers up")
    root = func.coalesce(customers.c.merged_into, customers.c.id)
    query = select(root.label("id")).distinct().order_by("id")
    key = waybill = None
    if said.phone is not None:
        kind, key = AccessKind.BY_PHONE, identity.caller_key(desk.seal, said.phone, None)
        query = query.join(phones, phones.c.customer_id == customers.c.id).where(phones.c.key == key)
    elif said.waybill is not None:
        kind, waybill = AccessKind.BY_WAYBILL, said.waybill.strip().upper()
        query = query.join(shipments, shipments.c.customer_id == customers.c.id)
        query = query.where(shipments.c.waybill_no == waybill)
    else:
        kind, key = AccessKind.BY_NAME, identity.name_key(desk.seal, said.name or "")
        query = query.where(customers.c.name_key == key)
    most = desk.policies.current.rulebook.customers.matches_shown
    ids = tuple((await connection.execute(query.limit(most))).scalars())
    now = await desk.clock.now(connection)
    for id_ in ids or (None,):
        await note(connection, actor, kind, id_, now, caller_key=key, waybill=waybill)
    return Found(ids, key, waybill)
