"""Progress on stderr: a bar on a terminal, otherwise a line for every simulated day."""

from datetime import date
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.values.calendar import SHANGHAI

from .play import Standing


class Reporter:
    """`tell` wherever something moved."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._day: date | None = None
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[when]}"))
            self._bar = Progress(SpinnerColumn(), *columns, TimeElapsedColumn(), console=self._console, transient=True)
            self._bar.add_task("结案 closed", total=None, when="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def tell(self, standing: Standing) -> None:
        local = standing.now.astimezone(SHANGHAI)
        if self._bar is not None:
            when = f"{local:%m-%d %H:%M}"
            self._bar.update(self._bar.task_ids[0], completed=standing.closed, total=standing.total, when=when)
        elif local.date() != self._day or standing.closed == standing.total:
            self._day = local.date()
            self.say(f"{local:%Y-%m-%d %H:%M} 受理 received {standing.arrived}, 结案 closed {standing.closed}")
