"""Weighing: evidence for labels of one axis, summed and turned into probabilities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from typing import Generic, TypeVar

L = TypeVar("L", bound=StrEnum)


@dataclass(frozen=True)
class Contribution:
    """One piece of evidence: `weight` (log odds) for `label` on `axis`, the words and their meaning."""

    axis: str
    label: str
    weight: float
    words: str
    zh: str
    en: str

    @property
    def size(self) -> float:
        return abs(self.weight)


@dataclass(frozen=True)
class Axis(Generic[L]):
    """The labels of one axis from most to least probable, and the evidence that decided."""

    ranking: tuple[tuple[L, float], ...]
    evidence: tuple[Contribution, ...]

    @property
    def best(self) -> L:
        return self.ranking[0][0]

    @property
    def probability(self) -> float:
        return self.ranking[0][1]

    def second(self, at: float) -> L | None:
        """The second label when it has at least the share `at` of the first one's probability."""
        label, probability = self.ranking[1]
        return label if probability >= at * self.probability else None

    def speaking_for_best(self) -> list[Contribution]:
        """Evidence for the best label, strongest first."""
        return sorted((c for c in self.evidence if c.label == self.best and c.weight > 0), key=lambda c: -c.weight)


def weigh(axis: str, labels: type[L], prior: Mapping[L, float], evidence: Iterable[Contribution]) -> Axis[L]:
    """Sum prior and evidence for each label of `axis` and normalise (softmax). Ties: the labels' order."""
    mine = tuple(c for c in evidence if c.axis == axis)
    sums = {str(label): prior.get(label, 0.0) for label in labels}
    for c in mine:
        sums[c.label] += c.weight
    top = max(sums.values())
    odds = {label: exp(sums[str(label)] - top) for label in labels}
    whole = sum(odds.values())
    return Axis(tuple(sorted(((k, v / whole) for k, v in odds.items()), key=lambda kv: -kv[1])), mine)


def calibrated(share: float, points: Iterable[tuple[float, float]]) -> float:
    """`share` on the broken line through `points` (posterior, how often right); flat outside them."""
    x0 = y0 = None
    for x, y in points:
        if share <= x:
            return y if x0 is None or y0 is None else y0 + (y - y0) * (share - x0) / (x - x0)
        x0, y0 = x, y
    return y0 if y0 is not None else share
