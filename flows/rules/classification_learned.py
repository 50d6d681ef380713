"""Learned evidence: what the weights learned from labelled texts say of a text, and which of its words say it.

A text shows short runs of characters (n-grams) and signs; each has a learned weight for each label. Their sums are
evidence like the hand-set signs' own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from math import sqrt

from flows.rules.classification_weighing import Contribution
from models.values.learned import UNIT, Learned

_DIGITS = re.compile("[0-9]+")
_SPACE = re.compile(r"\s+")
_PIECE = re.compile(r"[0-9]+|\S")


def plain(read: str) -> str:
    """The text as n-grams are taken from: without white space, every number one 0."""
    return _SPACE.sub("", _DIGITS.sub("0", read))


def grams(text: str, longest: int) -> set[str]:
    """The runs of one to `longest` characters of a plain text."""
    return {text[i : i + n] for n in range(1, longest + 1) for i in range(len(text) - n + 1)}


def gram_weight(shown: int, strength: float, full_at: int) -> float:
    """What each of `shown` known n-grams counts; a text of few counts for less."""
    return strength / sqrt(max(shown, full_at))


def learned_from_signs(signs: Iterable[str], learned: Learned) -> Iterator[tuple[str, str, str, float]]:
    """(sign, axis, label, weight) for each sign found."""
    factor = learned.shape.sign / UNIT
    for sign in signs:
        if row := learned.signs.get(sign):
            for (axis, label), weight in zip(learned.labels, row, strict=True):
                yield sign, axis, label, weight * factor


def learned_from_grams(read: str, said: str, learned: Learned, zh: str, en: str, cite: int) -> list[Contribution]:
    """One contribution for each learned axis and label; that of each axis' strongest label cites its words.

    `read` and `said` are the same text, the same length (`Heard`). Little known, nothing said.
    """
    shown = grams(plain(read), learned.shape.longest)
    rows = [(gram, row) for gram in shown if (row := learned.grams.get(gram))]
    if not rows or len(rows) < learned.shape.known_at * len(shown):
        return []
    factor = gram_weight(len(rows), learned.shape.strength, learned.shape.full_at) / UNIT
    sums = [sum(column) for column in zip(*(row for _, row in rows), strict=True)]
    said_by: dict[int, str] = {}
    for axis in learned.axes:
        best = max((n for n, (of, _) in enumerate(learned.labels) if of == axis), key=sums.__getitem__)
        # Ties by the n-gram itself: the order of a set differs from run to run.
        strongest = nlargest(4 * cite, ((row[best], gram) for gram, row in rows))
        said_by[best] = _cited([gram for weight, gram in strongest if weight > 0], read, said, cite)
    return [
        Contribution(axis, label, sums[n] * factor + learned.bias[n] / UNIT, said_by.get(n, ""), zh, en)
        for n, (axis, label) in enumerate(learned.labels)
    ]


def _cited(strongest: Sequence[str], read: str, said: str, cite: int) -> str:
    """The first `cite` n-grams in the customer's own characters; one within another is not said twice."""
    apart: list[str] = []
    for gram in strongest:
        if len(gram) > 1 and not any(gram in other or other in gram for other in apart):
            apart.append(gram)
    pieces = list(_PIECE.finditer(read))
    flat = "".join(
        "0" if piece.group()[0].isdecimal() and piece.group().isascii() else piece.group() for piece in pieces
    )
    places = [flat.index(gram) for gram in apart[:cite] if gram in flat]
    ends = [place + len(gram) - 1 for place, gram in zip(places, apart, strict=False)]
    return "”“".join(said[pieces[a].start() : pieces[b].end()] for a, b in zip(places, ends, strict=True))
