"""The day's summary in the demo: made each simulated morning, as the scheduled flow does; shown at the end."""

from dataclasses import dataclass
from datetime import date, datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from flows.daily.telling import tell
from flows.notices.reading import counted
from flows.papers.words import word
from flows.rulebook.store import Policies
from models.daily import daily_summaries
from models.notice import notices
from models.sealing import Seal
from models.values.notice_terms import NoticeKind

from .mailroom import Mailroom

STATES = {"waiting": "待发", "unheard": "无人订阅", "delivered": "已送达", "failed": "未送达", "acknowledged": "已确认"}


@dataclass(frozen=True)
class Summary:
    """What was told in the demo: the first day in words, the number of days and shifts, notices by kind and state."""

    words: str
    kinds: dict[str, int]
    states: dict[str, int]


@dataclass
class Summing:
    engine: AsyncEngine
    seal: Seal
    policies: Policies

    async def up(self, now: datetime) -> None:
        """Every day that is over, and the shift that is on."""
        async with self.engine.begin() as connection:
            await tell(connection, self.seal, await self.policies.refresh(connection), now)

    async def told(self, day: date) -> Summary:
        async with self.engine.connect() as connection:
            of_day = select(notices.c.payload).join(daily_summaries, daily_summaries.c.notice_id == notices.c.id)
            payload = (await connection.execute(of_day.where(daily_summaries.c.day == day))).scalar_one_or_none()
            by_kind = select(notices.c.kind, func.count()).group_by(notices.c.kind).order_by(notices.c.kind)
            kinds = {row[0]: row[1] for row in (await connection.execute(by_kind)).all()}
            states = dict((await connection.execute(counted())).one()._mapping)
        said = self.seal.open(payload) if payload is not None else {"title": {"zh": "", "en": ""}, "text": {"zh": ""}}
        return Summary(f"{said['title']['zh']} {said['title']['en']}\n{said['text']['zh']}", kinds, states)


def show(out: Console, summary: Summary, mailroom: Mailroom) -> None:
    out.print(f"\n{summary.words}", highlight=False)
    table = Table(title="通知 notices", title_justify="left", title_style="bold", min_width=44)
    table.add_column("")
    table.add_column("n", justify="right")
    for kind, count in summary.kinds.items():
        table.add_row(word(NoticeKind(kind)), str(count))
    for state, count in summary.states.items():
        if count:
            table.add_row(f"· {STATES[state]} {state}", str(count))
    table.add_row("以签名送达 arrived, signature checked", str(mailroom.arrived.total()))
    out.print(table)
