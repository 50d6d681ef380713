"""redress import: customers and shipments from a CSV."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.customers.importing import Outcome, Wanted
    from flows.customers.table_file import Fault

SHOWN_AT_MOST = 50

app = typer.Typer(
    help="Import customers or shipments from a CSV or .gz (UTF-8 or GB18030). 导入客户与运单。", no_args_is_help=True
)
File = Annotated[Path, typer.Argument(help="A CSV with a header, or the same as .gz.", exists=True, dir_okay=False)]
Rejects = Annotated[Path | None, typer.Option(help="Write every line left out or warned about to this CSV.")]
EXITS = (
    "Rows that cannot be used are listed by line and left out. Exits 0 even so, with a warning (a nightly job need not"
    " stop for a typing mistake); exits 1 when the file is unusable or no row of it could be imported: then nothing"
    " was. One transaction: killed half-way, nothing is there. Run twice, nothing changes."
)


@app.command(help=f"Columns: customer_id; optional name, phone, line, branch, prospect, do_not_call. {EXITS}")
def customers(
    file: File,
    prospects: Annotated[bool, typer.Option("--prospects", help="They are prospects, unless a column says.")] = False,
    rejects: Rejects = None,
) -> None:
    from flows.customers.columns import What
    from flows.customers.importing import Wanted

    _import(Wanted(What.CUSTOMERS, file, prospects=prospects), rejects)


@app.command(
    help="Columns: customer_id, order_id, amount, ordered_at or delivered_at; optional promised_at, review_score,"
    " currency, profit, billed_amount, waybill_no, consignor, consignee, route, hub, vehicle, batch, pieces_ordered,"
    f" pieces_delivered, damaged, and those of customers. Others are ignored. {EXITS}"
)
def shipments(
    file: File,
    currency: Annotated[str, typer.Option(help="Of rows that name none.", metavar="ABC")] = "CNY",
    rejects: Rejects = None,
) -> None:
    from flows.customers.columns import What
    from flows.customers.importing import Wanted

    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise typer.BadParameter("three letters, as CNY", param_hint="--currency")
    _import(Wanted(What.SHIPMENTS, file, currency=currency.upper()), rejects)


def _import(wanted: "Wanted", rejects: Path | None) -> None:
    outcome = asyncio.run(_run(wanted, rejects))
    _show(outcome, wanted)
    if outcome.in_vain:
        sys.exit("redress: no row of the file could be imported")


async def _run(wanted: "Wanted", rejects: Path | None) -> "Outcome":
    import csv
    from contextlib import ExitStack

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from deployments.connection import connected_settings
    from flows.customers import importing
    from flows.legs.resources import needed
    from models.database import create_engine
    from models.sealing import Seal

    settings = connected_settings()
    seal = Seal(needed(settings.secret_key, "REDRESS_SECRET_KEY").get_secret_value())
    engine = create_engine(needed(settings.database_url, "REDRESS_DATABASE_URL"), pool_size=1)
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with ExitStack() as stack:
        into = csv.writer(stack.enter_context(rejects.open("w", newline="", encoding="utf-8"))) if rejects else None
        bar = stack.enter_context(Progress(*columns, console=console))
        task = bar.add_task(f"importing {wanted.what} 导入", total=None)
        shown = 0

        def tell(kind: str, fault: "Fault") -> None:
            nonlocal shown
            shown += 1
            if into:
                into.writerow((fault.line, kind, fault.why.en, fault.why.zh))
            if shown <= SHOWN_AT_MOST:
                console.print(
                    f"line {fault.line} {kind}: {fault.why.en} · {fault.why.zh}", markup=False, highlight=False
                )
            elif shown == SHOWN_AT_MOST + 1:
                console.print(f"… more are only counted{'' if into else ' (--rejects FILE writes all)'}", markup=False)

        listener = importing.Listener(
            progress=lambda done, size: bar.update(task, completed=done, total=size),
            say=lambda line: bar.update(task, description=line),
            left_out=lambda fault: tell("left out", fault),
            warned=lambda fault: tell("warning", fault),
        )
        try:
            return await importing.run(engine, seal, wanted, listener)
        finally:
            await engine.dispose()


def _show(outcome: "Outcome", wanted: "Wanted") -> None:
    if outcome.ignored:
        typer.echo(f"Columns that are not ours were ignored: {', '.join(outcome.ignored)}")
    typer.echo(
        f"{outcome.rows} rows of {wanted.what}: {outcome.new} new, {outcome.changed} changed,"
        f" {outcome.unchanged} unchanged, {outcome.repeated} repeated in the file, {outcome.left_out} left out,"
        f" {outcome.warned} warnings"
    )
    typer.echo(
        f"{outcome.customers} new customers, {outcome.phones} new phones, {outcome.duplicates} possible duplicates"
        + (" (see `redress customers duplicates`)" if outcome.duplicates else "")
    )
    if outcome.incidents:
        typer.echo(f"{outcome.incidents} open incidents look for customers among them")
    if outcome.rows and not (outcome.new or outcome.changed or outcome.phones or outcome.left_out):
        typer.echo("Everything was there already: nothing changed. 无变化。")
