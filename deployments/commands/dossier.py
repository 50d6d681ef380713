"""redress dossier: one case as a paper for the regulator."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer


def dossier(
    case: Annotated[UUID, typer.Argument(help="The case's id.")],
    out: Annotated[Path, typer.Option(help="Where the PDF goes; an existing file is replaced.")],
    by: Annotated[
        str | None,
        typer.Option(help="For whom, by name: what his role may see is not masked. Without it all is masked."),
    ] = None,
) -> None:
    """Print the dossier of a case: timeline, evidence, deadlines, ledger proof (PDF). 打印工单档案。

    That it was printed is on record. Exits 1 when the case's ledger was tampered with; the dossier says where.
    """
    from sqlalchemy.ext.asyncio import AsyncConnection

    from deployments.office import in_office
    from flows.acts.perform import Desk
    from flows.papers.compiling import Compiled, compile_dossier
    from flows.papers.dossier import dossier_paper
    from flows.papers.paper import render
    from flows.staffing import staff_named

    async def work(connection: AsyncConnection, desk: Desk) -> Compiled:
        actor = await staff_named(connection, by, desk.policies.current) if by is not None else None
        return await compile_dossier(connection, desk, case, actor)

    if out.is_dir() or not out.absolute().parent.is_dir():
        raise typer.BadParameter("name a file in a folder that exists", param_hint="--out")
    compiled = in_office(work)
    out.write_bytes(render(dossier_paper(compiled)))
    typer.echo(f"The dossier of case {compiled.facts.number} is in {out}. 工单档案已生成。")
    if not compiled.verdict.sound:
        typer.echo("THE LEDGER OF THIS CASE WAS TAMPERED WITH. 该工单台账被改动。", err=True)
        raise typer.Exit(1)
