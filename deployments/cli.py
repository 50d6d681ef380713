"""The command line `redress`. A new command is a module in deployments/commands and one line here."""

import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError

from deployments.commands import (
    bench,
    classes,
    classifier,
    customers,
    demo,
    dossier,
    importing,
    ledger,
    migrate,
    notices,
    quarantine,
    revisit,
    rulebook,
    settings,
    staff,
    token,
    up,
    version,
    wakes,
)

OWN = ("models", "flows", "api", "deployments")
"""Exceptions of our own carry a sentence for whoever caused them."""

commands = typer.Typer(
    name="redress",
    help="Case management for logistics customer-service centres. 物流客户服务中心工单系统。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
commands.command("up")(up.up)
commands.command("demo")(demo.demo)
commands.command("settings")(settings.settings)
commands.command("migrate")(migrate.migrate)
commands.command("version")(version.version)
commands.command("bench")(bench.bench)
commands.command("wakes")(wakes.wakes)
commands.command("dossier")(dossier.dossier)
commands.add_typer(staff.app, name="staff")
commands.add_typer(token.app, name="token")
commands.add_typer(rulebook.app, name="rulebook")
commands.add_typer(classifier.app, name="classifier")
commands.add_typer(classes.app, name="classes")
commands.add_typer(revisit.app, name="revisit")
commands.add_typer(ledger.app, name="ledger")
commands.add_typer(quarantine.app, name="quarantine")
commands.add_typer(notices.app, name="notices")
commands.add_typer(importing.app, name="import")
commands.add_typer(customers.app, name="customers")


def app() -> None:
    """The entry point: a mistake gets its sentence and a non-zero exit, a traceback means a defect."""
    try:
        commands()
    except (OperationalError, InterfaceError) as error:
        sys.exit(f"redress: the database does not answer: {error.orig}")
    except OSError as error:
        sys.exit(f"redress: {error}")
    except ValidationError as error:
        sys.exit("redress: " + "; ".join(_sentence(e["loc"], e["msg"]) for e in error.errors()))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in OWN:
            raise
        sys.exit(f"redress: {error}")


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    """What is wrong with several settings together has no place."""
    said = message.removeprefix("Value error, ")
    if not place:
        return said
    name = str(place[0])
    return f"{name if name.isupper() else f'REDRESS_{name.upper()}'}: {said}"
