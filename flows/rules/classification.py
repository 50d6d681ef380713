"""Reads a customer's Chinese text: kind, category, severity, business line, urgency, how sure, and why.

Signs found in the words speak for labels with weights (`models.values.taxonomy`); on each axis they
are summed with the prior and with evidence from elsewhere, and become probabilities by softmax (log-linear).
"""

from collections.abc import Iterable

from flows.rules.classification_signs import Found, find_signs, normalised
from flows.rules.classification_weighing import Axis, Contribution, calibrated, weigh
from models.values.case import Reason
from models.values.classification import Classification
from models.values.taxonomy import Taxonomy
from models.values.vocabulary import BusinessLine, Category, Kind, Severity


def classify(
    text: str, taxonomy: Taxonomy, remedy_sought: str | None = None, further: Iterable[Contribution] = ()
) -> Classification:
    """Classify `text` (and the remedy the customer asks for, if it was noted apart).

    `further` is evidence from elsewhere (learned weights, the customer's history), summed with the words'.
    Never raises for any text; confidence is the calibrated probability that kind and category are right.
    """
    heard = f"{text}\n{remedy_sought}" if remedy_sought else text
    found = find_signs(normalised(heard, taxonomy.bounds), taxonomy)
    evidence = [*_evidence(found, taxonomy), *further]
    kind = weigh("kind", Kind, taxonomy.prior.kind, evidence)
    category = weigh("category", Category, taxonomy.prior.category, evidence)
    severity = weigh("severity", Severity, taxonomy.prior.severity, evidence)
    line = weigh("line", BusinessLine, taxonomy.prior.line, evidence)
    complaint = kind.best is Kind.COMPLAINT
    axes: list[Axis[Kind] | Axis[Category] | Axis[Severity] | Axis[BusinessLine]] = [kind, severity, line]
    share = kind.probability
    if complaint:
        axes.insert(1, category)
        share *= category.probability
    confidence = calibrated(share, taxonomy.calibration)
    if sum(c.size for c in kind.evidence) < taxonomy.bounds.little_evidence:
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


def _evidence(found: Iterable[Found], taxonomy: Taxonomy) -> Iterable[Contribution]:
    for f in found:
        for axis in ("kind", "category", "severity", "line"):
            for label, weight in getattr(f.sign, axis).items():
                yield Contribution(axis, str(label), weight, f.words, f.sign.zh, f.sign.en)


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
