"""What people do to a case: one route an act, made from the registry so that each has its own schema."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.problems import answers
from api.schemas import ActDone
from flows.acts.act import Act
from flows.acts.perform import perform
from flows.acts.registry import ACTS
from flows.acts.release import release_case

router = APIRouter(tags=["act 操作"], route_class=StrictRoute)


def _route(act: Act) -> Callable[..., Awaitable[ActDone]]:
    async def do(
        case_id: UUID,
        said: Any,
        here: OfficeDep,
        connection: Connection,
        actor: Actor,
        key: OnceKey,
        response: Response,
    ) -> ActDone:
        done = await perform(connection, here.desk, act, case_id, actor, said, key)
        say_replayed(response, done.repeated)
        return ActDone(**done.answer)

    do.__annotations__["said"] = act.takes
    do.__doc__ = act.takes.__doc__
    return do


for _act in ACTS.values():
    router.add_api_route(
        f"/cases/{{case_id}}/acts/{_act.name}",
        _route(_act),
        methods=["POST"],
        summary=_act.summary,
        operation_id=_act.name.replace("-", "_"),
        responses=answers(404, 409, repeatable=200),
    )


@router.post(
    "/cases/{case_id}/acts/release",
    responses=answers(404, 409, repeatable=200),
    summary="解除隔离 · release from quarantine",
)
async def release(
    case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> ActDone:
    """Let a quarantined case try again."""
    done = await release_case(connection, here.desk, case_id, actor, key)
    say_replayed(response, done.repeated)
    return ActDone(**done.answer)
