"""redress classifier: learn from labelled texts, and judge by them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.rulebook.learned_judging import Figures, Judged, Reliability

app = typer.Typer(help="How texts are read: train, evaluate. 分类器。", no_args_is_help=True)
Files = list[Path]
SURE = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


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
    folder: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A centre's rulebook folder; left out: the shipped rulebook."),
    ] = None,
) -> None:
    """Learn weights from labelled texts and put them into a rulebook folder, unless they read worse than its present.

    Prints how texts are read that the weights did not learn from (cross-validation). Exit 1 when nothing changed.
    """
    from flows.rulebook import learned_renewal as renewal
    from flows.rulebook.learned_examples import read_examples, shipped_examples

    rows = read_examples(examples or shipped_examples())
    rows += read_examples(with_dev or [], borrowed=True)
    typer.echo(f"{len(rows)} texts; training, and cross-validating five times ...", err=True)
    renewed = renewal.renew(rows, folder)
    _show(renewed.judged)
    if not renewed.better:
        typer.echo(f"Nothing changed: {renewed.verdict}. 未更换。")
        raise typer.Exit(1)
    name = renewal.put(renewed, folder)
    typer.echo(f"Weights {name}: {renewed.verdict}. Check the rulebook, then adopt it. 已更新。")


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Labelled texts, JSON lines.")],
    folder: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A rulebook folder; left out: the shipped one.")
    ] = None,
) -> None:
    """Judge the present weights by labelled texts; says how many of them the weights were trained on."""
    from flows.rulebook.learned_examples import read_examples
    from flows.rulebook.learned_judging import judge
    from flows.rulebook.loading import load, read

    policy = load(read(folder))
    rows = read_examples([file])
    seen = set(policy.learned.trained_on.get("texts", ())) if policy.learned else set()
    if known := sum(one.key in seen for one in rows):
        typer.echo(f"{known} of {len(rows)} texts were trained on: for them the figures are too good.")
    _show(judge(rows, policy.rulebook.taxonomy, [policy.learned] * len(rows)))


def _show(judged: "Sequence[Judged]") -> None:
    from deployments.bench.classifier import confusions
    from flows.rulebook import learned_judging as judging

    _show_figures({**judging.by_file(judged), "all": judging.figures(judged)})
    typer.echo(confusions(judged))
    _show_reliability(judging.reliability(judged, SURE))


def _show_figures(files: "dict[str, Figures]") -> None:
    typer.echo(f"{'file':24} {'texts':>6} {'kind':>6} {'main':>6} {'main or secondary':>18}")
    for file, of in files.items():
        typer.echo(f"{file:24} {of.texts:6} {of.kind:6.3f} {of.main:6.3f} {of.either:18.3f}")


def _show_reliability(table: "Sequence[Reliability]") -> None:
    typer.echo("\nconfidence at least   share of texts   right")
    for row in table:
        typer.echo(f"{row.at:19.2f} {row.share:16.3f} {row.right:7.3f}")
    typer.echo("")
