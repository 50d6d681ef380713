"""redress migrate: the schema, once before the other parts of an upgrade. `redress up` does it by itself."""

import asyncio
from typing import Annotated

import typer


def migrate(
    beside: Annotated[
        str | None, typer.Option(help="Also make an empty database of this name on that server: prefect.")
    ] = None,
) -> None:
    """Make the database of REDRESS_DATABASE_URL when there is none, and bring it to the newest schema."""
    from deployments import databases
    from flows.legs.resources import needed
    from models.settings import Settings

    url = needed(Settings().database_url, "REDRESS_DATABASE_URL")

    async def work() -> None:
        for one in (url, *([databases.beside(url, beside)] if beside else ())):
            await databases.ensure(one)
        await databases.migrate(url)

    asyncio.run(work())
    typer.echo("The database has the newest schema. 数据库已是最新结构。")
