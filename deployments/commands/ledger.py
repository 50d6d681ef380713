"""redress ledger: is the record what it was when it was written?"""

import sys

import typer
from rich.console import Console
from rich.progress import Progress

app = typer.Typer(help="The ledger of all cases. 台账。", no_args_is_help=True)


@app.command()
def verify() -> None:
    """Recompute every chain; exits 1 when a row was changed, dropped, added or moved."""
    from sqlalchemy import func, select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from deployments.office import in_office
    from flows.acts.perform import Desk
    from flows.legs import verify as ledger
    from models.case import cases

    async def work(connection: AsyncConnection, desk: Desk) -> ledger.Verdict:
        total = (await connection.execute(select(func.count()).select_from(cases))).scalar_one()
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("verifying 校验", total=total)
            return await ledger.verify(connection, desk.seal, lambda done: progress.update(task, completed=done))

    verdict = in_office(work, reads=True)
    for finding in verdict.findings:
        typer.echo(f"case {finding.case_id}, event {finding.seq}: {finding.what}")
    typer.echo(f"{verdict.cases} cases, {verdict.events} events, {verdict.erased} with their personal part erased")
    typer.echo("The ledger is sound. 台账完整。" if verdict.sound else "THE LEDGER WAS TAMPERED WITH. 台账被改动。")
    sys.exit(0 if verdict.sound else 1)
