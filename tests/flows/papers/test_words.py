"""Every term has its Chinese, and papers speak both languages about it."""

from enum import StrEnum
from typing import get_args

import pytest

from flows.papers.words import EVENTS, word
from models.values.chinese import FLAGS, MARKS, TERMS
from models.values.course_policy import Indicator
from models.values.incident_policy import IncidentIndicator
from models.values.stage_terms import ClockName, EventKind
from models.values.taxonomy import Urgency
from tests.flows.rules.making import POLICY


@pytest.mark.parametrize("terms", [*TERMS, EventKind], ids=lambda terms: terms.__name__)
def test_every_term_has_its_word(terms: type[StrEnum]) -> None:
    assert set(TERMS.get(terms, EVENTS)) == set(terms)
    for term in terms:
        assert word(term).endswith(f" {term.value}")


def test_flags_and_marks_have_their_names() -> None:
    assert set(FLAGS) == set(get_args(Urgency))
    assert set(MARKS) == {*get_args(Indicator), *get_args(IncidentIndicator)}


def test_the_rulebook_names_every_deadline_unit_and_shift() -> None:
    rulebook = POLICY.rulebook
    assert set(rulebook.wording.clocks) == set(ClockName)
    assert set(rulebook.assignment.units.values()) <= set(rulebook.wording.units)
    assert set(rulebook.daily.shifts) == set(rulebook.wording.shifts)
