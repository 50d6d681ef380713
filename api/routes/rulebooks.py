"""The rulebook: who changed it when and why, what a proposed one would change, and deciding on it (four eyes)."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.paging import AT_ONCE, Limit
from api.problems import answers
from api.rulebook_schemas import (
    ApproveRulebook,
    ChangeDone,
    ChangeList,
    ChangeView,
    DifferenceList,
    RejectRulebook,
)
from api.views import difference
from flows.acts.refusals import NotFound
from flows.rulebook import changing
from flows.rulebook.store import in_force
from models.values.people_terms import Role

router = APIRouter(tags=["rulebook 规则手册"], route_class=StrictRoute)
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{8,64}$", description="Its hash, or the first 8 signs of it and more.")]


@router.get("/rulebooks", responses=answers(404))
async def list_changes(here: OfficeDep, connection: Connection, actor: Actor, limit: Limit = AT_ONCE) -> ChangeList:
    """Every change of the rulebook, the last first, and which is in force."""
    if actor.role is Role.CHANNEL:
        raise NotFound
    rows = await changing.history(connection, here.desk, limit)
    now = await in_force(connection)
    return ChangeList(in_force=now or "", items=[ChangeView.model_validate(row) for row in rows])


@router.get("/rulebooks/{rulebook}/differences", responses=answers(404))
async def read_differences(rulebook: Hash, connection: Connection, actor: Actor) -> DifferenceList:
    """What would differ from the rulebook in force, setting by setting."""
    if actor.role is Role.CHANNEL:
        raise NotFound
    found = await changing.compared(connection, rulebook)
    return DifferenceList(items=[difference(one) for one in found])


@router.post("/rulebooks/{rulebook}/approve", responses=answers(403, 404, 409, repeatable=200))
async def approve_rulebook(
    rulebook: Hash,
    said: ApproveRulebook,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> ChangeDone:
    """Put a proposed rulebook in force; refused when another one came into force since it was proposed."""
    done = await changing.decide_once(
        connection, actor, key, lambda: changing.approve(connection, here.desk, rulebook, actor, said.remark)
    )
    say_replayed(response, done.repeated)
    return ChangeDone.model_validate(done.answer)


@router.post("/rulebooks/{rulebook}/reject", responses=answers(403, 404, 409, repeatable=200))
async def reject_rulebook(
    rulebook: Hash,
    said: RejectRulebook,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    key: OnceKey,
    response: Response,
) -> ChangeDone:
    """Turn a proposed rulebook down."""
    done = await changing.decide_once(
        connection, actor, key, lambda: changing.reject(connection, here.desk, rulebook, actor, said.reason)
    )
    say_replayed(response, done.repeated)
    return ChangeDone.model_validate(done.answer)
