"""Money: the settlement of a case, what finance has to pay, who is charged in the end."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api import reading
from api.bodies import StrictRoute
from api.desk import Actor, Connection, OfficeDep
from api.money_schemas import PaymentPage, RechargesReport, SettlementView
from api.money_views import payment_page, place, recharges_csv, recharges_report, settlement_view
from api.paging import AT_ONCE, Limit
from api.problems import answers
from api.reports import CSV_MEDIA
from api.routes.reports import or_csv
from flows.acts.inputs import Day
from flows.acts.money import findings_of, money_of
from flows.settling import lists
from models.values.money_terms import PaymentState
from models.values.permissions import Permit

router = APIRouter(tags=["settlement 理赔"], route_class=StrictRoute)
Cursor = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]


@router.get("/cases/{case_id}/settlement", responses=answers(404))
async def read_settlement(case_id: UUID, here: OfficeDep, connection: Connection, actor: Actor) -> SettlementView:
    """The loss and what is owed at most, the customer's agreement, payments with finance, findings on liability."""
    facts = (await reading.find_case(connection, here.desk, case_id, actor)).facts
    policy = here.desk.policies.of(facts)
    held = await money_of(connection, facts, policy, lock=False)
    findings = (await findings_of(connection, [case_id])).get(case_id, [])
    now = await here.desk.clock.now(connection)
    return settlement_view(case_id, facts.number, held, findings, policy.rulebook.settlement.currency, now)


@router.get("/payments", responses=answers(404))
async def list_payments(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    state: PaymentState | None = None,
    cursor: Cursor = None,
    limit: Limit = AT_ONCE,
) -> PaymentPage:
    """Payments by when finance should have paid, the earliest first: for finance, auditors, supervisors and above."""
    reading.refuse_unless(actor, Permit.PAYMENTS, here.desk)
    found = await lists.list_payments(
        connection, await reading.sight(connection, here.desk, actor), state, place(cursor), limit
    )
    return payment_page(found, limit)


@router.get("/reports/recharges", response_model=RechargesReport, responses=or_csv(404))
async def report_recharges(
    here: OfficeDep,
    connection: Connection,
    actor: Actor,
    first: Annotated[Day | None, Query(description="Paid on this day or later.")] = None,
    last: Annotated[Day | None, Query(description="Paid on this day or earlier.")] = None,
    format: Annotated[Literal["json", "csv"], Query()] = "json",
) -> RechargesReport | Response:
    """Who bears how much of which case: what was paid in a period, charged by the last finding on liability."""
    reading.refuse_unless(actor, Permit.PAYMENTS, here.desk)
    now = await here.desk.clock.now(connection)
    found = await lists.recharges(connection, await reading.sight(connection, here.desk, actor), first, last, now)
    report = recharges_report(found, first, last)
    return report if format == "json" else Response(recharges_csv(report), media_type=CSV_MEDIA)
