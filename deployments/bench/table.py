"""What the benchmark prints."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    target: str
    beside: str


def show(rows: list[Row]) -> None:
    table = Table("what", "measured", "target", "beside", title="make bench: measured side by side in one run")
    for row in rows:
        table.add_row(row.what, row.measured, row.target, row.beside)
    Console().print(table)
