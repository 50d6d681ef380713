"""Who is calling. A phone number goes into the body of a request, never into a URL."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import and_
from sqlalchemy.ext.asyncio import AsyncConnection

from api import customer_views as views
from api import reading
from api.bodies import StrictRoute
from api.customer_schemas import CustomerView, LookupAnswer, Unmasked
from api.desk import Actor, Connection, Office, OfficeDep, OnceKey, say_replayed
from api.problems import answers
from flows.acts import once
from flows.acts.refusals import NotFound
from flows.customers.auditing import note
from flows.customers.correcting import Correction, correct
from flows.customers.finding import Lookup, find, may_see
from flows.customers.profile import Profile, cases_where, profile
from flows.customers.unmasking import Unmask, unmask
from flows.papers.veil import veil
from models.case import cases
from models.values.case import StaffFacts
from models.values.people_terms import AccessKind

router = APIRouter(tags=["customer 客户"], route_class=StrictRoute)
CustomerId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("/customers/lookup", responses=answers())
async def look_up(said: Lookup, here: OfficeDep, connection: Connection, actor: Actor) -> LookupAnswer:
    """Who is calling, by phone, waybill or name: class, orders, open and earlier cases, promises, last revisit."""
    found = await find(connection, here.desk, actor, said)
    policy, sees = here.desk.policies.current.rulebook.customers, await reading.sight(connection, here.desk, actor)
    profiles = [await profile(connection, here.desk, id_, sees) for id_ in found.ids]
    if len(profiles) == 1:
        view = await _shown(here, connection, actor, profiles[0])
        return LookupAnswer(customer=view, matches=[], cases=[])
    matches = [views.customer_summary(one, actor, policy) for one in profiles]
    own = []
    if not matches:
        his = cases.c.waybill == found.waybill if found.waybill else cases.c.caller_key == found.caller_key
        own = views.case_summaries(await cases_where(connection, and_(his, sees), policy.cases_shown))
    return LookupAnswer(customer=None, matches=matches, cases=own)


@router.get("/customers/{customer_id}", responses=answers(404))
async def read_customer(customer_id: CustomerId, here: OfficeDep, connection: Connection, actor: Actor) -> CustomerView:
    """One customer, by the id of a look-up. That you read it is on record."""
    if not may_see(actor, here.desk):
        raise NotFound
    sees, now = await reading.sight(connection, here.desk, actor), await here.desk.clock.now(connection)
    found = await profile(connection, here.desk, customer_id, sees)
    await note(connection, actor, AccessKind.READ, found.id, now)
    return await _shown(here, connection, actor, found)


@router.post("/customers/{customer_id}/unmask", responses=answers(404, repeatable=200))
async def unmask_customer(
    customer_id: CustomerId,
    said: Unmask,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> Unmasked:
    """The full numbers, for a reason; only for roles the rulebook names. It is written down who saw them and why."""
    phones, repeated = await unmask(connection, here.desk, actor, customer_id, said, key)
    say_replayed(response, repeated)
    return Unmasked(id=customer_id, phones=phones)


@router.post("/customers/{customer_id}/correct", responses=answers(404, 409, repeatable=200))
async def correct_customer(
    customer_id: CustomerId,
    said: Correction,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> CustomerView:
    """Put the record right; an empty body says it was verified as it is."""
    if not may_see(actor, here.desk):
        raise NotFound
    first = await once.answered(connection, actor.id, key)
    if first is None:
        await correct(connection, here.desk, actor, customer_id, said)
        await once.keep(connection, actor.id, key, {"customer": customer_id})
    say_replayed(response, first is not None)
    found = await profile(connection, here.desk, customer_id, await reading.sight(connection, here.desk, actor))
    return await _shown(here, connection, actor, found)


async def _shown(here: Office, connection: AsyncConnection, actor: StaffFacts, found: Profile) -> CustomerView:
    masks = {one.case.id: await veil(connection, here.desk, one.case, actor) for one in found.promises}
    policy, now = here.desk.policies.current.rulebook.customers, await here.desk.clock.now(connection)
    return views.customer_view(found, actor, policy, masks, now)
