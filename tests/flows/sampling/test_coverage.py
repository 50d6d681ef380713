"""Estimates by simulation: unbiased, and their 95 % intervals hold the truth in 95 ± 2 % of rounds.

Rounds are stacked, a hundred in one: each is a class of its own with four strata of its own, so that the figures of the
domain `class` are those of a hundred independent rounds, each drawn from a population of its own.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from flows.sampling.estimates import Question, estimate
from models.values.rounds import Cell, CellCount, Draw, Plan, Stratum
from tests.flows.sampling.making import NOW, sampling

pytestmark = pytest.mark.timeout(900)  # seconds of computing: a busy machine may take minutes over them
STACKS, ROUNDS = 10, 100
CUSTOMERS = (300, 800, 120, 60)
RELEASED = (60, 90, 40, 30)
ANSWERING = (0.35, 0.8, 0.6, 0.5)
"""How likely it is, by stratum, that somebody answers: where service is good (the second), most do."""
LEVELS = ((0.2, 0.2, 0.2, 0.2, 0.2), (0.02, 0.03, 0.1, 0.35, 0.5), (0.4, 0.3, 0.1, 0.1, 0.1), (0.1, 0.1, 0.3, 0.3, 0.2))
"""The shares of the scores 1 to 5 in each stratum."""
QUESTIONS = (
    Question("satisfaction", "mean", "满意度", "satisfaction", (1, 5)),
    Question("satisfied", "share", "满意", "satisfied"),
    Question("nps", "nps", "净推荐值", "net promoter score"),
)
POLICY = sampling(respondents_at_least=5, suppress_below=5)


@dataclass
class Simulated:
    plan: Plan
    draws: list[Draw]
    answers: dict
    truth: dict
    """Of each round, by question."""


def values(score):
    return {"satisfaction": float(score), "satisfied": float(score >= 4), "nps": float(score * 2)}


def simulated(seed, responding):
    """A hundred populations, each drawn from without replacement; `responding`: how likely in each stratum."""
    chance = np.random.default_rng(seed)
    cells, strata, draws, answers = [], [], [], {}
    truth = {question.key: np.zeros(ROUNDS) for question in QUESTIONS}
    for number, (size, released, levels) in enumerate(zip(CUSTOMERS, RELEASED, LEVELS, strict=True)):
        scores = chance.choice(np.arange(1, 6), p=levels, size=(ROUNDS, size))
        truth["satisfaction"] += scores.sum(axis=1)
        truth["satisfied"] += (scores >= 4).sum(axis=1)
        truth["nps"] += 100.0 * ((scores * 2 >= 9).sum(axis=1) - (scores * 2 <= 6).sum(axis=1))
        drawn = np.take_along_axis(scores, chance.random(scores.shape).argsort(axis=1)[:, :released], axis=1)
        answers_ = chance.random(drawn.shape) < responding[number]
        for round_ in range(ROUNDS):
            cell = Cell(f"round {round_:04}", f"line {number}", "1")
            stratum = len(strata)
            cells.append(CellCount(cell, size))
            strata.append(Stratum(stratum, cell, (stratum,), size))
            for place, (score, given) in enumerate(zip(drawn[round_], answers_[round_], strict=True), start=1):
                position = len(draws) + 1
                draws.append(Draw(position, None, None, None, None, stratum, place, 0, NOW, None, None))
                if given:
                    answers[position] = values(score)
    truth = {key: whole / sum(CUSTOMERS) for key, whole in truth.items()}
    return Simulated(Plan({}, tuple(cells), tuple(strata), (), 0, 0), draws, answers, truth)


@pytest.fixture(scope="module")
def answered_by_all():
    return found_in([simulated(seed, (1, 1, 1, 1)) for seed in range(STACKS)])


@pytest.fixture(scope="module")
def answered_by_some():
    return found_in([simulated(seed, ANSWERING) for seed in range(STACKS, 2 * STACKS)])


def found_in(stacks):
    """The truth, and the estimates in the same order, by question."""
    found = [estimate(one.plan, one.draws, one.answers, QUESTIONS, POLICY, ("class",)) for one in stacks]
    keys = [question.key for question in QUESTIONS]
    truth = {key: np.concatenate([one.truth[key] for one in stacks]) for key in keys}
    in_order = {key: [sorted(one.of(key, "class"), key=lambda row: row.label) for one in found] for key in keys}
    return truth, {key: [row for rows in in_order[key] for row in rows] for key in keys}


def errors(found, key, which):
    truth, rows = found
    return np.array([getattr(row, which).value for row in rows[key]]) - truth[key]


def coverage(found, key, which):
    truth, rows = found
    figures = [getattr(row, which) for row in rows[key]]
    return np.mean([figure.low <= true <= figure.high for figure, true in zip(figures, truth[key], strict=True)])


def standard_error(error):
    return error.std(ddof=1) / len(error) ** 0.5


def assert_unbiased(error):
    """The mean error of the rounds is no more than four of its own standard errors."""
    assert abs(error.mean()) <= 4 * standard_error(error)


@pytest.mark.parametrize("key", [question.key for question in QUESTIONS])
@pytest.mark.parametrize("which", ["unadjusted", "adjusted"])
def test_when_all_answer_estimates_are_unbiased_and_intervals_cover_as_they_say(answered_by_all, key, which):
    assert_unbiased(errors(answered_by_all, key, which))
    assert coverage(answered_by_all, key, which) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("key", [question.key for question in QUESTIONS])
def test_with_non_response_the_adjusted_estimates_are_unbiased_and_cover_as_they_say(answered_by_some, key):
    assert_unbiased(errors(answered_by_some, key, "adjusted"))
    assert coverage(answered_by_some, key, "adjusted") == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("key", [question.key for question in QUESTIONS])
def test_with_non_response_the_unadjusted_estimates_are_what_the_adjustment_is_for(answered_by_some, key):
    """The satisfied answer more: unadjusted, service looks better than it is, and few intervals hold the truth."""
    error = errors(answered_by_some, key, "unadjusted")
    assert error.mean() > 10 * standard_error(error)
    assert coverage(answered_by_some, key, "unadjusted") < 0.9
