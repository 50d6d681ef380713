"""How a demo ends: what failed, what stayed open, the exit code, and where to look next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from rich.console import Console

from .record import Record

FAILED, INPUT = 1, 2


@dataclass
class Outcome:
    """What came of it: 0 all is well, 1 the product failed, 2 the input was broken."""

    failures: list[str] = field(default_factory=list)
    open_cases: list[str] = field(default_factory=list)
    broken: int = 0

    @property
    def code(self) -> int:
        return FAILED if self.failures else INPUT if self.broken else 0


def failures(record: Record, http: Mapping[str, int], requests: int) -> list[str]:
    """What a demo must not have seen."""
    found = [
        f"{http[kind]} answers were {what}"
        for kind, what in (
            ("5xx", "5xx"),
            ("4xx", "unexpected 4xx"),
            ("lost", "never received"),
            ("intake", "not one case for one request"),
            ("conflict", "conflicts that did not end"),
        )
        if http[kind]
    ]
    if record.quarantined:
        found.append(f"{record.quarantined} cases are in quarantine")
    if len(record.requests) != requests:
        found.append(f"{requests} requests made {len(record.requests)} cases")
    return found


def open_cases(record: Record) -> list[str]:
    return [
        f"case {one.number} ({one.reference or one.procedure}) at {one.stage} since {_since(record, one.id)}"
        for one in record.cases
        if one.closed_at is None
    ]


def _since(record: Record, id_: UUID) -> str:
    return f"{record.events[id_][-1].at:%Y-%m-%d %H:%M}"


def say(outcome: Outcome, out: Console, err: Console, times: str) -> None:
    """What came of it, and where to look next."""
    out.print(f"\n{times}", highlight=False)
    if outcome.open_cases:
        out.print(
            f"Still open 未结案: {len(outcome.open_cases)}: {', '.join(outcome.open_cases[:10])}", highlight=False
        )
    if outcome.broken:
        err.print(
            f"redress demo: {outcome.broken} lines of the file could not be used; they are named above", style="red"
        )
    for failure in outcome.failures:
        err.print(f"redress demo: {failure}", style="red", highlight=False, soft_wrap=True)
    if not outcome.failures:
        out.print("Ledger sound, every stage replayed from its events. 台账完整，阶段可由事件重算。", highlight=False)
    out.print(
        "Where to look next 接下来: README.md · make up (API on :8000/docs, Prefect UI on :4200) · redress demo --keep",
        highlight=False,
    )


def writable(path: Path) -> str | None:
    """Why a report could not be written there; asked before anything is started."""
    if path.is_dir():
        return f"{path} is a directory; name a file for the report."
    if not path.absolute().parent.is_dir():
        return f"There is no folder {path.absolute().parent} for the report."
    return None
