"""How well texts are read: figures by file, what is taken for what, and how often what is called sure is right."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flows.rulebook.learned_examples import Example
from flows.rules.classification import classify
from models.values.classification import Classification
from models.values.learned import Learned
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import Kind

BORROWED_SHARE = 0.5
"""Signs were written while reading the borrowed texts: these count for less in a calibration."""
STEPS = 10
"""Points of a calibration at most."""
SUREST = 0.98
"""Nobody is surer than that: two people agree on no more."""


@dataclass(frozen=True)
class Judged:
    """A labelled text and what the system said of it."""

    example: Example
    answer: Classification

    @property
    def kind_right(self) -> bool:
        return self.answer.kind is self.example.kind

    @property
    def main_right(self) -> bool:
        return self.kind_right and self.answer.category is self.example.category

    @property
    def right(self) -> bool:
        """Kind, and for a complaint its main or secondary grievance."""
        return self.kind_right and self.answer.category in (self.example.category, self.example.secondary)


@dataclass(frozen=True)
class Figures:
    """Shares of texts (kind) and of complaints (main; either: main or secondary grievance)."""

    texts: int
    complaints: int
    kind: float
    main: float
    either: float

    @property
    def mark(self) -> float:
        """One number to compare by."""
        return (self.kind + self.main + self.either) / 3


def judge(examples: Sequence[Example], taxonomy: Taxonomy, learned: Sequence[Learned | None]) -> list[Judged]:
    """Read each example with the weights beside it."""
    pairs = zip(examples, learned, strict=True)
    return [Judged(one, classify(one.text, taxonomy, learned=weights)) for one, weights in pairs]


def figures(judged: Sequence[Judged]) -> Figures:
    complaints = [one for one in judged if one.example.kind is Kind.COMPLAINT]
    texts, many = max(len(judged), 1), max(len(complaints), 1)
    return Figures(
        len(judged),
        len(complaints),
        sum(one.kind_right for one in judged) / texts,
        sum(one.main_right for one in complaints) / many,
        sum(one.right for one in complaints) / many,
    )


def by_file(judged: Sequence[Judged]) -> dict[str, Figures]:
    files = sorted({one.example.file for one in judged})
    return {file: figures([one for one in judged if one.example.file == file]) for file in files}


def by_source(judged: Sequence[Judged], at_least: int) -> dict[str, Figures]:
    """Figures of each source that the texts name; of those with fewer texts together, as `elsewhere`."""
    named = Counter(one.example.source for one in judged if one.example.source)
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        if source := one.example.source:
            groups.setdefault(source if named[source] >= at_least else "elsewhere", []).append(one)
    return {source: figures(groups[source]) for source in sorted(groups)}


def confusion(judged: Sequence[Judged], axis: str) -> Counter[tuple[str, str]]:
    """(what people said, what the system said) → how often; for the category, of complaints seen as complaints."""
    pairs = ((one.example.label(axis), getattr(one.answer, axis)) for one in judged)
    return Counter((str(said), str(heard)) for said, heard in pairs if said is not None and heard is not None)


@dataclass(frozen=True)
class Reliability:
    """Of the texts answered with a confidence of at least `at`: their share, and how many of them are right."""

    at: float
    share: float
    right: float


def reliability(judged: Sequence[Judged], bounds: Sequence[float]) -> list[Reliability]:
    table = []
    for at in bounds:
        sure = [one for one in judged if one.answer.confidence >= at]
        table.append(
            Reliability(at, len(sure) / max(len(judged), 1), sum(one.right for one in sure) / max(len(sure), 1))
        )
    return table


def calibration(judged: Sequence[Judged]) -> tuple[tuple[float, float], ...]:
    """A rising broken line from posterior to how often it is right, from texts judged with no calibration.

    Pools neighbours until no share falls (isotonic regression), in steps of equal size.
    """
    ranked = sorted(judged, key=lambda one: (one.answer.confidence, one.example.key))
    size = max(len(ranked) // (2 * STEPS), 1)
    blocks: list[tuple[float, float, float]] = []  # weight, posterior × weight, right × weight
    for start in range(0, len(ranked), size):
        here = [(BORROWED_SHARE if one.example.borrowed else 1.0, one) for one in ranked[start : start + size]]
        weight = sum(w for w, _ in here)
        blocks.append((weight, sum(w * j.answer.confidence for w, j in here), sum(w * j.right for w, j in here)))
        while len(blocks) > 1 and blocks[-2][2] / blocks[-2][0] >= blocks[-1][2] / blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            blocks.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    points = {
        round(posterior / weight, 3): round(min(right / weight, SUREST), 3) for weight, posterior, right in blocks
    }
    points = {0.0: min(points.values()) / 2, **points}
    points[1.0] = max(points.values())
    return tuple(sorted(points.items()))


def uncalibrated(taxonomy: Taxonomy) -> Taxonomy:
    """The same, its confidence the bare posterior."""
    return taxonomy.model_copy(update={"calibration": ((0.0, 0.0), (1.0, 1.0))})
