"""redress quarantine: cases whose step failed too often, and letting them try again."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from deployments.commands.acting import act_as

app = typer.Typer(help="Cases in quarantine: list, release. 隔离区。", no_args_is_help=True)


@app.command(name="list")
def list_() -> None:
    """Every case in quarantine with its error (never what the customer wrote)."""
    from deployments.office import in_office
    from flows.legs.quarantine import quarantined

    table = Table("number 工单号", "case", "since", "attempts 次数", "error 错误")
    for row in in_office(lambda connection, desk: quarantined(connection), reads=True):
        since = f"{row['quarantined_at']:%Y-%m-%d %H:%M}"
        table.add_row(str(row["number"]), str(row["case_id"]), since, str(row["attempts"]), row["error"] or "—")
    Console().print(table)


@app.command()
def release(
    case: Annotated[UUID, typer.Argument(help="From `redress quarantine list`.")],
    by: Annotated[str, typer.Option(help="Who releases it: a supervisor or administrator, by name.")],
) -> None:
    """Let a case try again, in the name of a person."""
    from flows.acts.release import release_case

    act_as(by, lambda connection, desk, actor: release_case(connection, desk, case, actor, None))
    typer.echo(f"Case {case} is released and goes on. 已解除隔离。")
