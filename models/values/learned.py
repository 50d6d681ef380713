"""What was learned from labelled texts: weights of short runs of characters (n-grams) and of the taxonomy's signs.

A linear model beside the hand-set signs: for each axis and label a bias, and the sum of the weights of what is shown.
Whole numbers, in thousandths of natural-log odds, so that a file reads the same everywhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.values.vocabulary import BusinessLine, Category, Kind, Severity

AXES = {"kind": Kind, "category": Category, "severity": Severity, "line": BusinessLine}
UNIT = 1000
HEAVIEST = 20 * UNIT
"""A weight beyond this is not a weight but a broken file."""


class FaultyWeights(ValueError):
    """The learned weights cannot be used; the message says why."""


@dataclass(frozen=True)
class Shape:
    """How a text becomes features; training and reading share it."""

    longest: int
    """Runs of one to so many characters."""
    strength: float
    """A text's n-grams together weigh this much (the length of their vector) …"""
    full_at: int
    """… from so many different ones on; a shorter text weighs less."""
    sign: float
    """What a sign found weighs."""
    known_at: float
    """A text of whose n-grams a smaller share is known is in words nobody taught: it says nothing here."""


@dataclass(frozen=True)
class Learned:
    """Learned weights, ready to be summed."""

    shape: Shape
    labels: tuple[tuple[str, str], ...]
    """(axis, label) of each column."""
    bias: tuple[int, ...]
    grams: Mapping[str, tuple[int, ...]]
    signs: Mapping[str, tuple[int, ...]]
    trained_on: Mapping[str, Any]
    """Counts and a digest of the examples, and what cross-validation said of them."""

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes that were learned, in order."""
        return tuple(dict.fromkeys(axis for axis, _ in self.labels))


def written(learned: Learned) -> bytes:
    """As stored: JSON, the same bytes for the same weights."""
    whole = {
        "shape": vars(learned.shape),
        "trained_on": learned.trained_on,
        "labels": learned.labels,
        "bias": learned.bias,
        "grams": learned.grams,
        "signs": learned.signs,
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    """The name under which weights are kept and a rulebook names them."""
    return hashlib.sha256(content).hexdigest()[:16]


def parsed(content: bytes) -> Learned:
    """Weights from their stored form; raises FaultyWeights."""
    try:
        whole = json.loads(content)
        shape = Shape(**whole["shape"])
        labels = tuple((str(axis), str(label)) for axis, label in whole["labels"])
        learned = Learned(
            shape=shape,
            labels=labels,
            bias=_row("bias", whole["bias"], len(labels)),
            grams={gram: _row(gram, row, len(labels)) for gram, row in whole["grams"].items()},
            signs={sign: _row(sign, row, len(labels)) for sign, row in whole["signs"].items()},
            trained_on=whole["trained_on"],
        )
    except FaultyWeights:
        raise
    except KeyError as error:
        raise FaultyWeights(f"the learned weights lack {error.args[0]}: train them again") from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FaultyWeights(
            f"this is not a file of learned weights ({type(error).__name__}): train them again"
        ) from None
    _refuse_what_cannot_be_summed(learned)
    return learned


def _row(name: str, row: Sequence[int], width: int) -> tuple[int, ...]:
    if len(row) != width or not all(type(w) is int and abs(w) <= HEAVIEST for w in row):
        raise FaultyWeights(f"the learned weights of {name[:20]!r} must be {width} whole numbers within ±{HEAVIEST}")
    return tuple(row)


def _refuse_what_cannot_be_summed(learned: Learned) -> None:
    shape = learned.shape
    numbers = (shape.longest, shape.strength, shape.full_at, shape.sign, shape.known_at)
    if not all(isinstance(number, int | float) and 0 < number <= 100 for number in numbers) or shape.longest > 5:
        raise FaultyWeights("the shape of the learned weights must be numbers over 0: longest ≤ 5, the others ≤ 100")
    if len(set(learned.labels)) != len(learned.labels):
        raise FaultyWeights("the learned weights name a label twice")
    for axis in learned.axes:
        known = {str(label) for label in AXES.get(axis, ())}
        named = {label for of, label in learned.labels if of == axis}
        if named != known:
            said = ", ".join(sorted(named ^ known)) or axis
            raise FaultyWeights(f"the learned weights and the vocabulary differ on {axis}: {said}; train them again")
    if any(not 1 <= len(gram) <= shape.longest for gram in learned.grams):
        raise FaultyWeights(f"a learned run of characters must be 1 to {shape.longest} long")
