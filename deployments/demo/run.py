"""`redress demo`, from an empty folder to the tables: a stack of its own, a day played through it, what came of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.home import discard
from deployments.stack import Stack
from flows.legs.verify import verify
from flows.rulebook.store import Policies
from models.database import create_engine
from models.sealing import Seal
from models.settings import Settings
from models.values.policy import Policy

from . import report, tables
from .callers import Callers
from .calls import Calls
from .centre import Centre, hire
from .generate import A_DAY
from .play import Play
from .progress import Reporter
from .record import Record, contradictions, read
from .request import SimulatedRequest
from .roster import midnight
from .source import BrokenLine
from .tally import figures, right
from .timeline import Timeline

FAILED, INPUT = 1, 2


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    requests: Sequence[SimulatedRequest]
    broken: Sequence[BrokenLine] = ()
    seed: int = 0
    report: Path | None = None
    keep: bool = False


@dataclass
class Outcome:
    """What came of it: 0 all is well, 1 the product failed, 2 the input was broken."""

    failures: list[str] = field(default_factory=list)
    open_cases: list[str] = field(default_factory=list)
    broken: int = 0

    @property
    def code(self) -> int:
        return FAILED if self.failures else INPUT if self.broken else 0


async def demo(wish: Wish, out: Console, err: Console) -> int:
    """The exit code. The home is removed at the end, however it ends, unless it is to be kept."""
    home = Settings().home / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    settings = Settings(
        home=home,
        clock="simulated",
        database_url=None,
        prefect_api_url=None,
        secret_key=None,
        api_port=0,
        prefect_port=0,
        slots=1,  # what comes due meanwhile goes together in the next leg: fewer runs for the same day
    )
    try:
        return await _demo(wish, settings, out, err)
    finally:
        if wish.keep:
            err.print(f"Kept 已保留: REDRESS_HOME={home} REDRESS_CLOCK=simulated make up", soft_wrap=True)
        else:
            discard(home)


async def _demo(wish: Wish, settings: Settings, out: Console, err: Console) -> int:
    began = time.monotonic()
    outcome = Outcome(broken=len(wish.broken))
    with Reporter(err) as reporter:
        async with Stack(settings, parts={"postgres", "prefect"}, say=reporter.say) as stack:
            engine = create_engine(stack.database_url)
            try:
                timeline = Timeline(engine, midnight(A_DAY))
                await stack.migrate()
                await timeline.begin()  # before the worker and the API: they refuse a database without it
                for part in ("worker", "api"):
                    await stack.start(part)
                reporter.say(f"Prefect UI: {stack.prefect_api_url.removesuffix('/api')}   API: {stack.api_url}/docs")
                started = time.monotonic()
                http = await _play(wish, engine, timeline, stack.api_url, reporter)
                played = time.monotonic()
                record = await read(engine)
                outcome.failures += await _verify(engine, stack.env["REDRESS_SECRET_KEY"], record)
                policy = await _policy(engine)
            finally:
                await engine.dispose()
    seconds = time.monotonic() - began
    labels = {one.reference: one.labels for one in wish.requests if one.labels is not None}
    counted, rights = figures(record, timeline.now), right(record, labels)
    tables.show(out, record, counted, rights, policy, http)
    if wish.report is not None:
        report.write(wish.report, report.report(record, counted, rights, http, seconds))
    outcome.failures += _failures(record, http, wish)
    outcome.open_cases = [
        f"case {one.number} ({one.reference}) at {one.stage} since {record.events[one.id][-1].at:%Y-%m-%d %H:%M}"
        for one in record.cases
        if one.closed_at is None
    ]
    times = f"start {started - began:.1f} s, play {played - started:.1f} s, in all {seconds:.1f} s"
    _say_end(outcome, out, err, f"{len(record.cases)} cases in {timeline.jumps} jumps of the clock: {times}")
    return outcome.code


async def _play(
    wish: Wish, engine: AsyncEngine, timeline: Timeline, api_url: str, reporter: Reporter
) -> Mapping[str, int]:
    """What went over HTTP, counted."""
    calls = Calls(api_url)
    try:
        centre = Centre(engine, calls, await hire(engine), A_DAY)
        callers = Callers(centre, calls, timeline.now, wish.seed)
        await Play(engine, timeline, centre, callers, wish.requests, reporter.tell).run()
    finally:
        await calls.close()
        for sentence in calls.troubles.sentences:
            reporter.say(sentence)
    kinds = ("5xx", "4xx", "lost", "intake", "conflict")
    return {"requests": calls.statuses.total(), "conflicts": calls.conflicts} | {
        kind: calls.troubles.counts[kind] for kind in kinds
    }


async def _verify(engine: AsyncEngine, secret: str, record: Record) -> list[str]:
    """The stage recomputed from the events, and every link of every chain."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        verdict = await verify(connection, Seal(secret))
    broken = [f"case {one.case_id}, event {one.seq}: {one.what}" for one in verdict.findings]
    return [*contradictions(record), *broken]


async def _policy(engine: AsyncEngine) -> Policy:
    async with engine.connect() as connection:
        return await Policies().refresh(connection)


def _failures(record: Record, http: Mapping[str, int], wish: Wish) -> list[str]:
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
    if len(record.cases) != len(wish.requests):
        found.append(f"{len(wish.requests)} requests made {len(record.cases)} cases")
    return found


def _say_end(outcome: Outcome, out: Console, err: Console, times: str) -> None:
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
        out.print("Ledger sound, every stage replayed from its events. 台账完整,阶段可由事件重算。", highlight=False)
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
