"""redress staff: who works here."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from models.values.vocabulary import Role

app = typer.Typer(help="Staff and systems: add, list, absent, present. 员工。", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The name shown on every act; unique.")],
    role: Annotated[Role, typer.Option(help="What he or she does; `channel` is a system that brings cases in.")],
    unit: Annotated[str | None, typer.Option(help="The unit, by its code in the rulebook.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="A category or business line; repeat it for more.")] = None,
    capacity: Annotated[int, typer.Option(min=0, max=10_000, help="Open cases at once.")] = 20,
) -> None:
    """Add a member of staff, or a system with the role `channel`."""
    from deployments.office import in_office
    from flows.staffing import NewStaff, add_staff

    new = NewStaff(name, role, unit, tuple(skill or ()), capacity)
    id_ = in_office(lambda connection, desk: add_staff(connection, new))
    typer.echo(f"Added {name} ({role}) as staff {id_}. Next: redress token create '{name}'")


@app.command(name="list")
def list_() -> None:
    """Everybody who works here."""
    from deployments.office import in_office
    from flows.staffing import list_staff

    table = Table("id", "name 姓名", "role 角色", "unit 单位", "skills 技能", "capacity 容量", "present 在岗")
    for row in in_office(lambda connection, desk: list_staff(connection), reads=True):
        shown = (row["id"], row["name"], row["role"], row["unit"] or "—", ", ".join(row["skills"]) or "all")
        table.add_row(*map(str, shown), str(row["capacity"]), "yes" if row["present"] else "no")
    Console().print(table)


@app.command()
def absent(name: str) -> None:
    """Give somebody no new cases; what he has goes to others when he stays away longer than the rulebook says."""
    _present(name, False)


@app.command()
def present(name: str) -> None:
    """Give somebody new cases again."""
    _present(name, True)


def _present(name: str, is_present: bool) -> None:
    from deployments.office import in_office
    from flows.staffing import set_presence

    in_office(lambda connection, desk: set_presence(connection, name, is_present))
    typer.echo(f"{name}: {'present' if is_present else 'absent'}")
