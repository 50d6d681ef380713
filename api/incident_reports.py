"""Incidents by unit, as JSON and CSV."""

from collections.abc import Iterable
from datetime import date

from api.incident_schemas import IncidentsReport, UnitScore
from api.reports import table
from flows.rules.incident_figures import UnitFigures

CASES = ("cases", "liable_cases")


def incidents_report(first: date | None, last: date | None, found: Iterable[UnitFigures]) -> IncidentsReport:
    same = ("unit", "reported", "open", "critical", "late_minutes", "score", "liable", "presumed")
    units = [
        UnitScore(
            **{name: getattr(one, name) for name in same} | dict(one.marks),
            **{name: list(getattr(one, name)) for name in CASES},
        )
        for one in found
    ]
    return IncidentsReport(first=first, last=last, units=units)


def incidents_csv(report: IncidentsReport) -> str:
    """A line a unit; its cases are many, so only their number is there."""
    columns = [name for name in UnitScore.model_fields if name not in CASES]
    head = ["from", "to", *columns]
    rows = ([report.first, report.last, *(getattr(unit, name) for name in columns)] for unit in report.units)
    return table(head, rows)
