"""redress bench: the benchmark table."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def bench(
    surge: Annotated[int, typer.Option(min=100, max=100_000, help="Complaints in the surge.")] = 2000,
    requests: Annotated[int, typer.Option(min=100, max=100_000, help="Requests in each round of intake.")] = 1500,
    texts: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="More labelled texts for the classifier.")
    ] = None,
    classes: Annotated[bool, typer.Option("--classes", help="Classes over a million shipments as well.")] = False,
    customers: Annotated[
        bool, typer.Option("--customers", help="Import of a million shipments and look-ups at that size as well.")
    ] = False,
    sampling: Annotated[bool, typer.Option("--sampling", help="A round of a million customers as well.")] = False,
    incidents: Annotated[
        bool, typer.Option("--incidents", help="First reports, and the affected among a million shipments, as well.")
    ] = False,
) -> None:
    """Measure intake, surge and quiet times beside their yardsticks, on a stack of its own; then the rest."""
    asyncio.run(_run(surge, requests, texts or [], classes, customers, sampling, incidents))


async def _run(
    size: int,
    requests: int,
    texts: list[Path],
    with_classes: bool,
    with_customers: bool,
    with_sampling: bool,
    with_incidents: bool,
) -> None:
    from deployments.bench import (
        bench,
        carrying,
        classes,
        classifier,
        customers,
        desk,
        incidents,
        intake,
        rulebook,
        sampling,
    )
    from deployments.bench.table import show

    async with bench.opened(lambda line: typer.echo(line, err=True)) as here:
        typer.echo("quiet times ...", err=True)
        rows = await carrying.quiet(here, 40)
        typer.echo("a surge, and the same on a stock worker ...", err=True)
        rows += await carrying.surge(here, size)
        typer.echo("intake ...", err=True)
        rows = [*await intake.measure(here, requests), *rows]
        if with_classes:
            typer.echo("classes over a million shipments ...", err=True)
            rows += await classes.measure(here)
        if with_customers:
            rows += await customers.measure(here)
        if with_sampling:
            rows += await sampling.measure(here)
        if with_incidents:
            typer.echo("incidents ...", err=True)
            rows += await incidents.measure(here, requests)
    rows += desk.measure()
    rows += await rulebook.measure()
    typer.echo("the classifier, cross-validated ...", err=True)
    read, judged = classifier.measure(texts)
    show([*rows, *read])
    typer.echo(classifier.confusions(judged))
