"""redress classes: ABC(D), who counts how much."""

import json
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deployments.commands.acting import act_as
from models.values.vocabulary import CustomerClass

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from flows.acts.perform import Desk
    from models.values.case import StaffFacts
    from models.values.classes import Grown, Period, Snapshot, Value

app = typer.Typer(help="Classes of customers: compute, override, growth, value. 客户分类。", no_args_is_help=True)

From = Annotated[str, typer.Option("--from", metavar="DATE", help="First day, as 2024-01-01; it counts.")]
To = Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, as 2024-12-31; it counts.")]
Currency = Annotated[str | None, typer.Option(help="Such as CNY; the only one of the period, if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.command()
def compute(
    first: From,
    last: To,
    basis: Annotated[str | None, typer.Option(help="amount or profit; the rulebook's, if left out.")] = None,
    currency: Currency = None,
    as_json: AsJson = False,
) -> None:
    """Rank the customers of a period and store their classes; ties go by customer number, ascending as text."""
    from deployments.office import in_office
    from flows.classing.computing import Wanted, basis_named
    from flows.classing.computing import compute as computed

    period = _period(first, last)

    async def work(connection: "AsyncConnection", desk: "Desk") -> "Snapshot":
        policy = desk.policies.current.rulebook.classes
        wanted = Wanted(period, basis_named(basis) if basis else policy.basis, _currency(currency))
        return await computed(connection, wanted, policy)

    snapshot = in_office(work)
    if as_json:
        typer.echo(json.dumps(_figures(snapshot)))
    else:
        _show(snapshot)


@app.command()
def growth(
    snapshot: Annotated[int | None, typer.Option(min=1, max=2**31 - 1, help="The last computed, if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Customers in C who can grow to B: their amount beside that of the period before."""
    from deployments.office import in_office
    from flows.classing.growth import growth as grown
    from flows.classing.reading import snapshot_of

    async def work(connection: "AsyncConnection", desk: "Desk") -> "list[Grown]":
        return await grown(connection, await snapshot_of(connection, snapshot), desk.policies.current.rulebook.classes)

    listed = in_office(work, reads=True)
    if as_json:
        typer.echo(json.dumps([_plain(vars(one)) for one in listed], ensure_ascii=False))
        return
    table = Table("customer 客户")
    for head in ("amount 本期", "before 上期", "increase 增加", "factor 倍数", "to B 距 B 类"):
        table.add_column(head, justify="right", overflow="fold")
    for one in listed:
        shown = (one.amount, one.before, one.increase, one.factor, "—" if one.to_b is None else one.to_b)
        table.add_row(one.customer, *(f"{figure:,}" if figure != "—" else "—" for figure in shown))
    Console().print(table)


@app.command()
def value(customer: Annotated[str, typer.Argument(help="The customer's number.")], first: From, last: To) -> None:
    """A customer's value in a period: amount less cost, where the profit is known."""
    from deployments.office import in_office
    from flows.classing.overrides import customer_named
    from flows.classing.value import METHOD, values_of

    period = _period(first, last)

    async def work(connection: "AsyncConnection", desk: "Desk") -> "dict[str, Value]":
        id_ = await customer_named(connection, customer)
        return (await values_of(connection, [id_], period))[id_]

    table = Table("currency", "amount 金额", "cost 成本", "value 价值", "shipments 票数", "of known profit 已知利润")
    for name, found in in_office(work, reads=True).items():
        worth = ("not measured 未测" if one is None else f"{one:,}" for one in (found.cost, found.value))
        table.add_row(name, f"{found.amount:,}", *worth, str(found.lines), str(found.measured))
    Console().print(table)
    typer.echo(METHOD)


@app.command()
def override(
    customer: Annotated[str, typer.Argument(help="The customer's number.")],
    customer_class: Annotated[CustomerClass, typer.Argument(metavar="CLASS", case_sensitive=False)],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads it later.")],
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day it holds.")],
    by: Annotated[str, typer.Option(help="Who decides it, by name: a supervisor or above.")],
) -> None:
    """Give a customer another class until a day; cases received until then take it."""
    from flows.classing.overrides import Override
    from flows.classing.overrides import override as overridden

    given = Override(customer, customer_class, reason, _day(until, "--until"))

    async def work(connection: "AsyncConnection", desk: "Desk", actor: "StaffFacts") -> int:
        today = _today(await desk.clock.now(connection))
        return await overridden(connection, given, actor, desk.policies.current.rulebook.classes, today)

    id_ = act_as(by, work)
    typer.echo(f"Override {id_}: {customer} is in class {customer_class} until {until}. 已设定。")


@app.command()
def overrides() -> None:
    """Every override that has not ended."""
    from deployments.office import in_office
    from flows.classing import overrides as all_

    async def work(connection: "AsyncConnection", desk: "Desk") -> Any:
        return await all_.overrides(connection, _today(await desk.clock.now(connection)))

    table = Table("id", "customer 客户", "class 等级", "until 至", "by", "reason 原因")
    for row in in_office(work, reads=True):
        shown = (row["id"], row["code"], row["customer_class"], row["until"], row["name"], row["reason"])
        table.add_row(*map(str, shown))
    Console().print(table)


def _figures(snapshot: "Snapshot") -> dict[str, Any]:
    """Amounts as numbers with their cents; shares from 0 to 1."""
    return {
        "n": snapshot.n,
        "classes": {
            name: {"customers": held.customers, "amount": float(held.amount), "share": held.share}
            for name, held in snapshot.classes.items()
        },
    }


def _show(snapshot: "Snapshot") -> None:
    from flows.rules.classes import check

    title = (
        f"snapshot {snapshot.id}: {snapshot.period}, {snapshot.basis} in {snapshot.currency}, {snapshot.n} customers"
    )
    table = Table("class 等级", title=title)
    for head in ("customers 客户数", "amount 金额", "share 占比"):
        table.add_column(head, justify="right", overflow="fold")
    table.add_column("expected 预期", overflow="fold")
    for one in check(snapshot.classes, snapshot.expected):
        held = snapshot.classes[one.customer_class]
        bounds = "—" if one.low is None else f"{one.low:.0%} – {one.high:.0%}"
        verdict = {None: "", True: " ✓", False: " ✗ 不符"}[one.met]
        held_share = "—" if one.share is None else f"{one.share:.2%}"
        table.add_row(one.customer_class, str(held.customers), f"{held.amount:,}", held_share, bounds + verdict)
    Console().print(table)
    if snapshot.unmeasured:
        typer.echo(f"{snapshot.unmeasured} transactions have no profit and count as 0.")


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: one if one is None or isinstance(one, str) else float(one) for name, one in figures.items()}


def _period(first: str, last: str) -> "Period":
    from models.values.classes import Period

    return Period(_day(first, "--from"), _day(last, "--to"))


def _day(said: str, option: str) -> date:
    from flows.classing.errors import ClassesError

    with suppress(ValueError):
        day = date.fromisoformat(said)
        if day.isoformat() == said:
            return day
    raise ClassesError(f"{option} must be a date such as 2024-12-31")


def _currency(said: str | None) -> str | None:
    from flows.classing.errors import ClassesError

    if said is not None and not (len(said) == 3 and said.isascii() and said.isalpha()):
        raise ClassesError("--currency must be three letters such as CNY")
    return said.upper() if said else None


def _today(now: Any) -> date:
    from models.values.calendar import SHANGHAI

    today: date = now.astimezone(SHANGHAI).date()
    return today
