"""redress classifier: learn from labelled texts and from what staff corrected, and judge by them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from flows.rulebook.learned_examples import Example
    from flows.rulebook.learned_judging import Figures, Judged, Reliability
    from flows.rulebook.learned_renewal import Renewed

app = typer.Typer(help="How texts are read: train, evaluate, history. 分类器。", no_args_is_help=True)
Files = list[Path]
SURE = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
SOURCE_AT_LEAST = 10
"""Sources of fewer texts are shown together."""
Rulebook = Annotated[
    Path | None,
    typer.Option("--folder", exists=True, help="A centre's rulebook, file or folder; left out: the shipped one."),
]


@app.command()
def train(
    examples: Annotated[
        Files | None,
        typer.Option("--examples", exists=True, dir_okay=False, help="Labelled texts; left out: the shipped ones."),
    ] = None,
    with_dev: Annotated[
        Files | None,
        typer.Option("--with-dev", exists=True, dir_okay=False, help="More texts, none of whose words are kept."),
    ] = None,
    folder: Rulebook = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="What staff corrected as well; none of its words are kept.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--by", help="Who trains; needed with --corrections, and on record.")
    ] = None,
) -> None:
    """Learn weights from labelled texts and put them into a rulebook, unless they read worse than its present ones.

    Prints how texts are read that the weights did not learn from (cross-validation). Exit 1 when nothing changed.
    """
    from flows.rulebook import learned_renewal as renewal
    from flows.rulebook.learned_examples import FaultyExamples, read_examples, shipped_examples
    from flows.rulebook.learned_training import FITS

    if corrections and (folder is None or by is None):
        raise FaultyExamples(
            "corrections are learned into a rulebook of your own, by somebody named: write one with "
            "`redress rulebook export FILE`, then give --folder FILE --by NAME"
        )
    rows = read_examples(examples or shipped_examples())
    rows += read_examples(with_dev or [], borrowed=True)
    rows += _corrected(by) if corrections and by else []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{len(rows)} texts, cross-validated 训练", total=FITS)
        renewed = renewal.renew(rows, folder, lambda: progress.advance(task))
    _show(renewed.judged)
    name = renewal.put(renewed, folder) if renewed.better else None
    if corrections and by:
        _record(by, renewed, name)
    if name is None:
        typer.echo(f"Nothing changed: {renewed.verdict}. 未更换。")
        raise typer.Exit(1)
    typer.echo(f"Weights {name}: {renewed.verdict}. Check the rulebook, then propose it. 已更新。")


@app.command()
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Labelled texts, JSON lines; left out: what staff corrected."),
    ] = None,
    folder: Rulebook = None,
) -> None:
    """Judge the present weights by labelled texts; says how many of them the weights were trained on."""
    from flows.rulebook.learned_examples import read_examples
    from flows.rulebook.learned_judging import judge
    from flows.rulebook.loading import load, read

    policy = load(read(folder))
    rows = read_examples([file]) if file else _corrected(None)
    seen = set(policy.learned.trained_on.get("texts", ())) if policy.learned else set()
    if known := sum(one.key in seen for one in rows):
        typer.echo(f"{known} of {len(rows)} texts were trained on: for them the figures are too good.")
    if any(one.corrected for one in rows):
        typer.echo("Corrections are texts that were read wrong: the figures are lower than those of all texts.")
    _show(judge(rows, policy.rulebook.taxonomy, [policy.learned] * len(rows)))


@app.command()
def history(limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50) -> None:
    """The trainings with corrections: when, by whom, on how many texts, with which verdict."""
    from deployments.office import in_office
    from flows.rulebook import corrections as kept

    async def both(connection: Any, desk: Any) -> Any:
        return await kept.history(connection, limit), await kept.count(connection)

    rows, many = in_office(both, reads=True)
    table = Table("when 时间", "by 训练人", "weights 权重", "against 对比", "texts", "corrections 更正", "verdict 结论")
    for row in rows:
        figures = (
            row["weights"] or "not kept 未采用",
            row["against"] or "—",
            str(row["texts"]),
            str(row["corrections"]),
        )
        table.add_row(f"{row['at']:%Y-%m-%d %H:%M}", row["name"], *figures, row["verdict"])
    Console().print(table)
    typer.echo(f"{many} corrections are kept. 已保存 {many} 条更正。")


def _corrected(by: str | None) -> "list[Example]":
    """What staff corrected, opened in memory only; by somebody who may train, when somebody trains."""
    from deployments.office import in_office
    from flows.rulebook import corrections as kept
    from flows.staffing import staff_named

    async def work(connection: Any, desk: Any) -> Any:
        if by is not None:
            kept.may_train(await staff_named(connection, by, desk.policies.current), desk.policies.current)
        return await kept.examples(connection, desk.seal)

    found: list[Example] = in_office(work, reads=True)
    return found


def _record(by: str, renewed: "Renewed", name: str | None) -> None:
    from deployments.office import in_office
    from flows.rulebook import corrections as kept
    from flows.staffing import staff_named

    async def work(connection: Any, desk: Any) -> None:
        await kept.record(connection, renewed, name, await staff_named(connection, by, desk.policies.current))

    in_office(work)


def _show(judged: "Sequence[Judged]") -> None:
    from deployments.bench.classifier import confusions
    from flows.rulebook import learned_judging as judging

    sources = {f"· {name}": of for name, of in judging.by_source(judged, SOURCE_AT_LEAST).items()}
    _show_figures({**judging.by_file(judged), **sources, "all": judging.figures(judged)})
    typer.echo(confusions(judged))
    _show_reliability(judging.reliability(judged, SURE))


def _show_figures(files: "dict[str, Figures]") -> None:
    typer.echo(f"{'file, · source':28} {'texts':>6} {'kind':>6} {'main':>6} {'main or secondary':>18}")
    for file, of in files.items():
        typer.echo(f"{file[:28]:28} {of.texts:6} {of.kind:6.3f} {of.main:6.3f} {of.either:18.3f}")


def _show_reliability(table: "Sequence[Reliability]") -> None:
    typer.echo("\nconfidence at least   share of texts   right")
    for row in table:
        typer.echo(f"{row.at:19.2f} {row.share:16.3f} {row.right:7.3f}")
    typer.echo("")
