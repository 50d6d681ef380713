from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from flows.sampling.draw import draw_hash, drawn
from flows.sampling.planning import plan_of
from models.values.round_terms import RoundKind
from models.values.rounds import Cell, CellCount, Plan
from tests.flows.sampling.making import sampling

SEEDS = 2000


def frame(*sizes, seed=0):
    """Cells mixed up in a frame, and their counts."""
    column = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return column, [CellCount(Cell("ABCDE"[number], "road", "1"), size) for number, size in enumerate(sizes)]


def planned(counts, **changed):
    return plan_of(counts, RoundKind.DRAWN, sampling(thin=2, **changed))


frames = st.lists(st.integers(2, 60), min_size=1, max_size=5).map(lambda sizes: frame(*sizes))


@settings(deadline=None)  # svy loads at the first
@given(frames, st.integers(0, 2**63 - 1))
def test_the_same_seed_draws_the_same_again_from_what_was_stored(framed, seed):
    column, counts = framed
    plan = planned(counts)
    again = Plan.of(plan.as_json())
    first = drawn(column, plan, seed)
    assert drawn(column.copy(), again, seed) == first
    assert draw_hash(reversed(first)) == draw_hash(first)


@settings(deadline=None)
@given(frames, st.integers(0, 2**63 - 1))
def test_nobody_is_drawn_twice_and_everybody_from_his_own_stratum(framed, seed):
    column, counts = framed
    plan = planned(counts)
    found = drawn(column, plan, seed)
    assert len({one.position for one in found}) == len(found)
    strata = {cell: one.number for one in plan.strata for cell in one.cells}
    assert all(strata[column[one.position - 1]] == one.stratum for one in found)
    for stratum in plan.strata:
        here = [one for one in found if one.stratum == stratum.number]
        assert [one.place for one in here] == list(range(1, len(here) + 1))
        sizes = Counter(one.replicate for one in here)
        assert [sizes[n] for n in range(len(stratum.reserves) + 1)] == [stratum.drawn, *stratum.reserves]


def test_other_seeds_draw_others():
    column, counts = frame(50, 50)
    plan = planned(counts)
    assert len({draw_hash(drawn(column, plan, seed)) for seed in range(50)}) == 50


@pytest.fixture(scope="module")
def many():
    """How often each row of a frame was drawn into each replicate, over many seeds."""
    column, counts = frame(40, 24, 16)
    plan = planned(counts, margin=0.3, expected_response=0.9, floor=4, reserves=2)
    times = np.zeros((3, len(column)), dtype=int)
    pairs = Counter()
    for seed in range(SEEDS):
        found = drawn(column, plan, seed)
        for one in found:
            times[one.replicate, one.position - 1] += 1
        first = [one.position for one in found if one.stratum == 0 and one.replicate == 0]
        pairs.update((one, other) for one in first for other in first if one < other)
    return column, plan, times, pairs


@pytest.mark.parametrize("replicate", [0, 1, 2])
def test_within_a_stratum_everybody_is_as_likely_to_be_drawn(many, replicate):
    """Chi-square over the seeds; without replacement, counts vary less than that by (N - n) / (N - 1)."""
    column, plan, times, _ = many
    for stratum in plan.strata:
        size, population = (stratum.drawn, *stratum.reserves)[replicate], stratum.population
        counted = times[replicate][np.isin(column, stratum.cells)]
        expected = SEEDS * size / population
        statistic = ((counted - expected) ** 2 / expected).sum() / ((population - size) / (population - 1))
        assert 0.001 < chi2.cdf(statistic, population - 1) < 0.999


def test_pairs_are_drawn_together_as_often_as_in_simple_random_sampling(many):
    _, plan, _, pairs = many
    stratum = plan.strata[0]
    expected = SEEDS * stratum.drawn * (stratum.drawn - 1) / (stratum.population * (stratum.population - 1))
    all_pairs = stratum.population * (stratum.population - 1) // 2
    counted = [*pairs.values(), *[0] * (all_pairs - len(pairs))]
    assert np.mean(counted) == pytest.approx(expected)
    assert np.std(counted) == pytest.approx(expected**0.5, rel=0.15)


def test_a_seed_draws_what_it_drew_when_this_was_written():
    """The stream of a seed must never change: rounds drawn years ago are verified by it."""
    column, counts = frame(6, 5)
    plan = planned(counts, margin=0.4, expected_response=1, reserves=0, floor=2)
    assert [one.position for one in drawn(np.sort(column), plan, 20260309)] == [3, 4, 6, 11, 8]
