"""The computing of estimates: draws and answers laid out as a survey design, and asked of svy."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, get_args

import polars as pl
import svy

from flows.sampling.estimates import Answers, Domain, Figure, Question
from models.values.round_terms import Disposition
from models.values.rounds import Draw, Plan, Stratum

PROMOTERS_FROM, DETRACTORS_TO = 9, 6
"""Reichheld 2003: of 0 to 10, promoters say 9 or 10, detractors 0 to 6."""
NPS_SCALE = (-100.0, 100.0)
TOTAL = "total"
NOUGHT = 1e-9
"""What is left of an error of 0 after rounding."""


class Design:
    """What the weights stand on: who was released of each stratum, and for how many each stands."""

    def __init__(self, plan: Plan, draws: Sequence[Draw]) -> None:
        self.plan = plan
        self.stratum_of = {draw.position: draw.stratum for draw in draws}
        self.eligible = [draw.position for draw in draws if draw.disposition is not Disposition.NOT_ELIGIBLE]
        self._released = self._count(self.stratum_of)
        self._eligible = self._count(self.eligible)

    def base_weight(self, stratum: int) -> float:
        """Population over released."""
        return self.plan.strata[stratum].population / self._released[stratum]

    def eligible_weight(self, strata: Sequence[int]) -> float:
        """Of all released who belong to the population."""
        return math.fsum(self._eligible[one] * self.base_weight(one) for one in strata if self._eligible[one])

    def label(self, domain: Domain, stratum: int) -> str:
        return self._labels[domain][stratum]

    @cached_property
    def sizes(self) -> dict[Domain, dict[str, tuple[int, int]]]:
        """Released and population of each label of each domain, in the order of the strata."""
        sizes: dict[Domain, dict[str, tuple[int, int]]] = {}
        for domain, labels in self._labels.items():
            of_label = sizes.setdefault(domain, {})
            for stratum, label in zip(self.plan.strata, labels, strict=True):
                released, population = of_label.get(label, (0, 0))
                of_label[label] = (released + self._released[stratum.number], population + stratum.population)
        return sizes

    @cached_property
    def _labels(self) -> dict[Domain, list[str]]:
        return {domain: [_label(domain, stratum) for stratum in self.plan.strata] for domain in get_args(Domain)}

    def _count(self, positions: Any) -> dict[int, int]:
        counts: dict[int, int] = defaultdict(int)
        for position in positions:
            counts[self.stratum_of[position]] += 1
        return counts


def figures_of(
    design: Design,
    positions: Sequence[int],
    answers: Answers,
    questions: Sequence[Question],
    classes: Sequence[Sequence[int]],
    domain: Domain,
    shown: Collection[str],
    confidence: float,
) -> dict[tuple[str, str], tuple[Figure, Figure]]:
    """By question and label of `shown`: the unadjusted figure and the adjusted one. `positions`: who answered."""
    if not shown:
        return {}
    data = _laid_out(design, positions, answers, questions, classes, domain, shown)
    counts = dict(data.group_by("domain").len().iter_rows())
    unadjusted = _asked(data, "base", questions, confidence)
    # Within a stratum everybody weighs the same, adjusted or not.
    adjusted = unadjusted if domain == "stratum" else _asked(data, "adjusted", questions, confidence)
    whole = {label: counts[label] == design.sizes[domain][label][1] for label in shown}
    return {
        (question.key, label): (
            _figure(unadjusted[question.key, label], question, whole[label]),
            _figure(adjusted[question.key, label], question, whole[label]),
        )
        for question in questions
        for label in shown
    }


def _laid_out(
    design: Design,
    positions: Sequence[int],
    answers: Answers,
    questions: Sequence[Question],
    classes: Sequence[Sequence[int]],
    domain: Domain,
    shown: Collection[str],
) -> pl.DataFrame:
    """A row an answer: weighting class, its population, weights, domain, and the value of each question.

    Answers of domains that are not shown belong to the design all the same, as a domain without a name.
    """
    labels = (design.label(domain, design.stratum_of[position]) for position in positions)
    class_of = {stratum: number for number, strata in enumerate(classes) for stratum in strata}
    strata = [design.stratum_of[position] for position in positions]
    base = [design.base_weight(stratum) for stratum in strata]
    carried: dict[int, float] = defaultdict(float)
    for stratum, weight in zip(strata, base, strict=True):
        carried[class_of[stratum]] += weight
    factors = {number: design.eligible_weight(classes[number]) / weight for number, weight in carried.items()}
    customers = [sum(design.plan.strata[one].population for one in strata_) for strata_ in classes]
    return pl.DataFrame(
        {
            "class": [class_of[stratum] for stratum in strata],
            "customers": [customers[class_of[stratum]] for stratum in strata],
            "base": base,
            "adjusted": [weight * factors[class_of[stratum]] for stratum, weight in zip(strata, base, strict=True)],
            "domain": [label if label in shown else "" for label in labels],
            **{
                f"y{number}": [_value(question, answers[position][question.key]) for position in positions]
                for number, question in enumerate(questions)
            },
        }
    )


def _asked(
    data: pl.DataFrame, weight: str, questions: Sequence[Question], confidence: float
) -> dict[tuple[str, str], Any]:
    """svy's estimate of each question in each domain of the data; of a share, that of the answer 1."""
    columns = {f"y{number}": question for number, question in enumerate(questions)}
    if data.height < 2:
        return {(one.key, data["domain"][0]): _Bare(data[column][0]) for column, one in columns.items()}
    asked = _Asked(data, weight, 1 - confidence)
    found = {
        **asked.means([column for column, question in columns.items() if question.measure != "share"]),
        **asked.shares([column for column, question in columns.items() if question.measure == "share"]),
    }
    return {(columns[column].key, label): row for (column, label), row in found.items()}


class _Asked:
    """The answers as a stratified sample of these weights; rows by column and domain."""

    def __init__(self, data: pl.DataFrame, weight: str, alpha: float) -> None:
        design = svy.Design(stratum="class", wgt=weight, pop_size="customers")
        self.estimation: Any = svy.Sample(data=data, design=design).estimation
        self.only = data["domain"][0] if data["domain"].n_unique() == 1 else None
        self.alpha = alpha

    def means(self, columns: Sequence[str]) -> dict[tuple[str, str], Any]:
        found = self.estimation.mean(y=columns, by=self._by, alpha=self.alpha) if columns else []
        return {(row.y, self._label(row)): row for one in found for row in one.estimates}

    def shares(self, columns: Sequence[str]) -> dict[tuple[str, str], Any]:
        """Wilson's interval; where all agree there is none, and Korn and Graubard's stands in."""
        found = self._ones(columns, "wilson")
        agreed = {at for at, row in found.items() if not math.isfinite(row.lci)}
        edges = self._ones(sorted({column for column, _ in agreed}), "korn-graubard")
        return found | {at: edges[at] for at in agreed}

    def _ones(self, columns: Sequence[str], method: str) -> dict[tuple[str, str], Any]:
        """The share of the ones; svy has a row for every answer given, so without ones it is what is left."""
        found: dict[tuple[str, str], Any] = {}
        asked = self.estimation.prop(y=columns, by=self._by, alpha=self.alpha, ci_method=method) if columns else []
        for row in (row for one in asked for row in one.estimates):
            at = row.y, self._label(row)
            if row.y_level == 1:
                found[at] = row
            else:
                found.setdefault(at, _Rest(row))
        return found

    @property
    def _by(self) -> str | None:
        return None if self.only is not None else "domain"

    def _label(self, row: Any) -> str:
        return str(self.only if self.only is not None else row.by_level[0])


class _Bare:
    """An answer alone: a value, and nothing to estimate an error from."""

    lci = uci = se = math.nan

    def __init__(self, est: float) -> None:
        self.est = est


class _Rest:
    """The share of the ones where only the share of the noughts was given."""

    def __init__(self, noughts: Any) -> None:
        self.est, self.se, self.lci, self.uci = 1 - noughts.est, noughts.se, 1 - noughts.uci, 1 - noughts.lci


def _figure(found: Any, question: Question, whole: bool) -> Figure:
    value, error, low, high = (float(one) for one in (found.est, found.se, found.lci, found.uci))
    if whole:
        return Figure(value, value, value, 0.0)
    if not all(map(math.isfinite, (low, high, error))) or (error < NOUGHT and question.measure != "share"):
        return Figure(value)
    bottom, top = NPS_SCALE if question.measure == "nps" else question.scale or (-math.inf, math.inf)
    return Figure(value, max(low, bottom), min(high, top), error)


def _value(question: Question, answer: float | None) -> float:
    assert answer is not None  # noqa: S101 - only those who answered are laid out
    if question.measure != "nps":
        return float(answer)
    return 100.0 * ((answer >= PROMOTERS_FROM) - (answer <= DETRACTORS_TO))


def _label(domain: Domain, stratum: Stratum) -> str:
    match domain:
        case "total":
            return TOTAL
        case "class":
            return stratum.cell.customer_class
        case "line":
            return stratum.cell.line
        case "branch":
            return stratum.cell.branch
        case "stratum":
            return str(stratum.cell)
