"""Verifying and correcting a record (验证并更新客户信息), by a person with the authority to."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.inputs import Input, Line
from flows.acts.perform import Desk
from flows.acts.refusals import Implausible, NotYours
from flows.customers import identity
from flows.customers.auditing import note
from flows.customers.family import family
from flows.rules import permission
from models.customer import customers, phones
from models.values.case import Refusal, StaffFacts
from models.values.people_terms import AccessKind
from models.values.permissions import Permit

Phones = Annotated[tuple[Annotated[Line, Field(max_length=40)], ...], Field(max_length=10)]


class Correction(Input):
    """What is put right; what is left out stays. Without anything, the record was verified as it is."""

    name: Line | None = None
    add_phones: Phones = ()
    remove_phones: Phones = ()
    line: Annotated[Line, Field(max_length=40)] | None = None
    branch: Annotated[Line, Field(max_length=80)] | None = None
    do_not_call: bool | None = None

    @model_validator(mode="after")
    def adds_or_removes(self) -> Self:
        if set(self.add_phones) & set(self.remove_phones):
            raise ValueError("a phone cannot be added and removed at once")
        return self


async def correct(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, customer_id: int, said: Correction
) -> None:
    """The record that stands for the customer is verified now. Raises a Refusal; then nothing changed."""
    if not permission.may(actor, Permit.CORRECT, desk.policies.current):
        raise NotYours("无权更正客户信息", "your role does not correct customers' records")
    ids = await family(connection, customer_id, lock=True)
    root = ids[0]
    query = select(customers.c.erased_at).where(customers.c.id == root)
    if (await connection.execute(query)).scalar_one() is not None:
        raise Refusal("该客户的个人信息已删除", "this customer was erased; there is nothing to correct")
    values = said.model_dump(include={"line", "branch", "do_not_call"}, exclude_none=True)
    if said.name is not None:
        values |= {
            "name": identity.seal_name(desk.seal, said.name),
            "name_key": identity.name_key(desk.seal, said.name),
        }
    values["verified_at"] = await desk.clock.now(connection)
    await connection.execute(update(customers).where(customers.c.id == root).values(values))
    for phone in said.remove_phones:
        key = identity.phone_key(desk.seal, _number(phone))
        gone = delete(phones).where(phones.c.key == key, phones.c.customer_id.in_(ids)).returning(phones.c.key)
        if (await connection.execute(gone)).first() is None:
            raise Refusal("该客户没有此电话", "this customer has no such phone")
    for phone in said.add_phones:
        await _add(connection, desk, root, ids, _number(phone))
    await note(connection, actor, AccessKind.CORRECTED, root, values["verified_at"])


async def _add(connection: AsyncConnection, desk: Desk, root: int, ids: list[int], number: str) -> None:
    key = identity.phone_key(desk.seal, number)
    row = {"key": key, "customer_id": root, "number": identity.seal_phone(desk.seal, number)}
    await connection.execute(insert(phones).values(row).on_conflict_do_nothing())
    query = select(phones.c.customer_id, customers.c.code).join(customers, customers.c.id == phones.c.customer_id)
    owner = (await connection.execute(query.where(phones.c.key == key))).one()
    if owner.customer_id not in ids:
        raise Refusal(
            f"该电话属于客户 {owner.code}；若为同一人请合并",
            f"this phone belongs to customer {owner.code}; merge the two if they are one",
        )


def _number(phone: str) -> str:
    number = identity.e164(phone)
    if number is None:
        raise Implausible("不是电话号码", "that is not a phone number")
    return number
