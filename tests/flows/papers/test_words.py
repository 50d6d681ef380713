"""Papers speak both languages about every term."""

from enum import StrEnum

import pytest

from flows.papers.words import WORDS, word
from models.values.stage_terms import ClockName
from tests.flows.rules.making import POLICY


@pytest.mark.parametrize("terms", WORDS, ids=lambda terms: terms.__name__)
def test_every_term_has_its_word(terms: type[StrEnum]) -> None:
    assert set(WORDS[terms]) == set(terms)
    for term in terms:
        assert word(term).endswith(f" {term.value}")


def test_the_rulebook_names_every_deadline() -> None:
    assert set(POLICY.rulebook.wording.clocks) == set(ClockName)
