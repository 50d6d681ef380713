"""The computing of estimates: draws and answers laid out as a survey design, and asked of svy."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl
import svy

from flows.sampling.estimates import Answers, Domain, Figure, Question
from models.values.rounds import Draw, Plan, Stratum
from models.values.vocabulary import Disposition

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

    def labels(self, domain: Domain) -> list[str]:
        return list(self._domains[domain])

    def label(self, domain: Domain, stratum: int) -> str:
        return _label(domain, self.plan.strata[stratum])

    def released(self, domain: Domain, label: str) -> int:
        return sum(self._released[one] for one in self._domains[domain][label])

    def population(self, domain: Domain, label: str) -> int:
        return sum(self.plan.strata[one].population for one in self._domains[domain][label])

    @cached_property
    def _domains(self) -> dict[Domain, dict[str, list[int]]]:
        domains: dict[Domain, dict[str, list[int]]] = {}
        for domain in ("total", "class", "line", "branch", "stratum"):
            of_label = domains.setdefault(domain, {})
            for stratum in self.plan.strata:
                of_label.setdefault(_label(domain, stratum), []).append(stratum.number)
        return domains

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
    confidence: float,
) -> dict[tuple[str, str], tuple[int, Figure, Figure]]:
    """By question and label: how many answers, the unadjusted figure, the adjusted one. `positions`: who answered."""
    if not positions:
        return {}
    data = _laid_out(design, positions, answers, questions, classes, domain)
    counts = dict(data.group_by("domain").len().iter_rows())
    unadjusted = _asked(data, "base", questions, confidence)
    adjusted = _asked(data, "adjusted", questions, confidence)
    whole = {label: counts[label] == design.population(domain, label) for label in counts}
    return {
        (question.key, label): (
            counts[label],
            _figure(unadjusted[question.key, label], question, whole[label]),
            _figure(adjusted[question.key, label], question, whole[label]),
        )
        for question in questions
        for label in counts
    }


def _laid_out(
    design: Design,
    positions: Sequence[int],
    answers: Answers,
    questions: Sequence[Question],
    classes: Sequence[Sequence[int]],
    domain: Domain,
) -> pl.DataFrame:
    """A row an answer: weighting class, its population, weights, domain, and the value of each question."""
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
            "domain": [design.label(domain, stratum) for stratum in strata],
            **{
                f"y{number}": [_value(question, answers[position][question.key]) for position in positions]
                for number, question in enumerate(questions)
            },
        }
    )


def _asked(
    data: pl.DataFrame, weight: str, questions: Sequence[Question], confidence: float
) -> dict[tuple[str, str], Any]:
    """svy's estimate of each question in each label; of a share, that of the answer 1."""
    alpha = 1 - confidence
    if data.height < 2:
        value = {f"y{number}": data[f"y{number}"][0] for number in range(len(questions))}
        label = data["domain"][0]
        return {(one.key, label): _Bare(value[f"y{number}"]) for number, one in enumerate(questions)}
    design = svy.Design(stratum="class", wgt=weight, pop_size="customers")
    asked = svy.Sample(data=data, design=design).estimation
    found: dict[tuple[str, str], Any] = {}
    columns = {f"y{number}": question for number, question in enumerate(questions)}
    means = [column for column, question in columns.items() if question.measure != "share"]
    shares = [column for column, question in columns.items() if question.measure == "share"]
    if means:
        for one in asked.mean(y=means, by="domain", alpha=alpha):
            found |= {(columns[row.y].key, row.by_level[0]): row for row in one.estimates}
    if shares:
        found |= {(columns[column].key, label): row for (column, label), row in _shares(asked, shares, alpha).items()}
    return found


def _shares(asked: Any, columns: Sequence[str], alpha: float) -> dict[tuple[str, str], Any]:
    """Wilson's interval; where all agree there is none, and Korn and Graubard's stands in."""
    found = _of_ones(asked, columns, alpha, "wilson")
    agreed = {at for at, row in found.items() if not math.isfinite(row.lci)}
    if agreed:
        edges = _of_ones(asked, sorted({column for column, _ in agreed}), alpha, "korn-graubard")
        found |= {at: edges[at] for at in agreed}
    return found


def _of_ones(asked: Any, columns: Sequence[str], alpha: float, method: str) -> dict[tuple[str, str], Any]:
    """The share of the ones in each domain; svy has a row for every answer given, so without ones: the rest."""
    found: dict[tuple[str, str], Any] = {}
    for one in asked.prop(y=list(columns), by="domain", alpha=alpha, ci_method=method):
        for row in one.estimates:
            at = row.y, row.by_level[0]
            if row.y_level == 1:
                found[at] = row
            else:
                found.setdefault(at, _Rest(row))
    return found


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
    cell = stratum.cell
    labels: Mapping[Domain, str] = {
        "total": TOTAL,
        "class": cell.customer_class,
        "line": cell.line,
        "branch": cell.branch,
        "stratum": str(cell),
    }
    return labels[domain]
