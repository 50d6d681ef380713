"""From rows and facts to what the API answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from api.schemas import (
    Attempt,
    CaseSummary,
    CaseView,
    ClockView,
    EventView,
    Links,
    ReasonView,
    RequestView,
    RunView,
    Statement,
)
from flows.acts.act import Act
from flows.acts.registry import ACTS
from flows.rules import clocks
from models.sealing import Seal
from models.values.case import CaseFacts, Deadline, Reason
from models.values.request import RequestDetails

PREFIX = "/api/v1/cases"
PERSONAL = ("text", "remedy_sought", "caller")


def links(case_id: UUID) -> Links:
    here = f"{PREFIX}/{case_id}"
    return Links(self=here, events=f"{here}/events", runs=f"{here}/runs")


def reason(why: Reason) -> ReasonView:
    return ReasonView(zh=why.zh, en=why.en)


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
    facts: CaseFacts,
    said: Mapping[str, Any] | None,
    linked: Sequence[UUID],
    now: datetime,
    *,
    quarantined: bool,
    barred: bool,
) -> CaseView:
    same = (set(CaseView.model_fields) - set(CaseSummary.model_fields)) & set(facts.__dataclass_fields__)
    more = {name: getattr(facts, name) for name in same}
    more |= {
        "statement": statement(said) if said is not None else None,
        "request": request_view(RequestDetails.of(facts.details)),
        "handler": facts.handler_id,
        "attempts": [Attempt(**one) for one in facts.attempts],
        "linked": list(linked),
        "clocks": [clock_view(clock, now) for clock in facts.clocks],
        "acts": [act.name for act in ACTS.values() if _may(act, facts, barred=barred)],
    }
    return CaseView(**summary_fields(facts, quarantined=quarantined), **more)


def request_view(known: RequestDetails) -> RequestView:
    return RequestView(
        door=known.door,
        service=known.service,
        verdict=known.verdict,
        first_contact=known.first_contact,
        turn_asked=known.asked.kind if known.asked else None,
        was=list(known.was),
    )


def _may(act: Act, facts: CaseFacts, *, barred: bool) -> bool:
    """Whether the stage, a hold and the relation of the reader to the case allow it."""
    return facts.stage in act.stages and (act.on_hold or facts.hold is None) and not (act.decides and barred)


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


def statement(said: Mapping[str, Any]) -> Statement:
    caller = said.get("caller") or {}
    return Statement(
        text=said["text"],
        remedy_sought=said.get("remedy_sought"),
        caller_name=mask_name(caller.get("name")),
        caller_phone=mask_phone(caller.get("phone")),
    )


def mask_name(name: str | None) -> str | None:
    return name and name[0] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str | None) -> str | None:
    return phone and ("*" * max(len(phone) - 4, 1) + phone[-4:] if len(phone) > 4 else "****")


def event_view(row: RowMapping, seal: Seal, names: Mapping[int, str]) -> EventView:
    said = seal.open(row["sealed"]) if row["sealed"] is not None else None
    data = dict(row["data"])
    reasons = data.pop("reasons", None) or (said or {}).pop("reasons", [])
    if said and "caller" in said:
        said = statement(said).model_dump()
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
