"""The demo's round of revisits: opened by the scheduler, its customers reached or not, some answering by their link."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.schemas import CaseView
from flows.revisits.results import Result, result
from flows.rulebook.store import Policies
from models.values.vocabulary import BusinessLine, Channel, Party

from . import phrases
from .calls import Calls
from .customers import Customer
from .request import SimulatedRequest, Temperament

MARGIN = 0.2
"""Wide, so that some sixty contacts are enough to show a whole round."""
BY_LINK = 0.2
METRICS = ("on_time", "complete", "undamaged", "accurate", "bill_accurate")
OPEN_DAYS = 5


def respondent(case: CaseView, seed: int) -> Customer:
    """Whoever is behind a contact, or a complaint that a contact opened: the same for a seed and a waybill."""
    reference = case.waybill or f"case {case.number}"
    request = SimulatedRequest(
        reference=reference,
        text="",
        kind=None,
        category=None,
        secondary=None,
        severity=None,
        business_line=BusinessLine(case.business_line),
        remedy_sought=None,
        waybill=case.waybill,
        channel=Channel.OUTBOUND,
        party=Party.CARGO_OWNER,
        caller_name=None,
        caller_phone=None,
        received=timedelta(),
        temperament=Temperament.drawn(reference, None, seed),
    )
    return Customer(request, seed, case.id)


def answers(customer: Customer) -> dict[str, Any]:
    """What he answers to the questionnaire; the dissatisfied say why."""
    temper, rng = customer.request.temperament, customer.random("answers")
    mark = temper.satisfaction
    said = {name: rng.random() < 0.7 + 0.06 * mark for name in METRICS}
    told: dict[str, Any] = {"expectation": temper.expectation, "satisfaction": mark, **said}
    told["recommend"] = max(0, min(10, 2 * mark + rng.randint(-2, 1)))
    if feelings := customer.survey(0)["feelings"]:
        told["feelings"] = feelings
    if mark <= 2:
        told["remark"] = rng.choice(phrases.GRIEVANCES)
    elif rng.random() < 0.3:
        told["remark"] = phrases.PRAISE
    return told


async def answer_by_link(calls: Calls, path: str, customer: Customer) -> None:
    """He opens his link, fills in the form and sends it."""
    if await calls.page("GET", path) != 200:
        calls.troubles.add("4xx", "a one-time link did not open")
        return
    form = {name: _form(value) for name, value in answers(customer).items()}
    if await calls.page("POST", path, form) != 200:
        calls.troubles.add("4xx", "answers by a one-time link were refused")


def wanted(now: datetime) -> dict[str, Any]:
    """The round that the scheduler opens: of the last full week, closing some days from now."""
    return {"margin": MARGIN, "closes_at": (now + timedelta(days=OPEN_DAYS)).isoformat(), "why": phrases.ROUND}


async def read_rounds(engine: AsyncEngine) -> list[Result]:
    """The results of all rounds, as they stand."""
    async with engine.begin() as connection:
        policy = await Policies().refresh(connection)
        ids = (await connection.execute(text("SELECT id FROM rounds ORDER BY id"))).scalars().all()
        return [await result(connection, id_, policy) for id_ in ids]


def report_of(one: Result) -> dict[str, Any]:
    """A round as the report of the demo has it."""
    headline = one.headline()
    return {
        "id": one.round.id,
        "kind": one.round.kind.value,
        "frame": one.round.population,
        "drawn": len(one.draws),
        "reached": one.reached,
        "dispositions": headline["dispositions"],
        "rates": headline["rates"],
        "verified": one.verdict.ok,
        "estimates": headline["estimates"],
    }


def _form(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, list) else str(value)
