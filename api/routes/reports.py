"""Reports, as JSON and CSV."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from api import reading
from api.bodies import StrictRoute
from api.daily_report import DailyReport, daily_csv, daily_report
from api.desk import Actor, Connection, OfficeDep
from api.problems import answers
from api.reports import CSV_MEDIA, ClassesReport, classes_csv, classes_report
from flows.acts.inputs import Day
from flows.acts.refusals import NotFound
from flows.classing.growth import growth
from flows.classing.reading import newest, snapshot_named
from models.values.permissions import Permit

router = APIRouter(tags=["report 报表"], route_class=StrictRoute)
Format = Annotated[Literal["json", "csv"], Query()]


def or_csv(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a report: a table as well, when it was asked for."""
    return {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **answers(*statuses)}


@router.get("/reports/classes", response_model=ClassesReport, responses=or_csv(404))
async def report_classes(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    snapshot: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The last computed, if left out.")] = None,
    format: Format = "json",
) -> ClassesReport | Response:
    """Classes of customers: a snapshot, its shares beside the expected ones, and who in C can grow to B."""
    reading.refuse_unless(actor, Permit.REPORTS, here.desk)
    found = await (snapshot_named(connection, snapshot) if snapshot else newest(connection))
    if found is None and snapshot:
        raise NotFound
    report = ClassesReport(snapshot=None)
    if found is not None:
        report = classes_report(found, await growth(connection, found, here.desk.policies.current.rulebook.classes))
    return report if format == "json" else Response(classes_csv(report), media_type=CSV_MEDIA)


@router.get("/reports/daily", response_model=DailyReport, responses=or_csv(404))
async def report_day(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    day: Annotated[Day | None, Query(description="The last one told, if left out.")] = None,
    format: Format = "json",
) -> DailyReport | Response:
    """A day in figures, and what each of its shifts took over; not found as long as it was not told."""
    reading.refuse_unless(actor, Permit.REPORTS, here.desk)
    report = await daily_report(connection, day)
    if report is None:
        raise NotFound
    return report if format == "json" else Response(daily_csv(report), media_type=CSV_MEDIA)
