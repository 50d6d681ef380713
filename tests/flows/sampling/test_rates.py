"""Worked by hand from the formulas of the AAPOR's Standard Definitions."""

import pytest

from flows.sampling.rates import CODES, rates
from models.values.round_terms import Disposition

RELEASED = [
    *[Disposition.COMPLETE] * 40,
    *[Disposition.PARTIAL] * 5,
    *[Disposition.REFUSED] * 10,
    *[Disposition.BROKEN_OFF] * 3,
    *[Disposition.DO_NOT_CALL] * 2,
    *[Disposition.NO_ANSWER] * 15,
    *[Disposition.BUSY] * 2,
    *[Disposition.CALL_BACK] * 1,
    *[Disposition.WRONG_NUMBER] * 4,
    *[Disposition.NO_PHONE] * 3,
    *[Disposition.COOL_DOWN] * 5,
    *[Disposition.OPEN_COMPLAINT] * 2,
    *[Disposition.UNABLE] * 3,
    *[Disposition.NOT_WORKED] * 4,
    *[Disposition.NOT_ELIGIBLE] * 1,
    None,
]


def test_dispositions_are_counted_by_the_aapors_letters_and_codes():
    found = rates(RELEASED)
    assert found.released == 101
    assert found.counts == {"I": 40, "P": 5, "R": 15, "NC": 32, "O": 3, "U": 5, "NE": 1}
    assert found.codes["1.1"] == 40
    assert found.codes["3.11"] == 5
    assert sum(found.codes.values()) == 101


@pytest.mark.parametrize(
    ("name", "above", "below"),
    [
        ("RR1", 40, 100),
        ("RR2", 45, 100),
        ("RR5", 40, 95),
        ("RR6", 45, 95),
        ("COOP1", 40, 63),
        ("COOP2", 45, 63),
        ("COOP3", 40, 60),
        ("COOP4", 45, 60),
        ("REF1", 15, 100),
        ("REF3", 15, 95),
        ("CON1", 63, 100),
        ("CON3", 63, 95),
    ],
)
def test_rates_are_the_formulas_of_the_standard(name, above, below):
    assert rates(RELEASED)[name] == pytest.approx(above / below)


def test_every_rate_carries_its_definition_in_both_languages():
    for rate in rates(RELEASED).rates:
        assert " / " in rate.formula
        assert rate.zh
        assert rate.en


def test_every_disposition_has_a_code():
    assert set(CODES) == set(Disposition)


def test_nobody_released_has_no_rates():
    found = rates([])
    assert found.released == 0
    assert {rate.value for rate in found.rates} == {None}


def test_an_exclusion_lowers_the_response_and_contact_but_not_the_cooperation():
    """Whom our own rules kept from being called stays in the count, or the rate would look better than it is."""
    before, after = (
        rates([Disposition.COMPLETE, Disposition.REFUSED]),
        rates([Disposition.COMPLETE, Disposition.REFUSED, Disposition.COOL_DOWN, Disposition.OPEN_COMPLAINT]),
    )
    assert (before["RR1"], after["RR1"]) == (0.5, 0.25)
    assert (before["CON1"], after["CON1"]) == (1, 0.5)
    assert before["COOP1"] == after["COOP1"]
