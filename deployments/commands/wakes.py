"""redress wakes: what waits, what is due, what is held."""

import typer
from rich.console import Console
from rich.table import Table


def wakes() -> None:
    """How many cases are due, held by a leg, waiting for a time, quarantined; and the oldest that is due."""
    from sqlalchemy.ext.asyncio import AsyncConnection

    from deployments.office import in_office
    from flows.acts.perform import Desk
    from flows.legs.waiting import Waiting, waiting

    async def work(connection: AsyncConnection, desk: Desk) -> Waiting:
        return await waiting(connection, await desk.clock.now(connection))

    found = in_office(work, reads=True)
    table = Table("wakes", "cases")
    for name, count in (
        ("due now 到期", found.due),
        ("held by a leg 处理中", found.held),
        ("waiting for a time 待时", found.later),
        ("quarantined 隔离", found.quarantined),
        ("done 完结", found.never),
    ):
        table.add_row(name, str(count))
    Console().print(table)
    if found.oldest_due is not None:
        typer.echo(f"oldest due since {found.oldest_due:%Y-%m-%d %H:%M:%S %Z}")
    if found.next_due is not None:
        typer.echo(f"next due at {found.next_due:%Y-%m-%d %H:%M:%S %Z}")
