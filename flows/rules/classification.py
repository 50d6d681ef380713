"""Reads a customer's Chinese text: kind, category, severity, business line, urgency, how sure, and why.

Signs found in the words speak for labels with weights (`models.values.taxonomy`), runs of characters and signs with
learned ones (`models.values.learned`); on each axis they are summed with the prior and with evidence from elsewhere,
and become probabilities by softmax (log-linear).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from flows.rules.classification_learned import learned_from_grams, learned_from_signs
from flows.rules.classification_signs import Found, Heard, find_signs, normalised
from flows.rules.classification_weighing import Axis, Contribution, calibrated, weigh
from models.values.case import Reason
from models.values.classification import Classification
from models.values.learned import Learned
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import BusinessLine, Category, Kind, Severity

L = TypeVar("L")
AXES = ("kind", "category", "severity", "line")


def classify(
    text: str,
    taxonomy: Taxonomy,
    remedy_sought: str | None = None,
    learned: Learned | None = None,
    further: Iterable[Contribution] = (),
) -> Classification:
    """Classify `text` (and the remedy the customer asks for, if it was noted apart).

    `learned` are the weights the taxonomy names; `further` is evidence from elsewhere (the customer's history).
    Never raises for any text; confidence is the calibrated probability that kind and category are right.
    """
    heard = f"{text}\n{remedy_sought}" if remedy_sought else text
    text_heard = normalised(heard, taxonomy.bounds)
    found = find_signs(text_heard, taxonomy)
    shares = {axis: _rules_share(axis, taxonomy, learned) for axis in AXES}
    evidence = [*_evidence(found, shares, learned), *_learned(text_heard, taxonomy, learned), *further]
    kind = weigh("kind", Kind, _scaled(taxonomy.prior.kind, shares["kind"]), evidence)
    category = weigh("category", Category, _scaled(taxonomy.prior.category, shares["category"]), evidence)
    severity = weigh("severity", Severity, _scaled(taxonomy.prior.severity, shares["severity"]), evidence)
    line = weigh("line", BusinessLine, _scaled(taxonomy.prior.line, shares["line"]), evidence)
    complaint = kind.best is Kind.COMPLAINT
    axes: list[Axis[Kind] | Axis[Category] | Axis[Severity] | Axis[BusinessLine]] = [kind, severity, line]
    share = kind.probability
    if complaint:
        axes.insert(1, category)
        share *= category.probability
    confidence = calibrated(share, taxonomy.calibration)
    letters = sum(sign.isalnum() for sign in text_heard.read)
    if letters < taxonomy.bounds.shortest or sum(c.size for c in kind.evidence) < taxonomy.bounds.little_evidence:
        confidence = min(confidence, taxonomy.bounds.guess)
    return Classification(
        kind=kind.best,
        category=category.best if complaint else None,
        secondary=category.second(taxonomy.bounds.secondary_at) if complaint else None,
        severity=severity.best,
        business_line=line.best,
        confidence=confidence,
        urgent=tuple(dict.fromkeys(f.sign.urgent for f in found if f.sign.urgent)),
        reasons=_reasons(axes, taxonomy),
    )


def _rules_share(axis: str, taxonomy: Taxonomy, learned: Learned | None) -> float:
    """The signs' own weights share an axis with the learned ones; one that nothing was learned for is all theirs."""
    if taxonomy.learned is None or learned is None or axis not in learned.axes:
        return 1.0
    return taxonomy.learned.rules_share


def _scaled(prior: Mapping[L, float], share: float) -> dict[L, float]:
    return {label: weight * share for label, weight in prior.items()}


def _evidence(found: Iterable[Found], shares: Mapping[str, float], learned: Learned | None) -> Iterator[Contribution]:
    """What each sign says of each label: its own weight and the learned one in one piece."""
    signs = {f.name: f for f in found}
    weights: dict[tuple[str, str, str], float] = {}
    for name, f in signs.items():
        for axis in AXES:
            for label, weight in getattr(f.sign, axis).items():
                weights[name, axis, str(label)] = weight * shares[axis]
    if learned is not None:
        for name, axis, label, weight in learned_from_signs(signs, learned):
            weights[name, axis, label] = weights.get((name, axis, label), 0.0) + weight
    for (name, axis, label), weight in weights.items():
        f = signs[name]
        yield Contribution(axis, label, weight, f.words, f.sign.zh, f.sign.en)


def _learned(heard: Heard, taxonomy: Taxonomy, learned: Learned | None) -> list[Contribution]:
    if learned is None:
        return []
    wording = taxonomy.wording
    return learned_from_grams(
        heard.read, heard.said, learned, wording.learned_zh, wording.learned_en, taxonomy.bounds.reasons
    )


def _reasons(
    axes: Iterable[Axis[Kind] | Axis[Category] | Axis[Severity] | Axis[BusinessLine]], taxonomy: Taxonomy
) -> tuple[Reason, ...]:
    wording = taxonomy.wording
    reasons = []
    for axis in axes:
        cited = [c for c in axis.speaking_for_best() if c.words]
        for c in cited[: taxonomy.bounds.reasons]:
            label = wording.labels[c.label]
            reasons.append(
                Reason(
                    wording.found_zh.format(words=c.words, meaning=c.zh, label=label),
                    wording.found_en.format(words=c.words, meaning=c.en, label=c.label),
                )
            )
    return tuple(reasons) or (Reason(wording.nothing_zh, wording.nothing_en),)
