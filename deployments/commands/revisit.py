"""redress revisit: rounds of revisits: open, list, verify, report."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from deployments.commands.acting import act_as
from models.values.round_terms import RetentionLevel, RoundKind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from flows.acts.perform import Desk
    from flows.revisits.listed import RoundListed
    from flows.revisits.results import Result
    from flows.sampling.verify import Verdict

app = typer.Typer(help="Rounds of revisits: open, rounds, verify, report. 客户回访。", no_args_is_help=True)

Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1, metavar="ROUND", help="Its number in `revisit rounds`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.command("open")
def open_(
    by: Annotated[str, typer.Option(metavar="NAME", help="Who opens it: a scheduler, a supervisor or a manager.")],
    kind: Annotated[RoundKind, typer.Option(help="What kind of round.")] = RoundKind.DRAWN,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day; both days count.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last full week, if left out.")] = None,
    margin: Annotated[float | None, typer.Option(help="Such as 0.05; the rulebook's, if left out.")] = None,
    customer: Annotated[list[int] | None, typer.Option(help="Whom a retention round calls on; repeat it.")] = None,
    level: Annotated[RetentionLevel | None, typer.Option(help="What was tried to keep them.")] = None,
    why: Annotated[str | None, typer.Option(help="Kept under seal.")] = None,
) -> None:
    """Open a round; the flow draws it and opens its contacts. The same period twice is one round."""
    from pydantic import ValidationError

    from flows.revisits.opening import RoundWanted, open_round

    said = {"kind": kind, "first": first, "last": last, "margin": margin, "level": level, "why": why}
    try:
        wanted = RoundWanted.model_validate({**said, "customers": customer or ()})
    except ValidationError as error:
        _refuse("; ".join(_sentence(one) for one in error.errors(include_input=False)))

    opened = act_as(by, lambda connection, desk, actor: open_round(connection, desk, actor, wanted))
    details = opened.details
    before = " (opened before 已发起)" if opened.repeated else ""
    typer.echo(f"{details.kind} {details.first} – {details.last}: case {opened.number} {opened.id}{before}")


@app.command()
def rounds(
    kind: Annotated[RoundKind | None, typer.Option(help="Of this kind only.")] = None,
    as_json: AsJson = False,
) -> None:
    """The rounds there are, the newest first."""
    from deployments.office import in_office
    from flows.revisits.listed import rounds_listed

    async def work(connection: "AsyncConnection", desk: "Desk") -> "list[RoundListed]":
        return await rounds_listed(connection, kind, 200)

    found = in_office(work, reads=True)
    if as_json:
        listed = [one.details.as_json() | {"case": str(one.id), "stage": one.stage} for one in found]
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    table = Table("round 轮次", "kind 类型", "period 期间", "stage 阶段", "case 工单")
    for one in found:
        period = f"{one.details.first} – {one.details.last}"
        table.add_row(str(one.details.round or "–"), one.details.kind, period, one.stage, str(one.id))
    Console().print(table)


@app.command()
def verify(number: Number, as_json: AsJson = False) -> None:
    """Draw a round again from what is stored and compare; exit 1 if anything differs."""
    from deployments.office import in_office
    from flows.sampling import verify as verifying

    async def work(connection: "AsyncConnection", desk: "Desk") -> "Verdict":
        return await verifying.verify(connection, number)

    with Console(stderr=True).status(f"round {number}: drawing it again 重新抽取"):
        verdict = in_office(work, reads=True)
    if as_json:
        typer.echo(json.dumps({"ok": verdict.ok, "checks": [vars(one) for one in verdict.checks]}, ensure_ascii=False))
    else:
        for one in verdict.checks:
            typer.echo(f"{'ok ' if one.ok else 'NOT'} {one.what}: {one.en} {one.zh}")
    if not verdict.ok:
        raise typer.Exit(1)


@app.command()
def report(
    number: Number,
    format: Annotated[Literal["table", "json", "csv"], typer.Option(help="How it is printed.")] = "table",
) -> None:
    """Rates over all released, and the totals with their intervals, unadjusted beside adjusted."""
    from api.revisit_reports import round_csv, round_report
    from deployments.office import in_office
    from flows.revisits.results import result

    async def work(connection: "AsyncConnection", desk: "Desk") -> "Result":
        return await result(connection, number, desk.policies.current)

    with Console(stderr=True).status(f"round {number}: estimating 估计"):
        found = in_office(work, reads=True)
    if format == "json":
        typer.echo(round_report(found).model_dump_json())
    elif format == "csv":
        typer.echo(round_csv(round_report(found)), nl=False)
    else:
        _show(found)


def _show(found: "Result") -> None:
    one, console = found.round, Console()
    console.print(f"{one.estimand['zh']}\n{one.estimand['en']}", highlight=False)
    console.print(f"frame 抽样框 {one.population} · released 放出 {len(found.draws)} · reached 答复 {found.reached}")
    rates = Table("rate 比率", "%", "definition 定义")
    for rate in found.rates.rates:
        rates.add_row(rate.name, _percent(rate.value), f"{rate.formula} {rate.zh}")
    console.print(rates)
    table = Table("total 总计", "n", "unadjusted 未调整", "adjusted 调整后")
    for question in found.estimates.questions:
        for row in found.estimates.of(question.key):
            table.add_row(question.key, str(row.answers), *(_figure(each) for each in (row.unadjusted, row.adjusted)))
    console.print(table)
    console.print("verified 复核一致" if found.verdict.ok else "[red]NOT verified 复核不一致[/red]")


def _figure(figure: Any) -> str:
    if figure is None:
        return "suppressed 不显示"
    interval = f" ({figure.low:.2f} – {figure.high:.2f})" if figure.low is not None else ""
    return f"{figure.value:.2f}{interval}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _sentence(error: Any) -> str:
    from api.faults import fault, where

    said: str = error["msg"].removeprefix("Value error, ")
    return said if error["type"] == "value_error" else f"{where(error)} {fault(error)[0]}"


def _refuse(sentence: str) -> NoReturn:
    typer.echo(f"redress: {sentence}", err=True)
    raise typer.Exit(2)
