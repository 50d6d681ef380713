"""Subscriptions: who gets which notices where. For those whose role may; to others there are none."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey
from api.notice_schemas import SubscriptionEnded, SubscriptionList, SubscriptionMade, SubscriptionView
from api.problems import answers
from flows.notices import asked_for
from flows.notices.asked_for import Subscribe
from flows.notices.subscribing import list_subscriptions

router = APIRouter(tags=["notice 通知"], route_class=StrictRoute)
SubscriptionId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/subscriptions", responses=answers(404))
async def list_standing(here: OfficeDep, connection: Connection, actor: Actor) -> SubscriptionList:
    """Those that stand; of an address only as much as tells which, of a secret nothing."""
    asked_for.refuse_others(actor, here.desk)
    rows = await list_subscriptions(connection, here.desk.seal)
    return SubscriptionList(items=[SubscriptionView.model_validate(row) for row in rows])


@router.post("/subscriptions", status_code=201, responses=answers(404, 409, repeatable=201))
async def add_subscription(
    said: Subscribe, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> SubscriptionMade:
    """Tell somebody by this channel. The secret of a webhook is in this answer alone, not in one given again."""
    done = await asked_for.subscribe(connection, here.desk, actor, said, here.inside, key)
    response.headers["Idempotent-Replayed"] = str(done.repeated).lower()
    return SubscriptionMade.model_validate(done.answer)


@router.post("/subscriptions/{subscription_id}/end", responses=answers(404, 409, repeatable=200))
async def end_subscription(
    subscription_id: SubscriptionId,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> SubscriptionEnded:
    """End it; what is on its way to it still arrives."""
    done = await asked_for.end(connection, here.desk, actor, subscription_id, key)
    response.headers["Idempotent-Replayed"] = str(done.repeated).lower()
    return SubscriptionEnded.model_validate(done.answer)
