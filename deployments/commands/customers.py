"""redress customers: one identity per customer. Nothing personal is printed or taken from the command line."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deployments.commands.acting import act_as

app = typer.Typer(
    help="Customers: show, merge, unmerge, duplicates, correct, stale, erase. 客户档案。", no_args_is_help=True
)
Code = Annotated[str, typer.Argument(help="The customer's number in the firm's systems (customer_id of the import).")]
By = Annotated[str, typer.Option("--by", help="Who decides this: a member of staff; it is on record.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept under seal.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many lines.")]


@app.command()
def show(code: Code) -> None:
    """A customer's record, masked. That it was read is on record."""
    from sqlalchemy import true

    from deployments.office import in_office
    from flows.customers.auditing import note
    from flows.customers.family import by_code
    from flows.customers.profile import profile
    from flows.papers.masking import mask_name, mask_phone
    from models.values.people_terms import AccessKind

    async def work(connection: Any, desk: Any) -> Any:
        found = await profile(connection, desk, await by_code(connection, code), true())
        await note(connection, None, AccessKind.READ, found.id, await desk.clock.now(connection))
        return found

    found = in_office(work)
    record = found.record
    table = Table(show_header=False, title=f"{record['code']} (id {found.id})")
    flags = [name for name in ("prospect", "do_not_call") if record[name]]
    flags += ["erased"] if record["erased_at"] else []
    table.add_row("name 姓名", mask_name(found.name) or "—")
    table.add_row("phones 电话", ", ".join(mask_phone(phone) or "" for phone in found.phones) or "—")
    table.add_row("class 等级", found.customer_class or "none")
    table.add_row("merged records 已合并", ", ".join(found.codes[1:]) or "—")
    table.add_row("flags", ", ".join(flags) or "—")
    table.add_row("record", ("STALE: " if found.staleness.stale else "fresh: ") + found.staleness.why.en)
    table.add_row("orders 订单", str(found.orders_in_all))
    still = sum(one.closed_at is None for one, _ in found.cases)
    table.add_row("cases 工单", f"{still} open, {len(found.cases) - still} earlier; {len(found.promises)} promises")
    for one in found.indicators:
        value = f"{one.value} {one.unit} (of {one.of})" if one.value is not None else f"not measured: {one.missing.en}"
        table.add_row(f"{one.name} {one.zh}", f"{value}. {one.method.en}")
    Console().print(table)


@app.command()
def merge(
    code: Code,
    into: Annotated[str, typer.Option("--into", help="The record that stands from now on.")],
    by: By,
    reason: Why,
) -> None:
    """Two records are one customer. Nothing is moved, so that `unmerge` gives back exactly what there was."""
    from flows.customers.merging import merge as work

    act_as(by, lambda connection, desk, actor: work(connection, desk, code, into, actor, reason, _wait))
    typer.echo(f"{code} is {into} from now on. Undo: redress customers unmerge {code}")


@app.command()
def unmerge(code: Code, by: By, reason: Why) -> None:
    """Undo a merge: the record stands for itself again, with everything it had."""
    from flows.customers.merging import unmerge as work

    act_as(by, lambda connection, desk, actor: work(connection, desk, code, actor, reason, _wait))
    typer.echo(f"{code} stands for itself again.")


@app.command()
def duplicates(limit: Most = 50) -> None:
    """Pairs of customers that an import found to share a phone."""
    from deployments.office import in_office
    from flows.customers.merging import duplicates as work

    table = Table("customer 客户", "shares a phone with 共用电话", "found")
    for row in in_office(lambda connection, desk: work(connection, limit), reads=True):
        table.add_row(row["code"], row["of"], f"{row['found_at']:%Y-%m-%d}")
    Console().print(table)


@app.command()
def correct(
    code: Code,
    by: By,
    name: Annotated[bool, typer.Option("--name", help="Ask for the right name.")] = False,
    add_phone: Annotated[bool, typer.Option("--add-phone", help="Ask for a phone to add.")] = False,
    remove_phone: Annotated[bool, typer.Option("--remove-phone", help="Ask for a phone to remove.")] = False,
    line: Annotated[str | None, typer.Option(help="The business line.")] = None,
    branch: Annotated[str | None, typer.Option(help="The branch.")] = None,
) -> None:
    """Put a record right; without options it is marked as verified. Personal data is asked for, not an argument."""
    from flows.customers.correcting import Correction
    from flows.customers.correcting import correct as work
    from flows.customers.family import by_code

    said = Correction(
        name=typer.prompt("name 姓名") if name else None,
        add_phones=(typer.prompt("phone to add 新增电话"),) if add_phone else (),
        remove_phones=(typer.prompt("phone to remove 删除电话"),) if remove_phone else (),
        line=line,
        branch=branch,
    )

    async def do(connection: Any, desk: Any, actor: Any) -> None:
        await work(connection, desk, actor, await by_code(connection, code), said)

    act_as(by, do)
    typer.echo(f"{code} is verified as of today.")


@app.command()
def stale(limit: Most = 50) -> None:
    """Records without an order, a case or a verification for longer than the rulebook's bound."""
    from deployments.office import in_office
    from flows.customers.stale import stale_records
    from models.values.calendar import SHANGHAI

    async def work(connection: Any, desk: Any) -> Any:
        today = (await desk.clock.now(connection)).astimezone(SHANGHAI).date()
        return await stale_records(connection, desk.policies.current.rulebook.customers, today, limit)

    rows = in_office(work, reads=True)
    table = Table("customer 客户", "last sign of life 最近活动")
    for row in rows:
        table.add_row(row["code"], str(row["since"]))
    Console().print(table)
    typer.echo(f"{rows[0]['in_all'] if rows else 0} stale records. Verify: redress customers correct CODE --by NAME")


@app.command()
def erase(
    code: Code,
    by: By,
    reason: Why,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what is personal, for good: shipments stay under an anonymous code, the ledger still verifies."""
    from flows.customers.erasing import erase as work

    if not yes:
        typer.confirm(f"Erase {code} and every record merged with it? This cannot be undone", abort=True)
    done = act_as(by, lambda connection, desk, actor: work(connection, desk, code, actor, reason, _wait))
    typer.echo(f"Erased. Shipments stand under {', '.join(done.codes)}; {done.cases} cases lost {done.events} texts.")


def _wait(line: str) -> None:
    typer.echo(line, err=True)
