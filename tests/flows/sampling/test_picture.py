from xml.etree import ElementTree

import pytest

from flows.sampling.estimates import estimate
from flows.sampling.picture import SVG, picture
from tests.flows.sampling.making import sampling
from tests.flows.sampling.test_estimates import OPEN, SCORE, SOLVED, draws_of, of_strata, plan_of


@pytest.fixture(scope="module")
def found():
    plan = plan_of(("A", "陆运<&>", 400), ("B", "*", 300), ("unknown", "空运", 50))
    draws = draws_of(40, 30, 8)
    answers = of_strata(draws, "satisfaction", [4, 5] * 20, [1, 2, 3] * 10, [5, 4, 5, 4])
    return estimate(plan, draws, answers, [SCORE], sampling(suppress_below=10, respondents_at_least=2))


def read(svg):
    return ElementTree.fromstring(svg)  # noqa: S314 - what we have just drawn


def texts(svg):
    return [element.text for element in read(svg).iter(f"{{{SVG}}}text")]


def test_the_picture_names_every_domain_in_words(found):
    shown = texts(picture(found, "satisfaction", "zh"))
    assert "总体 (n = 74)" in shown
    assert "A × 陆运<&> × 1 (n = 40)" in shown
    assert "B × 合并 × 1 (n = 30)" in shown
    assert "满意度: 95% 置信区间" in shown
    assert {"未调整", "按无应答调整"} <= set(shown)


def test_what_is_suppressed_is_named_without_a_figure(found):
    svg = picture(found, "satisfaction", "en")
    assert "unknown × 空运 × 1 (too few answers to show)" in texts(svg)
    points = [one for one in read(svg).iter() if one.get("aria-roledescription") == "point"]
    assert len(points) == 2 * 3, "the total and the two strata that are shown, adjusted and not"


def test_it_describes_itself_to_those_who_cannot_see_it(found):
    root = read(picture(found, "satisfaction", "en"))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title description")
    assert root[0].text == "satisfaction: 95% confidence intervals"
    assert root[1].text.startswith("total: 3.5 (3.35 – 3.65); ")
    assert root[1].text.endswith("unknown × 空运 × 1: too few answers to show")


def test_the_total_alone_can_be_drawn(found):
    assert [one for one in texts(picture(found, "satisfaction", "en", "total")) if "n = " in one] == ["total (n = 74)"]


def test_a_share_is_drawn_in_percent():
    plan, draws = plan_of(("A", "road", 400)), draws_of(40)
    answers = of_strata(draws, "solved", [1, 0, 1, 1] * 10)
    shown = texts(picture(estimate(plan, draws, answers, [SOLVED], OPEN), "solved", "en"))
    assert any(one and one.endswith("%") for one in shown)


def test_a_round_nobody_answered_is_a_picture_without_points():
    plan, draws = plan_of(("A", "road", 400)), draws_of(40)
    svg = picture(estimate(plan, draws, {}, [SCORE], OPEN), "satisfaction", "zh")
    assert "总体 (答复太少，不显示)" in texts(svg)


def test_a_question_nobody_asked_has_no_picture(found):
    with pytest.raises(KeyError):
        picture(found, "weather", "zh")
