"""The result of a round of revisits, as JSON, CSV and a picture (SVG)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep
from api.problems import answers
from api.reports import CSV_MEDIA
from api.revisit_reports import RoundReport, round_csv, round_report
from flows.acts.refusals import Implausible, NotFound
from flows.revisits.results import result
from flows.rules import permission
from flows.sampling.errors import SamplingError
from flows.sampling.picture import picture
from models.values.case import StaffFacts
from models.values.permissions import Permit
from models.values.policy import Policy

router = APIRouter(tags=["report 报表"], route_class=StrictRoute)
SVG_MEDIA = "image/svg+xml"
AS_IMAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {"schema": {"type": "string"}} for media in ("text/csv", SVG_MEDIA)}},
    **answers(404),
}
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/reports/revisits/{round_id}", response_model=RoundReport, responses=RESPONSES)
async def report_round(
    round_id: Number,
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    format: Annotated[Literal["json", "csv", "svg"], Query()] = "json",
    question: Annotated[str, Query(pattern="^[a-z][a-z0-9_]{0,60}$", description="Of the picture.")] = "satisfaction",
    lang: Annotated[Literal["zh", "en"], Query(description="Of the picture.")] = "zh",
    domain: Annotated[Literal["stratum", "class", "line"], Query(description="Of the picture.")] = "stratum",
) -> RoundReport | Response:
    """Rates over all released, estimates with intervals, unadjusted beside adjusted; small cells are suppressed."""
    _refuse_outsiders(actor, here.desk.policies.current)
    try:
        found = await result(connection, round_id, here.desk.policies.current)
    except SamplingError:
        raise NotFound from None
    if format == "svg":
        if question not in {one.key for one in found.estimates.questions}:
            raise Implausible("问卷中没有这个问题", "the questionnaire has no such question")
        return Response(picture(found.estimates, question, lang, domain), media_type=SVG_MEDIA, headers=AS_IMAGE)
    report = round_report(found)
    return report if format == "json" else Response(round_csv(report), media_type=CSV_MEDIA)


def _refuse_outsiders(actor: StaffFacts, policy: Policy) -> None:
    """To whom the rulebook does not name, results do not exist."""
    if not permission.may(actor, Permit.READ_ROUNDS, policy):
        raise NotFound
