"""Subscriptions over the API: made and ended by somebody, once for each key, where his role may."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import once
from flows.acts.inputs import Input, Line, StaffId, Text
from flows.acts.perform import Desk, Done
from flows.acts.refusals import Implausible, NotFound
from flows.notices import subscribing
from flows.notices.subscribing import Wanted
from flows.notices.targets import Inside
from flows.rules import permission
from models.notice import subscriptions
from models.staff import staff
from models.values.case import StaffFacts
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.notices import Addressee
from models.values.people_terms import Role
from models.values.permissions import Permit


class Subscribe(Input):
    """Who is told of what, where: a member of staff, a unit or a role; none of them: the whole centre."""

    channel: NoticeChannel
    to: Annotated[Text, Field(description="The e-mail address, or the https address of the webhook or robot.")]
    staff: StaffId | None = None
    unit: Annotated[Line, Field(max_length=40)] | None = None
    role: Role | None = None
    kinds: Annotated[tuple[NoticeKind, ...], Field(max_length=len(NoticeKind), description="Empty: all kinds.")] = ()
    secret: Annotated[Line | None, Field(description="The robot's, or a webhook's own; left out: one is made.")] = None


async def subscribe(
    connection: AsyncConnection, desk: Desk, actor: StaffFacts, said: Subscribe, inside: Inside, key: once.Key | None
) -> Done:
    """The answer has the secret the first time and never again: what is kept of it for the key does not.

    Raises NotFound (his role may not), KeyReused, BadTarget, Implausible or AlreadyThere.
    """
    refuse_others(actor, desk)
    if key is not None and (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    if sum(one is not None for one in (said.staff, said.unit, said.role)) > 1:
        raise Implausible("员工、单位、角色至多填写一项", "give one of staff, unit and role, or none")
    here = select(staff.c.id).where(staff.c.id == said.staff, staff.c.left_at.is_(None))
    if said.staff is not None and (await connection.execute(here)).first() is None:
        raise Implausible("没有该员工", "there is no such member of staff")
    wanted = Wanted(Addressee(said.staff, said.unit, said.role), said.kinds, said.channel, said.to, said.secret)
    made = await subscribing.subscribe(connection, desk.seal, wanted, inside, actor.id)
    answer = {"id": made.id, "secret": None}
    if key is not None:
        await once.keep(connection, actor.id, key, answer)
    return Done(answer | {"secret": made.secret})


async def end(connection: AsyncConnection, desk: Desk, actor: StaffFacts, id_: int, key: once.Key | None) -> Done:
    """What is on its way to it still arrives. Raises NotFound, KeyReused, or Refusal when it has ended."""
    refuse_others(actor, desk)
    if key is not None and (first := await once.answered(connection, actor.id, key)) is not None:
        return Done(first, repeated=True)
    if (await connection.execute(select(subscriptions.c.id).where(subscriptions.c.id == id_))).first() is None:
        raise NotFound
    await subscribing.unsubscribe(connection, id_, actor.id)
    answer = {"id": id_}
    if key is not None:
        await once.keep(connection, actor.id, key, answer)
    return Done(answer)


def refuse_others(actor: StaffFacts, desk: Desk) -> None:
    """Whose role may not see them does not know that there are any."""
    if not permission.may(actor, Permit.SUBSCRIPTIONS, desk.policies.current):
        raise NotFound
