"""The engine's view: legs, told from our own ledger, so it answers while Prefect is away."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from api import reading, views
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey, say_replayed
from api.paging import AT_ONCE, Limit
from api.problems import answers
from api.run_schemas import RunDetail, RunList, RunView
from flows.acts.cancel import cancel_run
from flows.acts.refusals import NotFound
from models.case import cases
from models.event import events
from models.leg import LegState, legs
from models.values.permissions import Permit

router = APIRouter(tags=["run 运行"], route_class=StrictRoute)


@router.get("/runs", responses=answers(404))
async def list_runs(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    state: LegState | None = None,
    cursor: UUID | None = None,
    limit: Limit = AT_ONCE,
) -> RunList:
    """Newest first; `next` is the cursor of the following page."""
    reading.refuse_unless(actor, Permit.RUNS, here.desk)
    query = select(legs).order_by(legs.c.id.desc()).limit(limit)
    query = query.where(legs.c.state == state) if state else query
    query = query.where(legs.c.id < cursor) if cursor else query
    rows = (await connection.execute(query)).mappings().all()
    items = [views.run_view(row, here.prefect_ui) for row in rows]
    return RunList(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/runs/{run_id}", responses=answers(404))
async def read_run(run_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> RunDetail:
    """One run, and the cases it did something to."""
    reading.refuse_unless(actor, Permit.RUNS, here.desk)
    row = (await connection.execute(select(legs).where(legs.c.id == run_id))).mappings().first()
    if row is None:
        raise NotFound
    wrote = select(events.c.case_id).where(events.c.leg_id == run_id)
    sees = await reading.sight(connection, here.desk, actor)
    query = select(cases.c.id).where(cases.c.id.in_(wrote), sees).order_by(cases.c.id)
    ids = (await connection.execute(query)).scalars().all()
    return RunDetail(**views.run_view(row, here.prefect_ui).model_dump(), case_ids=list(ids))


@router.post("/runs/{run_id}/cancel", status_code=202, responses=answers(404, 409, repeatable=202))
async def stop_run(
    run_id: UUID, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> RunView:
    """Stop a run after the chunk at hand; its cases go on in the next one. Asking twice is asking once."""
    done = await cancel_run(connection, run_id, actor, here.desk.policies.current, key)
    say_replayed(response, done.repeated)
    return views.run_view(done.answer, here.prefect_ui)
