"""Estimates by hand, on small rounds."""

import numpy as np
import pytest
from scipy.stats import t

from flows.sampling.estimates import DOMAINS, Question, estimate
from models.values.round_terms import Disposition
from models.values.rounds import Cell, CellCount, Draw, Plan, Stratum
from tests.flows.sampling.making import NOW, sampling

SCORE = Question("satisfaction", "mean", "满意度", "satisfaction", (1, 5))
SOLVED = Question("solved", "share", "已解决", "solved")
NPS = Question("nps", "nps", "净推荐值", "net promoter score")
OPEN = sampling(suppress_below=1, respondents_at_least=2)


def plan_of(*strata):
    """`strata`: class, line, population."""
    return Plan(
        {},
        tuple(CellCount(Cell(name, line, "1"), size) for name, line, size in strata),
        tuple(Stratum(n, Cell(name, line, "1"), (n,), size) for n, (name, line, size) in enumerate(strata)),
        (),
        0,
        0,
    )


def draws_of(*released, disposition=None):
    """So many released of each stratum."""
    draws = []
    for stratum, count in enumerate(released):
        for place in range(1, count + 1):
            position = len(draws) + 1
            draws.append(Draw(position, None, None, None, None, stratum, place, 0, NOW, disposition, None))
    return draws


def answered(key, **by_position):
    return {int(position[1:]): {key: value} for position, value in by_position.items()}


def of_strata(draws, key, *values):
    """The answers of each stratum in order of its draws; who is left over did not answer."""
    answers = {}
    for stratum, given in enumerate(values):
        asked = [draw.position for draw in draws if draw.stratum == stratum]
        answers |= {position: {key: value} for position, value in zip(asked, given, strict=False)}
    return answers


def test_a_stratified_mean_is_the_textbooks():
    """Cochran 1977, § 5.3–5.4, by hand: weights N_h / N, variance Σ W_h² (1 - f_h) s_h² / n_h."""
    plan, draws = plan_of(("A", "road", 100), ("B", "road", 300)), draws_of(4, 5)
    values = ([3, 4, 5, 4], [1, 2, 3, 2, 4])
    (total,) = estimate(plan, draws, of_strata(draws, "satisfaction", *values), [SCORE], OPEN).of("satisfaction")
    mean = 0.25 * np.mean(values[0]) + 0.75 * np.mean(values[1])
    variance = (
        0.25**2 * (1 - 4 / 100) * np.var(values[0], ddof=1) / 4
        + 0.75**2 * (1 - 5 / 300) * np.var(values[1], ddof=1) / 5
    )
    for figure in (total.unadjusted, total.adjusted):
        assert figure.value == pytest.approx(mean)
        assert figure.error == pytest.approx(variance**0.5)
        assert figure.low == pytest.approx(mean - t.ppf(0.975, 7) * variance**0.5)
    assert (total.answers, total.released, total.population) == (9, 9, 400)


def test_non_response_that_differs_by_stratum_is_adjusted_and_shown_beside():
    """Half of A answers, all of B: unadjusted, B counts double; adjusted, as in the population."""
    plan, draws = plan_of(("A", "road", 100), ("B", "road", 100)), draws_of(10, 10)
    answers = of_strata(draws, "satisfaction", [5, 5, 5, 5, 4], [1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    (total,) = estimate(plan, draws, answers, [SCORE], OPEN).of("satisfaction")
    assert total.unadjusted.value == pytest.approx((5 * 4.8 + 10 * 1.1) / 15)
    assert total.adjusted.value == pytest.approx((4.8 + 1.1) / 2)


def test_reserves_released_count_into_the_weights():
    plan = plan_of(("A", "road", 100), ("B", "road", 100))
    draws = draws_of(10, 30)
    answers = of_strata(draws, "satisfaction", [5, 4] * 5, [1, 2] * 15)
    (total,) = estimate(plan, draws, answers, [SCORE], OPEN).of("satisfaction")
    assert total.unadjusted.value == pytest.approx((4.5 + 1.5) / 2)


def test_who_does_not_belong_to_the_population_counts_for_nobody():
    plan, draws = plan_of(("A", "road", 100), ("B", "road", 100)), draws_of(10, 10)
    half = [
        draw if draw.stratum == 0 or draw.place > 5 else Draw(**{**vars(draw), "disposition": Disposition.NOT_ELIGIBLE})
        for draw in draws
    ]
    answers = {one.position: {"satisfaction": 5 - one.stratum * 4 + one.place % 2 * 0.5} for one in half}
    (total,) = estimate(plan, half, answers, [SCORE], OPEN).of("satisfaction")
    assert total.answers == 15
    assert total.adjusted.value == pytest.approx((100 * 5.25 + 50 * 1.2) / 150)


def test_promoters_less_detractors():
    plan, draws = plan_of(("A", "road", 50)), draws_of(10)
    answers = of_strata(draws, "nps", [10, 9, 9, 8, 7, 7, 6, 0, 10, 5])
    (total,) = estimate(plan, draws, answers, [NPS], OPEN).of("nps")
    assert total.adjusted.value == pytest.approx(100 * (4 - 3) / 10)
    assert -100 <= total.adjusted.low < total.adjusted.value < total.adjusted.high <= 100


def test_a_share_stays_between_nought_and_one_even_when_all_agree():
    plan, draws = plan_of(("A", "road", 500)), draws_of(30)
    for value in (0.0, 1.0):
        answers = of_strata(draws, "solved", [value] * 30)
        (total,) = estimate(plan, draws, answers, [SOLVED], OPEN).of("solved")
        assert total.adjusted.value == value
        assert 0 <= total.adjusted.low < total.adjusted.high <= 1


def test_a_mean_on_which_all_agree_has_no_interval():
    plan, draws = plan_of(("A", "road", 500)), draws_of(30)
    (total,) = estimate(plan, draws, of_strata(draws, "satisfaction", [5] * 30), [SCORE], OPEN).of("satisfaction")
    assert total.adjusted.value == pytest.approx(5)
    assert (total.adjusted.low, total.adjusted.high, total.adjusted.error) == (None, None, None)


def test_a_mean_ends_at_its_scale():
    plan, draws = plan_of(("A", "road", 500)), draws_of(6)
    (total,) = estimate(plan, draws, of_strata(draws, "satisfaction", [5, 5, 5, 5, 5, 1]), [SCORE], OPEN).of(
        "satisfaction"
    )
    assert total.adjusted.high == 5


def test_when_everybody_answered_there_is_nothing_uncertain():
    plan, draws = plan_of(("A", "road", 6)), draws_of(6)
    for question, values in ((SCORE, [5, 4, 3, 2, 1, 1]), (SOLVED, [1, 1, 0, 0, 0, 0])):
        (total,) = estimate(plan, draws, of_strata(draws, question.key, values), [question], OPEN).of(question.key)
        assert total.adjusted.low == total.adjusted.high == total.adjusted.value == pytest.approx(np.mean(values))


def test_one_answer_has_no_interval_and_none_no_figure():
    plan, draws = plan_of(("A", "road", 50), ("B", "road", 50)), draws_of(5, 5)
    (one,) = estimate(plan, draws, {1: {"satisfaction": 4}}, [SCORE], OPEN).of("satisfaction")
    assert (one.answers, one.adjusted.value, one.adjusted.low) == (1, 4, None)
    (none,) = estimate(plan, draws, {}, [SCORE], OPEN).of("satisfaction")
    assert (none.answers, none.adjusted, none.suppressed) == (0, None, True)


def test_a_question_left_out_is_not_an_answer():
    plan, draws = plan_of(("A", "road", 50)), draws_of(12)
    answers = {one.position: {"satisfaction": 4.0 - one.place % 2, "nps": None} for one in draws}
    found = estimate(plan, draws, answers, [SCORE, NPS], OPEN)
    assert [row.answers for question in (SCORE, NPS) for row in found.of(question.key)] == [12, 0]


def test_small_cells_are_suppressed_with_all_their_figures():
    plan, draws = plan_of(("A", "road", 100), ("B", "road", 100)), draws_of(20, 20)
    answers = of_strata(draws, "satisfaction", [5, 4] * 10, [1, 2] * 4)
    found = estimate(plan, draws, answers, [SCORE], sampling(suppress_below=10, respondents_at_least=2))
    shown, hidden = found.of("satisfaction", "class")
    assert not shown.suppressed
    assert hidden.suppressed
    assert (hidden.answers, hidden.unadjusted, hidden.adjusted, hidden.places) == (8, None, None, None)


def test_weighting_classes_too_small_are_joined_and_it_is_said():
    plan = plan_of(("A", "air", 100), ("A", "road", 100), ("B", "road", 100))
    draws = draws_of(10, 10, 10)
    answers = of_strata(draws, "satisfaction", [5], [4, 5, 4, 5, 4], [1, 2, 1, 2, 1])
    found = estimate(plan, draws, answers, [SCORE], sampling(suppress_below=1, respondents_at_least=5))
    assert {str(one.merged.what) for one in found.collapsed} == {"A × air × 1", "A × road × 1"}
    assert found.collapsed[0].questions == ("satisfaction",)
    (total,) = found.of("satisfaction")
    assert total.adjusted.value == pytest.approx((200 * 27 / 6 + 100 * 7 / 5) / 300)


def test_nothing_is_ranked_that_the_intervals_do_not_separate():
    plan = plan_of(("A", "road", 1000), ("B", "road", 1000), ("C", "road", 1000))
    draws = draws_of(40, 40, 40)
    answers = of_strata(draws, "satisfaction", [5, 4] * 20, [4, 5, 4, 5, 5] * 8, [1, 2] * 20)
    found = estimate(plan, draws, answers, [SCORE], OPEN)
    assert [row.places for row in found.of("satisfaction", "class")] == [(1, 2), (1, 2), (3, 3)]
    assert found.of("satisfaction")[0].places is None


def test_the_domains_agree_with_the_total_and_with_each_other():
    plan, draws = plan_of(("A", "road", 400)), draws_of(50)
    answers = of_strata(draws, "satisfaction", [1, 2, 3, 4, 5] * 10)
    found = estimate(plan, draws, answers, [SCORE], OPEN, (*DOMAINS, "branch"))
    figures = {(row.unadjusted, row.adjusted) for row in found.rows}
    assert {row.domain for row in found.rows} == {"total", "class", "line", "branch", "stratum"}
    assert len(figures) == 1


def test_as_json_holds_what_the_rows_hold():
    plan, draws = plan_of(("A", "road", 400)), draws_of(50)
    found = estimate(plan, draws, of_strata(draws, "solved", [1, 0] * 25), [SOLVED], OPEN)
    assert found.as_json()["rows"][0]["adjusted"]["value"] == pytest.approx(0.5)
    assert found.method["zh"]
    assert found.adjustment["en"]
