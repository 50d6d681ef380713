"""The command line `redress`. A new command is a module in deployments/commands and one line here."""

import sys

import typer
from pydantic import ValidationError

from deployments.commands import settings, up, version
from deployments.errors import StackError

commands = typer.Typer(
    name="redress",
    help="Case management for logistics customer-service centres. 物流客户服务中心工单系统。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
commands.command("up")(up.up)
commands.command("settings")(settings.settings)
commands.command("version")(version.version)


def app() -> None:
    """The entry point: a mistake of whoever calls gets its sentence and a non-zero exit, never a traceback."""
    try:
        commands()
    except StackError as error:
        sys.exit(f"redress: {error}")
    except ValidationError as error:
        sys.exit("redress: " + "; ".join(_sentence(str(e["loc"][0]), e["msg"]) for e in error.errors()))
    except KeyboardInterrupt:
        sys.exit(130)


def _sentence(name: str, message: str) -> str:
    variable = name if name.isupper() else f"REDRESS_{name.upper()}"
    return f"{variable}: {message.removeprefix('Value error, ')}"
