"""redress rulebook: the centre's policy, and changing it by four eyes."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.commands.acting import act_as

app = typer.Typer(
    help="The rulebook: check, show, diff; propose, approve, reject, history. 规则手册。", no_args_is_help=True
)
Which = Annotated[
    str | None,
    typer.Argument(
        help="A TOML file, a folder with default.toml and taxonomy.toml, a hash (or its beginning), shipped."
    ),
]
By = Annotated[str, typer.Option("--by", help="Who does this: a member of staff; it is on record.")]
Hash = Annotated[str, typer.Argument(help="The hash of the proposed rulebook, or at least its first 8 signs.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept under seal, shown by history.")]
SHORT = 12


@app.command()
def check(
    source: Annotated[
        Path | None,
        typer.Argument(help="A TOML file, or a folder with default.toml, taxonomy.toml …; left out: the shipped one."),
    ] = None,
) -> None:
    """Validate a rulebook; every mistake in a sentence, exit 1 if there is one."""
    from flows.rulebook.loading import load, read

    policy = load(read(source))
    typer.echo(f"{policy.rulebook.name}: in order, hash {policy.hash[:SHORT]}. 规则手册有效。")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write; it must not exist yet.")],
) -> None:
    """Write the shipped rulebook as one TOML file, with the source of each default noted beside it."""
    from flows.rulebook.loading import in_one_file

    with file.open("x", encoding="utf-8") as new:
        new.write(in_one_file())
    typer.echo(f"Wrote {file}. Change it, then: redress rulebook check {file}; redress rulebook diff {file}")


@app.command()
def show(
    which: Which = None,
    as_json: Annotated[bool, typer.Option("--json", help="As stored, with the whole taxonomy.")] = False,
) -> None:
    """Every setting of a rulebook with its meaning and its source; left out: the one in force."""
    from flows.rulebook.loading import content_hash, load, read
    from flows.rulebook.telling import settings

    content = _content(which)
    book = json.loads(content)
    if as_json:
        typer.echo(json.dumps(book, ensure_ascii=False, indent=2))
        return
    policy = load(content)
    console = Console()
    console.print(f"[bold]{escape(policy.rulebook.name)}[/bold]  hash {content_hash(content)}", soft_wrap=True)
    section = ""
    for one in settings(book, json.loads(read())):
        if one.path[0] != section and len(one.path) > 1:
            section = one.path[0]
            console.print(f"\n[bold]{section}[/bold]")
        value = one.value.en if one.value.en == one.value.zh else f"{one.value.en} · {one.value.zh}"
        console.print(f"  {escape(' › '.join(one.path[1:] or one.path))} = {escape(value)}", soft_wrap=True)
        means = " · ".join(said for said in (one.meaning.en, one.meaning.zh) if said)
        source = f"  {one.source}" if one.source else ""
        console.print(f"      [dim]{escape(means + source)}[/dim]", soft_wrap=True)
    signs = len(policy.rulebook.taxonomy.signs)
    console.print(f"\n{signs} signs tell what a text says: redress rulebook show --json. 分类特征 {signs} 个。")


@app.command()
def diff(
    new: Annotated[str, typer.Argument(help="A file, a folder, a hash or its beginning, shipped.")],
    old: Annotated[str | None, typer.Argument(help="The same; left out: the one in force.")] = None,
) -> None:
    """What differs from OLD to NEW, setting by setting, in words. Both must be in order."""
    from flows.rulebook.differences import differences
    from flows.rulebook.loading import load

    contents = [_content(old), _content(new)]
    for content in contents:
        load(content)
    found = differences(*(json.loads(content) for content in contents))
    for one in found:
        typer.echo(" › ".join(one.path))
        if one.meaning.en or one.meaning.zh:
            typer.echo(f"    {one.meaning.en} · {one.meaning.zh}")
        typer.echo(f"    {one.change.en}\n    {one.change.zh}")
    typer.echo(f"{len(found)} differences. 共 {len(found)} 处不同。" if found else "No difference. 没有不同。")


@app.command()
def propose(source: Annotated[Path, typer.Argument(help="A TOML file, or a folder.")], by: By, reason: Why) -> None:
    """Propose a rulebook in place of the one in force; somebody else approves it."""
    from flows.rulebook.changing import propose as work
    from flows.rulebook.loading import read

    content = read(source)
    done = act_as(by, lambda connection, desk, actor: work(connection, desk, content, actor, reason))
    short = done.hash[:SHORT]
    typer.echo(f"Proposed {short}. Somebody else: redress rulebook approve {short} --by NAME. 已提议，待他人批准。")


@app.command()
def approve(
    hash_: Hash,
    by: By,
    remark: Annotated[str | None, typer.Option("--remark", help="A word on it; kept under seal.")] = None,
) -> None:
    """Put a proposed rulebook in force; never by who proposed it. Running processes take it up by themselves."""
    from flows.rulebook.changing import approve as work

    done = act_as(by, lambda connection, desk, actor: work(connection, desk, hash_, actor, remark))
    typer.echo(f"{done.hash[:SHORT]} is in force; open cases are told of it by the workers. 已生效。")


@app.command()
def reject(hash_: Hash, by: By, reason: Why) -> None:
    """Turn a proposed rulebook down; who proposed it may take it back so."""
    from flows.rulebook.changing import reject as work

    done = act_as(by, lambda connection, desk, actor: work(connection, desk, hash_, actor, reason))
    typer.echo(f"{done.hash[:SHORT]} is rejected. 已驳回。")


@app.command()
def history(limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50) -> None:
    """Who proposed which rulebook when and why, who decided, and which is in force."""
    from deployments.office import in_office
    from flows.rulebook.changing import history as work
    from flows.rulebook.store import in_force

    async def both(connection: Any, desk: Any) -> Any:
        return await work(connection, desk, limit), await in_force(connection)

    rows, current = in_office(both, reads=True)
    table = Table("rulebook", "in place of", "state 状态", "proposed 提议", "decided 决定", "why 原因")
    for row in rows:
        state = "in force 执行中" if row["hash"] == current and row["state"] == "adopted" else row["state"]
        why = " / ".join(said for said in (row["reason"], row["remark"]) if said)
        proposed = f"{row['proposer']} {row['proposed_at']:%Y-%m-%d %H:%M}"
        decided = f"{row['decider']} {row['decided_at']:%Y-%m-%d %H:%M}" if row["decided_at"] else "—"
        table.add_row(row["hash"][:SHORT], (row["base"] or "—")[:SHORT], state, proposed, decided, escape(why))
    Console().print(table)
    typer.echo(f"In force: {current}. 现行版本。")


def _content(which: str | None) -> str:
    """The rulebook meant, as stored: a file or folder, the shipped one, or one of the database."""
    from deployments.office import in_office
    from flows.rulebook.loading import RulebookError, read
    from flows.rulebook.store import content_in_force, content_of

    if which == "shipped":
        return read()
    if which is not None and Path(which).exists():
        return read(Path(which))
    if which is None:
        return in_office(lambda connection, desk: content_in_force(connection), reads=True)
    found = in_office(lambda connection, desk: content_of(connection, which), reads=True)
    if found is None:
        raise RulebookError("there is no such file, and no single rulebook whose hash begins so")
    return found
