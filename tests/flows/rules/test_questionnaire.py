"""Answers to a questionnaire: read by its own terms, faults named by question, figures as estimates want them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.revisits.results import questions
from flows.rulebook.loading import RulebookError, load
from flows.rulebook.loading import read as read_rulebook
from flows.rules.questionnaire import TEXT_AT_MOST, figures, read
from models.values.questionnaire import Questionnaire
from tests.flows.rules.making import POLICY, often

ASKED: Questionnaire = POLICY.rulebook.questionnaire
MARKS = {"satisfaction": 4, "expectation": 3}


def test_whatever_it_may_be_is_read_and_nothing_else() -> None:
    answers, faults = read(ASKED, {**MARKS, "feelings": ["surprised", "met"], "on_time": False, "remark": "谢谢"})
    assert faults == ()
    assert answers.version == ASKED.version
    assert answers.coded == {**MARKS, "feelings": ["met", "surprised"], "on_time": False}
    assert answers.texts == {"remark": "谢谢"}, "words are apart from what may stand in the ledger"


@pytest.mark.parametrize("empty", [None, "", [], ()])
def test_what_is_empty_was_not_answered(empty: Any) -> None:
    answers, faults = read(ASKED, {**MARKS, "feelings": empty, "remark": empty, "recommend": empty})
    assert (faults, answers.coded, answers.texts) == ((), MARKS, {})
    assert [one.question for one in read(ASKED, {"satisfaction": empty})[1]] == ["expectation", "satisfaction"]


def test_a_text_has_an_end() -> None:
    assert read(ASKED, {**MARKS, "remark": "好" * TEXT_AT_MOST})[1] == ()
    [fault] = read(ASKED, {**MARKS, "remark": "好" * (TEXT_AT_MOST + 1)})[1]
    assert fault.question == "remark"


@often
@given(
    st.dictionaries(
        st.sampled_from([*ASKED.questions, "unknown"]),
        st.none() | st.booleans() | st.integers(-3, 12) | st.text(max_size=5) | st.lists(st.text(max_size=5)),
    )
)
def test_what_comes_through_is_of_the_questionnaire(given_: dict[str, Any]) -> None:
    answers, faults = read(ASKED, given_)
    assert set(answers.coded) | set(answers.texts) <= set(ASKED.questions)
    wrong = {one.question for one in faults}
    assert wrong.isdisjoint(answers.coded)
    assert (None in wrong) == ("unknown" in given_)
    for name, value in answers.coded.items():
        question = ASKED.questions[name]
        match question.kind:
            case "scale":
                assert value in question.scale
                assert type(value) is int
            case "yes_no":
                assert isinstance(value, bool)
            case _:
                assert set(value) <= set(question.options)


def test_figures_are_one_for_each_estimate_and_of_nothing_unanswered() -> None:
    coded = {**MARKS, "feelings": ["met"], "on_time": True, "complete": False, "recommend": 9}
    found = figures(ASKED, coded)
    assert found["gap"] == 1
    assert (found["on_time"], found["complete"], found["recommend"]) == (1, 0, 9)
    assert (found["feelings_met"], found["feelings_novel"]) == (1, 0)
    assert "undamaged" not in found
    assert set(found) <= {one.key for one in questions(ASKED)}


def changed(change: Any) -> str:
    content = json.loads(read_rulebook())
    change(content["questionnaire"])
    return json.dumps(content)


MISTAKES = [
    (lambda q: q["questions"].pop("expectation"), "questionnaire: questions needs expectation, a scale from 1 to 5"),
    (lambda q: q["questions"]["satisfaction"].update(high=7), "questionnaire: questions needs satisfaction"),
    (lambda q: q["questions"]["feelings"]["options"].pop("novel"), "questionnaire: the options of feelings are"),
    (lambda q: q["questions"]["recommend"].update(low=1), "questionnaire: recommend is a scale from 0 to 10"),
    (lambda q: q["questions"]["on_time"].update(asks=["only Chinese"]), "questionnaire › questions › on_time › asks"),
    (lambda q: q["questions"]["on_time"].update(kind="maybe"), "questionnaire › questions › on_time › kind"),
]


@pytest.mark.parametrize(("change", "sentence"), MISTAKES, ids=[sentence[:60] for _, sentence in MISTAKES])
def test_a_questionnaire_that_cannot_be_asked_is_refused(change: Any, sentence: str) -> None:
    with pytest.raises(RulebookError) as caught:
        load(changed(change))
    assert str(caught.value).startswith(sentence)
