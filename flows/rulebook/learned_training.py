"""Training the classifier's learned weights: cross-validated by texts nobody trained on in their fold. Needs numpy."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from flows.rulebook.learned_examples import Example
from flows.rulebook.learned_fit import Matrix, fit, likeness
from flows.rules.classification_learned import gram_weight, grams, plain
from flows.rules.classification_signs import find_signs, normalised
from models.values.learned import AXES, UNIT, Learned, Shape
from models.values.taxonomy import Taxonomy

SHAPE = Shape(longest=3, strength=3.0, full_at=20, sign=0.6, known_at=0.15)
SEEN_AT_LEAST = 2
"""An n-gram of fewer examples says nothing; and of borrowed texts no word is kept that ours do not have."""
PENALTY = 0.1
ROUNDS = 150
FOLDS = 5
FITS = FOLDS + 1
BORROWED_WEIGHT = 2.0
"""A borrowed text is one that somebody really wrote: it counts for two of those made up."""
LEARNED_AXES = ("kind", "category", "severity")
FEWEST = 50


class TooFewExamples(Exception):
    """There is too little to learn from; the message says how much is needed."""


@dataclass(frozen=True)
class Trained:
    """Weights from all examples, and for each example what weights from the other folds say of it."""

    learned: Learned
    unseen: list[Learned]
    """Each fold's weights, trained without that fold."""
    fold: list[int]


def train(examples: Sequence[Example], taxonomy: Taxonomy, note: Callable[[], None] = lambda: None) -> Trained:
    """Raises TooFewExamples. The same for the same examples, whatever their order. `note` hears of each of `FITS`."""
    rows = sorted(examples, key=lambda one: one.key)
    _refuse_too_few(rows)
    shown = [_shown(one.text, taxonomy) for one in rows]
    names = _vocabulary(rows, [these for these, _ in shown])
    features = _features(shown, names, sorted(taxonomy.signs))
    like = likeness(features)
    fold_of = {one.key: _fold(one) for one in rows}
    folds = [fold_of[one.key] for one in rows]
    about = _about(rows)
    where = np.array(folds)
    fits = []
    for chosen in (*(np.flatnonzero(where != fold) for fold in range(FOLDS)), np.arange(len(rows))):
        fits.append(_weights(rows, features, like, chosen, names, sorted(taxonomy.signs), about))
        note()
    *unseen, learned = fits
    return Trained(learned, unseen, [fold_of[one.key] for one in examples])


def _refuse_too_few(rows: Sequence[Example]) -> None:
    own = sum(not one.borrowed for one in rows)
    if own < FEWEST:
        raise TooFewExamples(f"{own} examples are too few to learn from: give at least {FEWEST}")
    if len({one.kind for one in rows}) < 2 or len({one.category for one in rows if one.category}) < 2:
        raise TooFewExamples("the examples must be of two kinds and two categories at least")


def _shown(text: str, taxonomy: Taxonomy) -> tuple[set[str], set[str]]:
    heard = normalised(text, taxonomy.bounds)
    return grams(plain(heard.read), SHAPE.longest), {found.name for found in find_signs(heard, taxonomy)}


def _vocabulary(rows: Sequence[Example], shown: Sequence[set[str]]) -> list[str]:
    seen = Counter(gram for one, these in zip(rows, shown, strict=True) if not one.borrowed for gram in these)
    return sorted(gram for gram, often in seen.items() if often >= SEEN_AT_LEAST)


def _features(
    shown: Sequence[tuple[set[str], set[str]]], names: Sequence[str], signs: Sequence[str]
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    place = {name: n for n, name in enumerate(names)}
    after = {sign: len(names) + n for n, sign in enumerate(signs)}
    features = np.zeros((len(shown), len(names) + len(signs)), np.float32)
    for row, (these, found) in zip(features, shown, strict=True):
        known = [place[gram] for gram in these if gram in place]
        row[known] = gram_weight(len(known), SHAPE.strength, SHAPE.full_at)
        row[[after[sign] for sign in found]] = SHAPE.sign
    return features


def _fold(one: Example) -> int:
    return int(hashlib.sha256(f"fold {one.text}".encode("utf-8", "surrogatepass")).hexdigest(), 16) % FOLDS


def _weights(
    rows: Sequence[Example],
    features: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
    like: Matrix,
    chosen: "np.ndarray[tuple[int, ...], np.dtype[np.intp]]",
    names: Sequence[str],
    signs: Sequence[str],
    about: dict[str, object],
) -> Learned:
    columns: list[Matrix] = []
    biases: list[float] = []
    labels: list[tuple[str, str]] = []
    for axis in LEARNED_AXES:
        terms = [str(label) for label in AXES[axis]]
        mine = np.array([n for n in chosen if rows[n].label(axis) is not None])
        wanted = np.array([[float(rows[n].label(axis) == term) for term in terms] for n in mine])
        weight = np.array([BORROWED_WEIGHT if rows[n].borrowed else 1.0 for n in mine])
        a = fit(like[np.ix_(mine, mine)], wanted, weight, PENALTY, ROUNDS)
        columns.append(features[mine].T @ a)
        biases.extend(a.sum(axis=0))
        labels.extend((axis, term) for term in terms)
    whole = np.rint(np.hstack(columns) * UNIT).astype(int)
    table = [tuple(int(w) for w in row) for row in whole]
    return Learned(
        shape=SHAPE,
        labels=tuple(labels),
        bias=tuple(round(float(b) * UNIT) for b in biases),
        grams={name: row for name, row in zip(names, table, strict=False) if any(row)},
        signs={sign: row for sign, row in zip(signs, table[len(names) :], strict=True) if any(row)},
        trained_on=about,
    )


def _about(rows: Sequence[Example]) -> dict[str, object]:
    counts = Counter(f"{one.file}{' (words not kept)' if one.borrowed else ''}" for one in rows)
    whole = hashlib.sha256("\n".join(sorted(f"{one.key} {one.kind} {one.category}" for one in rows)).encode())
    return {"examples": dict(sorted(counts.items())), "digest": whole.hexdigest(), "texts": [one.key for one in rows]}
