"""redress token: who may call the API. A token is shown once; only its digest is stored."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="Tokens of staff and systems: create, list, expire, revoke. 令牌。", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="A member of staff or a system (`redress staff list`).")],
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Ends after so many days; never, if left out.")
    ] = None,
) -> None:
    """Print a new token, once, on standard output."""
    from deployments.office import in_office
    from flows.staffing import create_token

    typer.echo(in_office(lambda connection, desk: create_token(connection, name, days)))


@app.command(name="list")
def list_() -> None:
    """All tokens, without the tokens themselves."""
    from deployments.office import in_office
    from flows.staffing import list_tokens

    table = Table("id", "name 姓名", "role 角色", "state 状态", "created", "expires", "revoked")
    for row in in_office(lambda connection, desk: list_tokens(connection), reads=True):
        moments = (row[name] for name in ("created_at", "expires_at", "revoked_at"))
        table.add_row(
            *(str(row[name]) for name in ("id", "name", "role", "state")),
            *(f"{one:%Y-%m-%d %H:%M}" if one else "—" for one in moments),
        )
    Console().print(table)


TokenId = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="From `redress token list`.")]


@app.command()
def expire(
    token_id: TokenId,
    days: Annotated[int, typer.Option(min=0, max=3650, help="Ends after so many days from now; 0: at once.")],
) -> None:
    """Give a token that still works an end, or another one."""
    from deployments.office import in_office
    from flows.staffing import expire_token

    in_office(lambda connection, desk: expire_token(connection, token_id, days))
    typer.echo(f"Token {token_id} ends in {days} days.")


@app.command()
def revoke(token_id: TokenId) -> None:
    """End a token; it works for no longer than a second."""
    from deployments.office import in_office
    from flows.staffing import revoke_token

    in_office(lambda connection, desk: revoke_token(connection, token_id))
    typer.echo(f"Token {token_id} is revoked.")
