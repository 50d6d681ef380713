"""redress rulebook: the centre's policy."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The rulebook: check, show. 规则手册。", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder with default.toml, taxonomy.toml, permissions.toml."),
    ] = None,
) -> None:
    """Validate a rulebook; every mistake in a sentence, exit 1 if there is one."""
    from flows.rulebook.loading import load, read

    policy = load(read(folder))
    typer.echo(f"{policy.rulebook.name}: in order, hash {policy.hash[:12]}. 规则手册有效。")


@app.command()
def show() -> None:
    """Print the rulebook in force, as stored."""
    import json

    from deployments.office import in_office
    from flows.rulebook.store import content_in_force

    content = in_office(lambda connection, desk: content_in_force(connection), reads=True)
    typer.echo(json.dumps(json.loads(content), ensure_ascii=False, indent=2))
