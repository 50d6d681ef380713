"""Business incidents (商务事故): the first report, what stands, whom it touched, the figures by unit."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import incident_views as views
from api import reading
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep, OnceKey
from api.incident_reports import incidents_csv, incidents_report
from api.incident_schemas import AffectedPage, IncidentsReport, IncidentView
from api.incidents import find_incident, read_cursor, write_cursor
from api.problems import answers
from api.reports import CSV_MEDIA
from api.schemas import Accepted
from api.views import links
from flows.acts.inputs import Day
from flows.acts.refusals import Implausible
from flows.acts.report import FirstReport, report
from flows.incidents import affected
from flows.incidents.figures import figures
from flows.incidents.standing import read_standing
from flows.papers.veil import veil
from models.values.incident import Incident
from models.values.permissions import Permit
from models.values.stage_terms import Stage

router = APIRouter(tags=["incident 商务事故"], route_class=StrictRoute)
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post("/incidents", status_code=202, responses=answers(repeatable=202))
async def report_incident(
    said: FirstReport, here: OfficeDep, connection: Connection, actor: Actor, key: OnceKey, response: Response
) -> Accepted:
    """The first report of a business unit: stored with its wake in one statement, Prefect up or not."""
    received = await report(connection, here.desk, actor, said, key)
    response.headers["Idempotent-Replayed"] = str(received.repeated).lower()
    return Accepted(id=received.id, number=received.number, stage=Stage.REPORTED, links=links(received.id))


@router.get("/incidents/{case_id}", responses=answers(404))
async def read_incident(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> IncidentView:
    """One incident: its grade, who must know, who is liable, what is missing, the complaints linked under it."""
    facts, held, policy = await find_incident(connection, here, case_id, actor)
    visible = await reading.sight(connection, here.desk, actor)
    standing = await read_standing(connection, here.desk.seal, case_id, visible)
    mask = await veil(connection, here.desk, facts, actor)
    return views.incident_view(facts, held, standing, mask, policy, await here.desk.clock.now(connection))


@router.get("/incidents/{case_id}/affected", responses=answers(404))
async def list_affected(
    case_id: UUID,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    cursor: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AffectedPage:
    """Shipments on its waybills, vehicle, hub or batch at the time, with each one's complaint and notice task."""
    facts, _, policy = await find_incident(connection, here, case_id, actor, Permit.READ_AFFECTED)
    incident, days = Incident.of(facts.details), policy.incidents.affected_days
    visible = await reading.sight(connection, here.desk, actor)
    rows = await affected.page(connection, case_id, incident, days, read_cursor(cursor), limit, visible)
    whole = await affected.totals(connection, incident, days)
    items = [views.affected_view(row) for row in rows]
    following = write_cursor(rows[-1]) if len(rows) == limit else None
    return AffectedPage(shipments=whole.shipments, customers=whole.customers, items=items, next=following)


@router.get("/reports/incidents", response_model=IncidentsReport, responses=CSV | answers())
async def report_incidents(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    format: Annotated[Literal["json", "csv"], Query()] = "json",
) -> IncidentsReport | Response:
    """Incidents by unit: how reported, contained, repeated, promises, liability; with the cases behind each figure."""
    reading.refuse_unless(actor, Permit.REPORTS, here.desk)
    if first is not None and last is not None and last < first:
        raise Implausible("结束日期早于开始日期", "the period ends before it begins")
    by_unit = await figures(connection, here.desk.policies.current, first, last)
    found = incidents_report(first, last, by_unit)
    return found if format == "json" else Response(incidents_csv(found), media_type=CSV_MEDIA)
