"""From rows and facts to what the API answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from api.queue_schemas import SaidView, WordingView
from api.reading import Found
from api.rulebook_schemas import DifferenceView
from api.run_schemas import RunView
from api.schemas import (
    Attempt,
    CaseSummary,
    CaseView,
    ClockView,
    ContactView,
    EventView,
    Links,
    ReasonView,
    RequestView,
    Statement,
)
from flows.acts.act import Act
from flows.acts.registry import ACTS
from flows.papers.masking import Mask, mask_name, mask_phone
from flows.rulebook.differences import Difference
from flows.rules import clocks, wording
from models.sealing import Seal
from models.values.case import CaseFacts, Deadline, Reason
from models.values.contact import ContactDetails
from models.values.policy import Policy
from models.values.request import RequestDetails
from models.values.vocabulary import Procedure

PREFIX = "/api/v1/cases"


def links(case_id: UUID) -> Links:
    here = f"{PREFIX}/{case_id}"
    return Links(self=here, events=f"{here}/events", runs=f"{here}/runs")


def reason(why: Reason) -> ReasonView:
    return ReasonView(zh=why.zh, en=why.en)


def difference(one: Difference) -> DifferenceView:
    return DifferenceView(path=list(one.path), meaning=reason(one.meaning), change=reason(one.change))


def standard_wording(facts: CaseFacts, policy: Policy) -> WordingView:
    zh, en = policy.rulebook.wording.stages[facts.stage]
    said = [SaidView(part=one.part, zh=one.words.zh, en=one.words.en) for one in wording.lines(facts, policy)]
    return WordingView(zh=zh, en=en, say=said)


def summary_fields(facts: CaseFacts, *, quarantined: bool) -> dict[str, Any]:
    running = [clock.due_at for clock in facts.clocks if clock.running and clock.name not in clocks.TIMERS]
    same = set(CaseSummary.model_fields) & set(facts.__dataclass_fields__)
    return {name: getattr(facts, name) for name in same} | {
        "owner": facts.owner_id,
        "watch": facts.watch if facts.overdue else 0,
        "next_deadline": min(running, default=None),
        "quarantined": quarantined,
        "links": links(facts.id),
    }


def summary(facts: CaseFacts, *, quarantined: bool) -> CaseSummary:
    return CaseSummary(**summary_fields(facts, quarantined=quarantined))


def case_view(
    found: Found, said: Mapping[str, Any] | None, mask: Mask | None, linked: Sequence[UUID], now: datetime
) -> CaseView:
    facts = found.facts
    same = (set(CaseView.model_fields) - set(CaseSummary.model_fields)) & set(facts.__dataclass_fields__)
    more = {name: getattr(facts, name) for name in same}
    more |= {
        "statement": statement(said, mask) if said is not None and "text" in said else None,
        "customer": facts.customer_id,
        "contact": contact_view(facts),
        "request": request_view(RequestDetails.of(facts.details)),
        "handler": facts.handler_id,
        "attempts": [Attempt(**one) for one in facts.attempts],
        "linked": list(linked),
        "clocks": [clock_view(clock, now) for clock in facts.clocks],
        "acts": [act.name for act in ACTS.values() if act.name in found.granted and _now(act, facts)],
    }
    return CaseView(**summary_fields(facts, quarantined=found.quarantined), **more)


def _now(act: Act, facts: CaseFacts) -> bool:
    """Whether the stage and a hold allow it."""
    return facts.stage in act.stages and (act.on_hold or facts.hold is None)


def contact_view(facts: CaseFacts) -> ContactView | None:
    if facts.procedure is not Procedure.REVISIT:
        return None
    return ContactView.model_validate(ContactDetails.of(facts.details), from_attributes=True)


def request_view(known: RequestDetails) -> RequestView:
    return RequestView(
        door=known.door,
        service=known.service,
        verdict=known.verdict,
        first_contact=known.first_contact,
        turn_asked=known.asked.kind if known.asked else None,
        was=list(known.was),
    )


def clock_view(clock: Deadline, now: datetime) -> ClockView:
    if clock.paused_at is not None:
        state = "paused"
    elif clocks.late(clock, now):
        state = "missed"
    else:
        state = "met" if clock.met_at else "running"
    return ClockView(
        name=clock.name,
        due_at=clock.due_at,
        started_at=clock.started_at,
        met_at=clock.met_at,
        calendar=clock.calendar,
        state=state,
        level=max(clock.fired - clocks.MISSED, 0),
        next_level_at=clock.escalate_at if clock.running else None,
        promise=clock.ref,
        why=reason(clock.why),
    )


def statement(said: Mapping[str, Any], mask: Mask | None) -> Statement:
    """Whom to call is shown to nobody here; what was written, as far as he may read it."""
    caller, words = said.get("caller") or {}, shown(said, mask)
    return Statement(
        text=words["text"],
        remedy_sought=words.get("remedy_sought"),
        caller_name=mask_name(caller.get("name")),
        caller_phone=mask_phone(caller.get("phone")),
    )


def shown(said: Any, mask: Mask | None) -> Any:
    return said if mask is None else mask.said(said)


def event_view(row: RowMapping, seal: Seal, names: Mapping[int, str], mask: Mask | None) -> EventView:
    said = seal.open(row["sealed"]) if row["sealed"] is not None else None
    data = dict(row["data"])
    reasons = data.pop("reasons", None) or shown((said or {}).pop("reasons", []), mask)
    said = statement(said, mask).model_dump() if said and "caller" in said else shown(said, mask)
    return EventView(
        seq=row["seq"],
        kind=row["kind"],
        stage=row["stage"],
        version=row["version"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        actor=names.get(row["actor_id"], "system"),
        reasons=[ReasonView(**one) for one in reasons],
        data=data,
        said=said or None,
        run=row["leg_id"],
    )


def run_view(row: Mapping[Any, Any], prefect_ui: str | None) -> RunView:
    same = {name: row[name] for name in RunView.model_fields if name in row}
    there = f"{prefect_ui}/runs/flow-run/{row['flow_run_id']}" if prefect_ui and row["flow_run_id"] else None
    return RunView(**same, prefect=there)
