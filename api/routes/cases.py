"""Reading cases: one, many, its events, its runs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import and_, select

from api import reading, views
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep
from api.paging import AT_ONCE, Limit
from api.problems import answers
from api.run_schemas import RunList
from api.schemas import CasePage, CaseView, EventList
from flows.acts.inputs import Line
from flows.papers.veil import veil
from models.case import cases
from models.event import events
from models.values.permissions import Permit
from models.values.stage_terms import Stage
from models.values.vocabulary import Category, CustomerClass, Kind, Procedure
from models.wake import wakes

router = APIRouter(tags=["case 工单"], route_class=StrictRoute)
Waybill = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,59}$")]
Reference = Annotated[Line | None, Query()]


@router.get("/cases", responses=answers())
async def list_cases(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    procedure: Procedure | None = None,
    stage: Stage | None = None,
    owner: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    customer_class: Annotated[CustomerClass | None, Query(alias="class")] = None,
    kind: Kind | None = None,
    category: Category | None = None,
    waybill: Waybill = None,
    reference: Reference = None,
    overdue: bool | None = None,
    watch: Annotated[int | None, Query(ge=1, le=100, description="Overdue and escalated to this level.")] = None,
    quarantined: bool | None = None,
    cursor: UUID | None = None,
    limit: Limit = AT_ONCE,
) -> CasePage:
    """Newest first; `next` is the cursor of the following page."""
    wanted: dict[str, Any] = {
        "procedure": procedure,
        "stage": stage,
        "owner_id": owner,
        "customer_class": customer_class,
        "kind": kind,
    }
    wanted |= {
        "category": category,
        "waybill": waybill and waybill.upper(),
        "reference": reference,
        "overdue": overdue,
    }
    filters = [cases.c[name] == value for name, value in wanted.items() if value is not None]
    if watch is not None:
        filters += [cases.c.watch == watch, cases.c.overdue]
    if quarantined is not None:
        filters.append(wakes.c.quarantined_at.is_not(None) if quarantined else wakes.c.quarantined_at.is_(None))
    found = await reading.list_cases(connection, here.desk, actor, filters, cursor, limit)
    items = [views.summary(facts, quarantined=is_held) for facts, is_held in found]
    return CasePage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/cases/{case_id}", responses=answers(404))
async def read_case(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> CaseView:
    """Everything about one case, its deadlines with their derivation, and what may be done now."""
    found = await reading.find_case(connection, here.desk, case_id, actor)
    first = select(events.c.sealed).where(events.c.case_id == case_id, events.c.seq == 1)
    sealed = (await connection.execute(first)).scalar_one()
    same_cause = and_(cases.c.linked_to == case_id, await reading.sight(connection, here.desk, actor))
    linked = (await connection.execute(select(cases.c.id).where(same_cause).order_by(cases.c.id))).scalars().all()
    said = here.desk.seal.open(sealed) if sealed is not None and Permit.READ_EVENTS in found.granted else None
    mask = await veil(connection, here.desk, found.facts, actor)
    return views.case_view(found, said, mask, linked, await here.desk.clock.now(connection))


@router.get("/cases/{case_id}/events", responses=answers(404))
async def read_events(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> EventList:
    """The ledger of a case: who did what, when, why, in which run. Masked for those who need not call."""
    found = await reading.find_case(connection, here.desk, case_id, actor, Permit.READ_EVENTS)
    mask = await veil(connection, here.desk, found.facts, actor)
    rows = await reading.case_events(connection, case_id)
    names = await reading.names_of(connection, {row["actor_id"] for row in rows if row["actor_id"]})
    return EventList(items=[views.event_view(row, here.desk.seal, names, mask) for row in rows])


@router.get("/cases/{case_id}/runs", responses=answers(404))
async def read_runs(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> RunList:
    """The runs that did something to a case, with the way to each in the Prefect UI."""
    await reading.find_case(connection, here.desk, case_id, actor, Permit.READ_RUNS)
    rows = await reading.case_runs(connection, case_id)
    return RunList(items=[views.run_view(row, here.prefect_ui) for row in rows])
