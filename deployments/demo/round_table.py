"""A round of revisits, shown: what was drawn of what, what came of it, rates, the totals with their intervals."""

from typing import Any

from rich.console import Console
from rich.table import Table

from flows.revisits.results import Result

RATES = ("RR1", "COOP1", "REF1", "CON1")


def show(console: Console, one: Result) -> None:
    verified = "复核一致 verified" if one.verdict.ok else "复核不一致 NOT verified"
    title = f"回访轮次 round {one.round.id} · {one.round.kind} · {one.round.period} · {verified}"
    table = Table(title=title, title_justify="left", title_style="bold", min_width=44)
    for column in ("", "未调整 unadjusted", "调整后 adjusted"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    drawn = f"{len(one.draws)} / {one.round.population}"
    table.add_row("抽样 drawn / 抽样框 frame", drawn, "")
    table.add_row("答复 reached", str(one.reached), "")
    for disposition, count in one.dispositions.items():
        table.add_row(f"  {disposition}", str(count), "")
    for name in RATES:
        value = one.rates[name]
        table.add_row(f"{name}", "–" if value is None else f"{100 * value:.1f} %", "")
    for question in one.estimates.questions:
        for row in one.estimates.of(question.key):
            table.add_row(question.key, _figure(row.unadjusted), _figure(row.adjusted))
    console.print(table)


def _figure(figure: Any) -> str:
    if figure is None:
        return "不显示 suppressed"
    interval = f" [{figure.low:.2f}, {figure.high:.2f}]" if figure.low is not None else ""
    return f"{figure.value:.2f}{interval}"
