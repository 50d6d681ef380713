"""The standard wording that comes with a piece of work: for each stage of a person, by kind and category."""

import pytest

from flows.rules import lifecycle, wording
from flows.rules.wording import AMONG_US
from models.values.stage_terms import Stage
from models.values.vocabulary import Category, Kind
from tests.flows.rules.making import POLICY, case

SAY = POLICY.rulebook.wording.say
EMPATHY = POLICY.rulebook.wording.empathy


def said(stage: Stage, **facts: object) -> dict[str, str]:
    return {one.part: one.words.zh for one in wording.lines(case(stage, **facts), POLICY)}


@pytest.mark.parametrize("stage", sorted(lifecycle.PERSONS))
def test_whoever_works_is_told_what_to_say_in_both_languages(stage: Stage) -> None:
    lines = wording.lines(case(stage), POLICY)
    parts = [one.part for one in lines]
    assert parts == [part for part in ("greeting", "opening", "empathy", "closing") if part in parts]
    assert {"opening", "closing"} <= set(parts)
    assert all(one.words.zh and one.words.en and one.words.zh != one.words.en for one in lines)


@pytest.mark.parametrize("stage", sorted(set(Stage) - lifecycle.PERSONS))
def test_where_nobody_is_waited_for_nothing_is_to_be_said(stage: Stage) -> None:
    assert wording.lines(case(stage), POLICY) == ()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.COMPLAINT])
def test_each_kind_is_answered_in_its_own_words(kind: Kind) -> None:
    assert said(Stage.ANSWER, kind=kind, category=None)["opening"] == SAY[Stage.ANSWER][kind].opening[0]


def test_a_kind_without_words_of_its_own_gets_those_of_any() -> None:
    assert said(Stage.ANSWER, kind=None, category=None)["opening"] == SAY[Stage.ANSWER]["any"].opening[0]


@pytest.mark.parametrize("category", Category)
def test_a_complaint_is_taken_seriously_in_the_words_of_its_category(category: Category) -> None:
    assert said(Stage.CARRY_OUT, category=category)["empathy"] == EMPATHY[category][0]


@pytest.mark.parametrize("stage", sorted(lifecycle.PERSONS))
def test_a_customer_is_greeted_once_and_colleagues_and_letters_are_not(stage: Stage) -> None:
    lines = said(stage)
    hails = [part for part, words in lines.items() if words.startswith(("您好", "尊敬的客户"))]
    assert len(hails) == (stage not in AMONG_US), "a call or a letter begins with one greeting, work among us with none"
    if stage in AMONG_US | {Stage.WRITTEN_ANSWER}:
        assert "greeting" not in lines


def test_the_final_position_names_the_outside_routes() -> None:
    closing = said(Stage.FINAL_POSITION)["closing"]
    assert all(route in closing for route in ("12305", "12315", "法院"))
