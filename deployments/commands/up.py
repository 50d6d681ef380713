"""redress up: the whole stack in the foreground until Ctrl-C."""

import asyncio
import signal

import typer

from deployments.stack import Stack
from models.settings import Settings


def up() -> None:
    """Start PostgreSQL, Prefect, workers and API, and keep them running until Ctrl-C."""
    asyncio.run(_run(Settings()))


async def _run(settings: Settings) -> None:
    _stop_on_signal()
    try:
        async with Stack(settings, say=typer.echo) as stack:
            typer.echo(_welcome(stack))
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        typer.echo("Stopped. 已停止。")


def _stop_on_signal() -> None:
    """The first signal stops the stack, wherever it is; further ones must not disturb the stopping."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    seen: list[bool] = []

    def stop() -> None:
        if seen:
            typer.echo("Still stopping ... 正在停止……")
        elif main is not None:
            typer.echo("\nStopping ... 正在停止……")
            main.cancel()
        seen.append(True)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)


def _welcome(stack: Stack) -> str:
    ui = stack.prefect_api_url.removesuffix("/api")
    return f"""
Redress is up. Ctrl-C stops it.              Redress 已启动，按 Ctrl-C 停止。
  {stack.api_url:<41}  the API for staff · 客服接口
  {stack.api_url + "/docs":<41}  the API described · 接口文档
  {ui:<41}  Prefect: the runs · 运行情况
  {stack.home.logs!s:<41}  logs · 日志
A token for the API, in another terminal · 另开终端获取访问令牌:
  .venv/bin/redress staff add "Li Hua" --role complaint_handler
  .venv/bin/redress token create "Li Hua"
"""
