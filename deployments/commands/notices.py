"""redress notices: what was told to whom, how far it came, and who wants to be told."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from flows.notices.reading import NoticeState
from models.values.notice_terms import NoticeChannel, NoticeKind
from models.values.people_terms import Role

app = typer.Typer(help="Notices: list, show, replay; subscriptions. 通知。", no_args_is_help=True)


@app.command(name="list")
def list_(
    state: Annotated[NoticeState | None, typer.Option(help="Only those.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """The newest notices and how far each came; never what they say."""
    from deployments.office import in_office
    from flows.notices import reading
    from models.notice import notices

    wanted = [reading.CONDITIONS[state]] if state else []
    wanted += [notices.c.kind == kind] if kind else []
    found = in_office(
        lambda connection, desk: reading.list_notices(connection, desk.seal, wanted, None, limit), reads=True
    )
    table = Table("notice 通知", "kind 种类", "case 工单", "to 收件", "state 状态", "at", "error 错误")
    for one in found:
        row = one.row
        to = row["to_unit"] or row["to_role"] or (f"staff {row['to_staff']}" if row["to_staff"] else "subscribers")
        at = f"{row['delivered_at'] or row['failed_at'] or row['created_at']:%Y-%m-%d %H:%M}"
        table.add_row(str(row["id"]), row["kind"], str(row["number"] or "—"), to, one.state, at, row["error"] or "—")
    Console().print(table)


@app.command()
def show(notice: Annotated[UUID, typer.Argument(help="From `redress notices list`.")]) -> None:
    """One notice with its text and every way it took."""
    from deployments.office import in_office
    from flows.acts.refusals import NotFound
    from flows.notices.reading import find_notice

    found = in_office(lambda connection, desk: find_notice(connection, desk.seal, notice), reads=True)
    if found is None:
        raise NotFound
    said = found.payload
    typer.echo(f"{found.row['kind']}: {found.state}" + (f" ({found.row['error']})" if found.row["error"] else ""))
    for part in ("title", "text") if said else ():
        typer.echo(f"{said[part]['zh']}\n{said[part]['en']}" if said else "")
    table = Table("channel 渠道", "to 收件", "state 状态", "attempts 次数", "error 错误")
    for way in found.ways:
        table.add_row(way.channel, way.to, way.state, str(way.attempts), way.error or "—")
    Console().print(table)


@app.command()
def replay(
    notice: Annotated[UUID, typer.Argument(help="From `redress notices list`.")],
    by: Annotated[str, typer.Option(help="Who has it sent again: a supervisor or administrator, by name.")],
) -> None:
    """Send a notice again under its old id, to whoever is subscribed now."""
    from sqlalchemy.ext.asyncio import AsyncConnection

    from deployments.office import in_office
    from flows.acts.perform import Desk, Done
    from flows.notices.acting import replay as again
    from flows.staffing import staff_named

    async def work(connection: AsyncConnection, desk: Desk) -> Done:
        return await again(connection, desk, notice, await staff_named(connection, by, desk.policies.current))

    in_office(work)
    typer.echo(f"Notice {notice} goes out again. 已重发。")


@app.command()
def subscribe(
    channel: Annotated[NoticeChannel, typer.Argument(help="How.")],
    to: Annotated[str, typer.Argument(help="The e-mail address, or the https address of the webhook or robot.")],
    staff: Annotated[str | None, typer.Option(help="Whose subscription: a member of staff, by name.")] = None,
    unit: Annotated[str | None, typer.Option(help="Or a unit's, by its code.")] = None,
    role: Annotated[Role | None, typer.Option(help="Or a role's.")] = None,
    kind: Annotated[list[NoticeKind] | None, typer.Option(help="Only this kind; repeat it for more.")] = None,
    secret: Annotated[
        str | None, typer.Option(help="The robot's, or a webhook's own (made for you when left out).", prompt=False)
    ] = None,
) -> None:
    """Tell somebody by this channel: what is addressed to him, and what goes to everybody who asks for its kind.

    Without --staff, --unit and --role it is the whole centre's: it hears of its kinds whomever they are addressed to.
    """
    from sqlalchemy.ext.asyncio import AsyncConnection

    from deployments.office import in_office
    from flows.acts.perform import Desk
    from flows.notices.subscribing import Made, Wanted
    from flows.notices.subscribing import subscribe as make
    from flows.notices.targets import Inside
    from flows.staffing import staff_named
    from models.settings import Settings
    from models.values.notices import Addressee

    if sum(one is not None for one in (staff, unit, role)) > 1:
        raise typer.BadParameter("give one of --staff, --unit and --role, or none")

    async def work(connection: AsyncConnection, desk: Desk) -> Made:
        id_ = (await staff_named(connection, staff, desk.policies.current)).id if staff else None
        wanted = Wanted(Addressee(id_, unit, role), tuple(kind or ()), channel, to, secret)
        return await make(connection, desk.seal, wanted, Inside.of(Settings().webhook_allow))

    made = in_office(work)
    typer.echo(f"Subscription {made.id} is made. 已订阅。")
    if made.secret:
        typer.echo(
            f"Its receiver checks signatures (standardwebhooks.com) with the secret, shown this once: {made.secret}"
        )


@app.command()
def unsubscribe(subscription: Annotated[int, typer.Argument(help="From `redress notices subscriptions`.")]) -> None:
    """End a subscription; what is on its way to it still arrives."""
    from deployments.office import in_office
    from flows.notices.subscribing import unsubscribe as end

    in_office(lambda connection, desk: end(connection, subscription))
    typer.echo(f"Subscription {subscription} is ended. 已退订。")


@app.command()
def subscriptions() -> None:
    """Who is told what, by which channel; addresses are not shown whole."""
    from deployments.office import in_office
    from flows.notices.subscribing import list_subscriptions

    table = Table("id", "whose 订阅者", "kinds 种类", "channel 渠道", "to 收件")
    for row in in_office(lambda connection, desk: list_subscriptions(connection, desk.seal), reads=True):
        whose = row["name"] or row["unit"] or row["role"] or "the centre 全中心"
        kinds = ", ".join(row["kinds"]) or "all 全部"
        table.add_row(str(row["id"]), whose, kinds, row["channel"], row["target"])
    Console().print(table)


@app.command(name="test")
def probe(
    staff: Annotated[str | None, typer.Option(help="To a member of staff, by name.")] = None,
    unit: Annotated[str | None, typer.Option(help="Or to a unit, by its code.")] = None,
    role: Annotated[Role | None, typer.Option(help="Or to a role.")] = None,
) -> None:
    """Write a test notice, to see whether it arrives."""
    from sqlalchemy.ext.asyncio import AsyncConnection
    from uuid_utils.compat import uuid7

    from deployments.office import in_office
    from flows.acts.perform import Desk
    from flows.legs.beside import save_rows
    from flows.staffing import staff_named
    from models.values.case import Reason
    from models.values.notices import Addressee, notice

    if sum(one is not None for one in (staff, unit, role)) > 1:
        raise typer.BadParameter("give one of --staff, --unit and --role, or none")
    new = uuid7()
    title = Reason("测试通知", "test notice")
    text = Reason("收到此消息说明通知渠道可用。", "You read this: the channel works.")

    async def work(connection: AsyncConnection, desk: Desk) -> None:
        id_ = (await staff_named(connection, staff, desk.policies.current)).id if staff else None
        now = await desk.clock.now(connection)
        row = notice(NoticeKind.TEST, Addressee(id_, unit, role), title, text, now, id_=new)
        await save_rows(connection, desk.seal, [row])

    in_office(work)
    typer.echo(f"Notice {new} is written: redress notices show {new}")
