"""Size and allocation."""

import math

import pytest
import svy
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from flows.sampling.allocation import allocated
from flows.sampling.errors import SamplingError
from flows.sampling.planning import plan_of, with_margin
from flows.sampling.size import needed
from models.values.round_terms import RoundKind
from models.values.rounds import Cell, CellCount, Plan, Stratum
from models.values.vocabulary import CustomerClass
from tests.flows.sampling.making import SAMPLING, cells, sampling

populations = st.lists(st.integers(2, 5000), min_size=1, max_size=30)


def strata(*sizes, census=()):
    return [
        Stratum(number, Cell("ABCD"[number % 4], "road", str(number)), (number,), size, number in census)
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    ("population", "answers", "release"),
    [(10_000_000, 385, 962), (1000, 278, 695), (100, 80, 100), (2, 2, 2)],
)
def test_the_size_is_cochrans(population, answers, release):
    """n0 = z² p (1 - p) / e² = 384.1; n = n0 / (1 + (n0 - 1) / N); released: by the response of 0.4, at most N."""
    found = needed(population, SAMPLING)
    assert found.answers == pytest.approx(answers, abs=1)
    assert found.release == pytest.approx(release, abs=3)
    assert found.release <= population


@given(st.floats(0.02, 0.4), st.floats(0.8, 0.99), st.integers(50, 100_000))
def test_the_margin_is_met_by_the_answers_wanted(margin, confidence, population):
    size = needed(population, sampling(margin=margin, confidence=confidence))
    correction = 1 - size.answers / population
    met = norm.ppf((1 + confidence) / 2) * math.sqrt(correction * 0.25 / size.answers)
    assert met <= margin * 1.02


def test_proportional_allocation_is_proportional():
    found = allocated(strata(1000, 3000, 6000), 500, sampling(floor=2))
    assert [one.drawn for one in found] == [50, 150, 300]


def test_neyman_allocation_draws_more_where_answers_vary_more():
    policy = sampling(
        floor=2,
        allocation="neyman",
        expected_sd={CustomerClass.A: 2, CustomerClass.B: 1, CustomerClass.C: 1, CustomerClass.D: 1},
    )
    assert [one.drawn for one in allocated(strata(1000, 1000, 1000), 400, policy)] == [200, 100, 100]


@pytest.mark.parametrize("method", ["proportional", "neyman"])
def test_it_is_what_svy_allocates(method):
    """Where there are no ties and no floor, which svy resolves otherwise."""
    sizes, release = (1013, 257, 4411, 93), 571
    spread = {CustomerClass.A: 1.3, CustomerClass.B: 0.7, CustomerClass.C: 1.1, CustomerClass.D: 0.9}
    policy = sampling(floor=2, allocation=method, expected_sd=spread)
    theirs = svy.SampleSize().allocate(
        release,
        pop_size=dict(enumerate(sizes)),
        method=method,
        sigma=dict(enumerate(spread.values())) if method == "neyman" else None,
        min_n=0,
    )
    assert [one.drawn for one in allocated(strata(*sizes), release, policy)] == [one.n for one in theirs._allocation]


@given(populations, st.integers(1, 3000), st.sampled_from(["proportional", "neyman"]))
def test_allocation_sums_up_keeps_the_floor_and_never_draws_more_than_there_are(sizes, release, method):
    floor = 6
    found = allocated(strata(*sizes), release, sampling(floor=floor, allocation=method))
    assert sum(one.drawn for one in found) >= min(release, sum(sizes))
    for one in found:
        assert min(floor, one.population) <= one.drawn <= one.population
        assert one.drawn + sum(one.reserves) <= one.population
    unfloored = allocated(strata(*sizes), release, sampling(floor=0, allocation=method))
    assert sum(one.drawn for one in unfloored) == min(release, sum(sizes))


def test_a_floor_takes_nothing_from_the_others():
    found = allocated(strata(10_000, 40), 100, sampling(floor=6))
    assert [one.drawn for one in found] == [100, 6]


def test_a_class_drawn_whole_takes_nothing_from_the_others():
    found = allocated(strata(50, 1000, census=(0,)), 200, SAMPLING)
    assert [(one.drawn, sum(one.reserves)) for one in found] == [(50, 0), (200, 200)]


def test_each_reserve_is_a_share_of_the_sample_as_far_as_customers_are_left():
    (large, small) = allocated(strata(1000, 12), 100, sampling(floor=6, reserves=3, reserve_share=0.25))
    assert (large.drawn, large.reserves) == (99, (25, 25, 25))
    assert (small.drawn, small.reserves) == (6, (2, 2, 2))


def test_a_plan_survives_being_stored():
    plan = plan_of(cells(400, 20, 9), RoundKind.DRAWN, SAMPLING)
    assert Plan.of(plan.as_json()) == plan


def test_classes_the_rulebook_names_are_a_census():
    plan = plan_of(cells(40, 5000), RoundKind.DRAWN, sampling(census_classes=(CustomerClass.A,)))
    assert [(one.census, one.drawn == one.population) for one in plan.strata] == [(True, True), (False, False)]


@pytest.mark.parametrize("kind", [RoundKind.CENSUS, RoundKind.ACCOUNT_VISIT, RoundKind.RETENTION])
def test_other_kinds_draw_everybody_and_have_no_reserves(kind):
    plan = plan_of(cells(400, 20, 1), kind, SAMPLING)
    assert all(one.census and one.drawn == one.population and not one.reserves for one in plan.strata)
    assert plan.population == 421


def test_a_stratum_of_one_is_refused():
    split = sampling(merge=("branch",))
    with pytest.raises(SamplingError, match="one customer only"):
        plan_of([CellCount(Cell("A", "air", "1"), 1), *cells(400)], RoundKind.DRAWN, split)


@pytest.mark.parametrize("margin", [0, 1, -0.05, float("nan"), float("inf")])
def test_a_margin_nobody_can_meet_is_refused(margin):
    with pytest.raises(SamplingError, match="above 0 and below 1"):
        with_margin(SAMPLING, margin)
