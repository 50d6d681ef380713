"""`redress demo`, from an empty folder to the tables: a stack of its own, a day played through it, what came of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from models.values.vocabulary import Procedure

from . import daily, ending, report, round_table, tables
from .callers import Callers
from .calls import Calls
from .centre import Centre, hire
from .colleagues import Colleagues
from .daily import Summing
from .generate import A_DAY
from .incidents import Incidents, stock
from .mailroom import Mailroom
from .play import Play
from .progress import Reporter
from .record import Record, contradictions, read
from .request import SimulatedRequest
from .respondents import read_rounds
from .roster import midnight
from .served import serve
from .source import BrokenLine
from .tally import figures, right
from .till import Till
from .timeline import Timeline

ByRole = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Wish:
    """What was asked for."""

    requests: Sequence[SimulatedRequest]
    broken: Sequence[BrokenLine] = ()
    seed: int = 0
    report: Path | None = None
    keep: bool = False


async def demo(wish: Wish, out: Console, err: Console) -> int:
    """The exit code. The home is removed at the end, however it ends, unless it is to be kept."""
    with Mailroom() as mailroom:
        return await _in_a_home(wish, mailroom, out, err)


async def _in_a_home(wish: Wish, mailroom: Mailroom, out: Console, err: Console) -> int:
    home = Settings().home / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    settings = Settings(
        home=home,
        clock="simulated",
        database_url=None,
        prefect_api_url=None,
        secret_key=None,
        api_port=0,
        prefect_port=0,
        webhook_allow=mailroom.address,
        slots=1,  # what comes due meanwhile goes together in the next leg: fewer runs for the same day
    )
    try:
        return await _demo(wish, settings, mailroom, out, err)
    finally:
        if wish.keep:
            err.print(f"Kept 已保留: REDRESS_HOME={home} REDRESS_CLOCK=simulated make up", soft_wrap=True)
        else:
            discard(home)


async def _demo(wish: Wish, settings: Settings, mailroom: Mailroom, out: Console, err: Console) -> int:
    began = time.monotonic()
    outcome = ending.Outcome(broken=len(wish.broken))
    with Reporter(err) as reporter:
        async with Stack(settings, parts={"postgres", "prefect"}, say=reporter.say) as stack:
            engine = create_engine(stack.database_url)
            try:
                timeline = Timeline(engine, midnight(A_DAY))
                await stack.migrate()
                await timeline.begin()  # before the worker and the API: they refuse a database without it
                seal = Seal(stack.env["REDRESS_SECRET_KEY"])
                await serve(engine, seal, A_DAY, wish.seed)
                await mailroom.open(engine, seal)
                for part in ("worker", "api"):
                    await stack.start(part)
                reporter.say(f"Prefect UI: {stack.prefect_api_url.removesuffix('/api')}   API: {stack.api_url}/docs")
                started = time.monotonic()
                summing = Summing(engine, seal, Policies())
                http, asked = await _play(wish, engine, timeline, stack.api_url, reporter, summing)
                played = time.monotonic()
                await summing.up(timeline.now)
                await mailroom.settle(engine, timeline.now)
                summary = await summing.told(A_DAY)
                record = await read(engine)
                by_role = {role: {**row, "acts": record.acts.get(role, 0)} for role, row in asked.items()}
                outcome.failures += await _verify(engine, stack.env["REDRESS_SECRET_KEY"], record)
                policy = await _policy(engine)
                rounds = await read_rounds(engine)
            finally:
                await engine.dispose()
    seconds = time.monotonic() - began
    labels = {one.reference: one.labels for one in wish.requests if one.labels is not None}
    counted, rights = figures(record, timeline.now), right(record, labels)
    tables.show(out, record, counted, rights, policy, http, by_role)
    daily.show(out, summary, mailroom)
    for one in rounds:
        round_table.show(out, one)
        if not one.verdict.ok:
            outcome.failures.append(f"round {one.round.id} does not verify")
    if wish.report is not None:
        report.write(wish.report, report.report(record, counted, rights, http, by_role, seconds, policy, rounds))
    outcome.failures += ending.failures(record, http, len(wish.requests))
    if mailroom.forged:
        outcome.failures.append(f"{mailroom.forged} notices came with a wrong signature")
    outcome.open_cases = ending.open_cases(record)
    times = f"start {started - began:.1f} s, play {played - started:.1f} s, in all {seconds:.1f} s"
    ending.say(outcome, out, err, f"{len(record.cases)} cases in {timeline.jumps} jumps of the clock: {times}")
    return outcome.code


async def _play(
    wish: Wish, engine: AsyncEngine, timeline: Timeline, api_url: str, reporter: Reporter, summing: Summing
) -> tuple[Mapping[str, int], ByRole]:
    """What went over HTTP, counted; and by role."""
    calls = Calls(api_url)
    try:
        centre = Centre(engine, calls, await hire(engine), A_DAY, wish.seed)
        callers = Callers(centre, calls, timeline.now, wish.seed)
        colleagues = Colleagues(centre, calls)
        await stock(engine, A_DAY)
        incidents = Incidents(centre, calls, timeline.now)
        centre.conducts[Procedure.INCIDENT] = incidents.acts
        others = (colleagues, Till(centre, calls), incidents)
        play = Play(engine, timeline, centre, callers, *others, wish.requests, summing.up, reporter.tell)
        await play.run()
    finally:
        await calls.close()
        for sentence in calls.troubles.sentences:
            reporter.say(sentence)
    kinds = ("5xx", "4xx", "lost", "intake", "conflict")
    http = {"requests": calls.statuses.total(), "conflicts": calls.conflicts}
    return http | {kind: calls.troubles.counts[kind] for kind in kinds}, centre.by_role()


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
