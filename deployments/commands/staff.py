"""redress staff: who works here, what they can do, when they are on duty, when they are away."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from models.values.people_terms import AbsenceReason, Role

app = typer.Typer(
    help="Staff and systems: add, list, change, absent, present, absences, back, leave. 员工。", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The name shown on every act.")]
Unit = Annotated[str | None, typer.Option(help="The unit, by its code in the rulebook.")]
Skills = Annotated[
    list[str] | None, typer.Option("--skill", help="A category or business line; repeat it for more. None: everything.")
]
Languages = Annotated[list[str] | None, typer.Option("--language", help="By ISO 639 code; repeat it for more.")]
Hours = Annotated[
    list[str] | None,
    typer.Option(
        "--shift", help="'mon-fri 08:00-17:00', 'sat,sun 20:00-08:00'; repeat it for more. None: on duty at any hour."
    ),
]
Calendar = Annotated[
    str, typer.Option(help="The calendar of the rulebook whose days the shift works; `centre` is every day.")
]
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
From = Annotated[datetime | None, typer.Option("--from", formats=FORMATS, help="A day or a moment, Shanghai time.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=FORMATS, help="The day or moment of the return.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The name shown on every act; unique.")],
    role: Annotated[Role, typer.Option(help="What he or she does; `channel` is a system that brings cases in.")],
    unit: Unit = None,
    skill: Skills = None,
    language: Languages = None,
    shift: Hours = None,
    calendar: Calendar = "centre",
    capacity: Annotated[int, typer.Option(min=0, max=10_000, help="Open cases at once.")] = 20,
) -> None:
    """Add a member of staff, or a system with the role `channel`."""
    from deployments.office import in_office
    from flows.roster import Terms, check
    from flows.staffing import NewStaff, add_staff
    from models.values.shift import parsed

    hours = parsed(shift, calendar) if shift else None
    new = NewStaff(name, role, unit, tuple(skill or ()), capacity, tuple(language or ()), hours)

    async def work(connection: Any, desk: Any) -> int:
        check(Terms(unit, new.skills, new.languages, calendar), desk.policies.current)
        return await add_staff(connection, new)

    id_ = in_office(work)
    typer.echo(f"Added {name} ({role}) as staff {id_}. Next: redress token create '{name}'")


@app.command()
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    unit: Unit = None,
    skill: Skills = None,
    language: Languages = None,
    shift: Hours = None,
    calendar: Calendar = "centre",
    capacity: Annotated[int | None, typer.Option(min=0, max=10_000, help="Open cases at once.")] = None,
    clear: Annotated[
        list[str] | None, typer.Option(help="Take away: unit, skills, languages or shift; repeat it for more.")
    ] = None,
) -> None:
    """Change what is known of somebody; what is left out stays."""
    from deployments.office import in_office
    from flows.roster import Terms, check
    from flows.roster import change as work
    from models.values.shift import parsed

    empty: dict[str, Any] = {"unit": None, "skills": [], "languages": [], "shift": None}
    if unknown := [one for one in clear or () if one not in empty]:
        raise typer.BadParameter(f"{unknown[0]!r} cannot be cleared; write {', '.join(empty)}")
    said: dict[str, Any] = {"role": role, "unit": unit, "skills": skill, "languages": language, "capacity": capacity}
    said["shift"] = parsed(shift, calendar).stored() if shift else None
    values = {one: empty[one] for one in clear or ()} | {key: value for key, value in said.items() if value is not None}
    if not values:
        raise typer.BadParameter("say what is to change")

    async def do(connection: Any, desk: Any) -> None:
        check(Terms(unit, tuple(skill or ()), tuple(language or ()), calendar), desk.policies.current)
        await work(connection, name, values)

    in_office(do)
    typer.echo(f"{name}: changed {', '.join(values)}.")


@app.command(name="list")
def list_() -> None:
    """Everybody who works here, and whether he is there now."""
    from deployments.office import in_office
    from flows.roster import list_staff
    from models.values.shift import stored_shift

    async def work(connection: Any, desk: Any) -> Any:
        return await list_staff(connection, desk.policies.current, await desk.clock.now(connection))

    columns = ("id", "name 姓名", "role 角色", "unit 单位", "skills 技能", "shift 班次", "load 在办", "present 在岗")
    table = Table(*columns)
    for row in in_office(work, reads=True):
        skills = ", ".join([*row["skills"], *row["languages"]]) or "all"
        there = "left" if row["left_at"] else "yes" if row["present"] else "no"
        shown = (row["id"], row["name"], row["role"], row["unit"] or "—", skills)
        shift = str(stored_shift(row["shift"]) or "any hour")
        table.add_row(*map(str, shown), shift, f"{row['load']}/{row['capacity']}", there)
    Console().print(table)


@app.command()
def absent(
    name: Name,
    begins: From = None,
    until: Until = None,
    reason: Annotated[AbsenceReason | None, typer.Option(help="Why.")] = None,
    deputy: Annotated[str | None, typer.Option(help="Who has his cases meanwhile, by name.")] = None,
) -> None:
    """Somebody is away and gets no new cases: from now on if no beginning is said, until further notice if no end."""
    from deployments.office import in_office
    from flows.roster import add_absence
    from models.values.calendar import SHANGHAI
    from models.values.shift import Absence

    first, last = (one.replace(tzinfo=SHANGHAI) if one else None for one in (begins, until))

    async def work(connection: Any, desk: Any) -> int:
        span = Absence(first or await desk.clock.now(connection), last)
        return await add_absence(connection, name, span, reason, deputy)

    id_ = in_office(work)
    typer.echo(f"{name}: absent {_span(first, last)} (absence {id_}).")


@app.command()
def present(name: Name) -> None:
    """Somebody is back: every absence that has begun ends now."""
    from deployments.office import in_office
    from flows.staffing import set_presence

    async def work(connection: Any, desk: Any) -> None:
        await set_presence(connection, name, True, await desk.clock.now(connection))

    in_office(work)
    typer.echo(f"{name}: present")


@app.command()
def absences() -> None:
    """Who is away, or will be."""
    from deployments.office import in_office
    from flows.roster import list_absences
    from models.values.calendar import SHANGHAI

    async def work(connection: Any, desk: Any) -> Any:
        return await list_absences(connection, await desk.clock.now(connection))

    table = Table("id", "name 姓名", "when 时间", "reason 原因", "deputy 代理人")
    for row in in_office(work, reads=True):
        first, last = (row[one].astimezone(SHANGHAI) if row[one] else None for one in ("begins", "until"))
        table.add_row(str(row["id"]), row["name"], _span(first, last), row["reason"] or "—", row["deputy"] or "—")
    Console().print(table)


@app.command()
def back(
    absence: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="From `redress staff absences`.")],
) -> None:
    """Call one absence off, or end it early."""
    from deployments.office import in_office
    from flows.roster import end_absence

    async def work(connection: Any, desk: Any) -> None:
        await end_absence(connection, absence, await desk.clock.now(connection))

    in_office(work)
    typer.echo(f"Absence {absence} is over.")


@app.command()
def leave(name: Name) -> None:
    """Somebody does not work here any more: no new cases, every token revoked. What he did stays on his name."""
    from deployments.office import in_office
    from flows.roster import leave as work

    async def do(connection: Any, desk: Any) -> int:
        return await work(connection, name, await desk.clock.now(connection))

    typer.echo(f"{name} has left; {in_office(do)} tokens are revoked.")


def _span(first: datetime | None, last: datetime | None) -> str:
    begins = f"from {first:%Y-%m-%d %H:%M}" if first else "from now on"
    return f"{begins} until {last:%Y-%m-%d %H:%M}" if last else f"{begins}, until further notice"
