"""redress demo: a day of the centre, played on a stack of its own."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

COUNT, SEED = 150, 7
WIDTH = 120

File = Annotated[Path | None, typer.Option(help='Requests to play, a JSON object {"text": …} a line. 工单文件。')]
Report = Annotated[Path | None, typer.Option(help="Where to write the result as JSON. 结果文件。")]
Count = Annotated[int, typer.Option(min=1, max=5000, help="How many requests to make up without a file. 生成数量。")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same requests and people. 随机种子。")]
Keep = Annotated[bool, typer.Option("--keep", help="Keep the demo's home, to look at afterwards. 保留数据。")]


def demo(file: File = None, report: Report = None, count: Count = COUNT, seed: Seed = SEED, keep: Keep = False) -> None:
    """Play a day of the centre: calls over HTTP, simulated staff and customers, weeks in seconds. 演示一天。"""
    from deployments.demo.ending import INPUT, writable
    from deployments.demo.generate import generate
    from deployments.demo.run import Wish, demo
    from deployments.demo.source import SourceError, read

    err = Console(stderr=True)
    out = Console(width=None if sys.stdout.isatty() else WIDTH)
    if report is not None and (why := writable(report)):
        _refuse(why, INPUT)
    try:
        source = read(file, seed) if file is not None else None
    except SourceError as error:
        _refuse(str(error), INPUT)
    for note in source.notes if source else ():
        typer.echo(note, err=True)
    for line in source.broken if source else ():
        typer.echo(f"Line {line.number}: {line.reason}", err=True)
    if source is not None and not source.requests:
        _refuse(f"{file} holds no line that can be used.", INPUT)
    wish = Wish(
        requests=source.requests if source else list(generate(count, seed)),
        broken=source.broken if source else (),
        seed=seed,
        report=report,
        keep=keep,
    )
    raise typer.Exit(asyncio.run(_stoppable(demo(wish, out, err))))


async def _stoppable(work: Coroutine[Any, Any, int]) -> int:
    """The first Ctrl-C stops the demo cleanly; further ones must not disturb the stopping."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    seen: list[bool] = []

    def stop() -> None:
        if not seen and main is not None:
            typer.echo("\nStopping ... 正在停止……", err=True)
            main.cancel()
        seen.append(True)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        return await work
    except asyncio.CancelledError:
        typer.echo("Stopped. 已停止。", err=True)
        return 130


def _refuse(sentence: str, code: int) -> NoReturn:
    typer.echo(f"redress demo: {sentence}", err=True)
    raise typer.Exit(code)
