"""The result of a demo as JSON, for machines (`--report`)."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.revisits.results import Result
from models.values.case import CaseFacts
from models.values.incident import Incident
from models.values.policy import Policy
from models.values.vocabulary import Procedure

from .record import Record
from .respondents import report_of
from .tally import Figures, Share
from .why import examples

ENTRY = (
    "kind",
    "category",
    "secondary",
    "severity",
    "business_line",
    "stage",
    "score",
    "events",
    "proposed_kind",
    "proposed_category",
)


def report(
    record: Record,
    figures: Figures,
    right: Mapping[str, Share],
    http: Mapping[str, int],
    by_role: Mapping[str, Mapping[str, int]],
    seconds: float,
    policy: Policy,
    rounds: Sequence[Result] = (),
) -> dict[str, Any]:
    """`seconds`: how long it took, in real time."""
    totals: dict[str, Any] = {
        "cases": len(record.requests),
        "contacts": sum(one.procedure is Procedure.REVISIT for one in record.cases),
        "complaints_from_revisits": sum("revisit" in one.details for one in record.cases),
        **{f"by_{name}": dict(sorted(counts.items())) for name, counts in figures.by.items()},
        **figures.what_happened,
        "quarantined": record.quarantined,
        "overdue_clocks": sum(one.count for one in figures.missed.values()),
        "missed": {name.value: asdict(one) for name, one in figures.missed.items()},
        "hours_at_stage": {stage.value: asdict(one) for stage, one in figures.steps.items()},
        "score": asdict(figures.scores) if figures.scores else None,
        "triage": asdict(figures.triage),
        "system_right": {name: asdict(one) for name, one in right.items()},
        **record.accounts.as_json(),
        "legs": record.legs,
        "cases_carried": record.carried,
        "events": sum(case.events for case in record.cases),
        "http": dict(http),
        "by_role": {role: dict(row) for role, row in by_role.items()},
    }
    totals["why"] = {one.en: {"case": one.number, "reason": one.reason} for one in examples(record, policy)}
    played = {"cases": [_entry(case) for case in record.requests], "rounds": [report_of(one) for one in rounds]}
    played["incidents"] = [_incident(case) for case in record.incidents]
    return played | {"totals": totals, "seconds": round(seconds, 1)}


def _incident(case: CaseFacts) -> dict[str, Any]:
    grade = Incident.of(case.details).grade
    entry = {"case_id": str(case.id), "grade": grade, "stage": case.stage, "liable": case.liable}
    return entry | {"score": case.score}


def _entry(case: CaseFacts) -> dict[str, Any]:
    entry: dict[str, Any] = {"reference": case.reference, "case_id": str(case.id)}
    return entry | {name: getattr(case, name) for name in ENTRY} | {"owner": case.owner_id}


def write(path: Path, value: dict[str, Any]) -> None:
    """All of it or nothing: a reader never sees half a file."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
