"""How well and how fast texts are read: the shipped weights on the examples that cross-validation kept apart."""

import time
from collections.abc import Sequence
from pathlib import Path

from deployments.bench.table import Row
from flows.rulebook.learned_examples import Example, read_examples, shipped_examples
from flows.rulebook.learned_judging import (
    Figures,
    Judged,
    by_source,
    confusion,
    figures,
    judge,
    reliability,
    uncalibrated,
)
from flows.rulebook.learned_training import train
from flows.rulebook.loading import load, read

SPEED_TEXTS = 400
SOURCE_AT_LEAST = 10
"""Sources of fewer texts count together."""


def measure(further: list[Path]) -> tuple[list[Row], list[Judged]]:
    """Cross-validated figures of each file (`further` lends no words), and the time a text takes."""
    policy = load(read())
    taxonomy = policy.rulebook.taxonomy
    rows = read_examples(shipped_examples()) + read_examples(further, borrowed=True)
    trained = train(rows, taxonomy)
    judged = judge(rows, taxonomy, [trained.unseen[fold] for fold in trained.fold])
    table = [_row(file, figures([one for one in judged if one.example.file == file])) for file in _files(rows)]
    table += [_row(f"· {source}", of) for source, of in by_source(judged, SOURCE_AT_LEAST).items()]
    sure = reliability(judged, [taxonomy.bounds.sure_at])[0]
    table.append(Row("classifier: called sure", f"{sure.right:.2f} right", "≥ 0.90", f"{sure.share:.0%} of texts"))
    return [*table, _speed(rows)], judged


def _files(rows: list[Example]) -> list[str]:
    return sorted({one.file for one in rows})


def _row(file: str, of: Figures) -> Row:
    measured = f"{of.kind:.2f} kind, {of.main:.2f} main, {of.either:.2f} main or secondary"
    return Row(f"classifier: {file}", measured, "0.90, 0.75, 0.85", f"{of.texts} texts, each unseen in training")


def _speed(rows: list[Example]) -> Row:
    policy = load(read())
    some = rows[:: max(len(rows) // SPEED_TEXTS, 1)]
    taxonomy = uncalibrated(policy.rulebook.taxonomy)
    began = time.process_time()
    judge(some, taxonomy, [policy.learned] * len(some))
    each = (time.process_time() - began) / len(some) * 1000
    began = time.process_time()
    judge(some, taxonomy, [None] * len(some))
    alone = (time.process_time() - began) / len(some) * 1000
    return Row("classifier: a text", f"{each:.2f} ms", "≤ 2 ms", f"{alone:.2f} ms by signs alone")


def confusions(judged: Sequence[Judged]) -> str:
    """What is taken for what: rows as people say, columns as read."""
    lines = []
    for axis in ("kind", "category"):
        pairs = confusion(judged, axis)
        labels = sorted({label for pair in pairs for label in pair})
        lines += ["", f"{axis}: rows as people say, columns as read"]
        lines += [" " * 22 + "".join(f"{label[:8]:>9}" for label in labels)]
        lines += [f"{said:22}" + "".join(f"{pairs[said, heard] or '·':>9}" for heard in labels) for said in labels]
    return "\n".join(lines)
