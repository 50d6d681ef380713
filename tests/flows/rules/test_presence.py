"""Who is there: on shift by weekday and calendar, and not away."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import presence
from models.values.shift import Absence, ShiftError, parsed, stored_shift
from tests.flows.rules.making import POLICY, at, often

OFFICE = parsed(["mon-fri 08:00-17:00"], "working_days")
NIGHT = parsed(["mon-sun 20:00-08:00"], "centre")


@pytest.mark.parametrize(
    ("shift", "moment", "there"),
    [
        (OFFICE, "2026-03-04 08:00", True),
        (OFFICE, "2026-03-04 07:59", False),
        (OFFICE, "2026-03-04 16:59", True),
        (OFFICE, "2026-03-04 17:00", False),
        (OFFICE, "2026-03-07 10:00", False),
        (OFFICE, "2026-02-17 10:00", False),  # Spring Festival
        (OFFICE, "2026-02-28 10:00", True),  # a Saturday worked for it (调休)
        (NIGHT, "2026-03-04 23:00", True),
        (NIGHT, "2026-03-05 07:59", True),
        (NIGHT, "2026-03-05 08:00", False),
        (NIGHT, "2026-02-17 03:00", True),
        (None, "2026-02-17 03:00", True),
    ],
)
def test_on_shift(shift: Any, moment: str, there: bool) -> None:
    assert presence.present(shift, [], POLICY, at(moment)) is there


@pytest.mark.parametrize(
    ("absence", "there"),
    [
        (Absence(), False),
        (Absence(at("2026-03-04 10:00")), False),
        (Absence(at("2026-03-04 10:01")), True),
        (Absence(until=at("2026-03-04 10:00")), True),
        (Absence(until=at("2026-03-04 10:01")), False),
        (Absence(at("2026-03-01 00:00"), at("2026-03-09 00:00")), False),
    ],
)
def test_away(absence: Absence, there: bool) -> None:
    assert presence.present(OFFICE, [absence], POLICY, at("2026-03-04 10:00")) is there


def test_a_calendar_that_is_no_more_keeps_nobody_from_work() -> None:
    assert presence.present(parsed(["wed 08:00-17:00"], "old"), [], POLICY, at("2026-03-04 10:00"))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("8-17", "write a shift as days and hours"),
        ("mon 08:00–17:00", "write a shift as days and hours"),
        ("someday 08:00-17:00", "the days of a shift are"),
        ("fri-mon 08:00-17:00", "run from mon to sun"),
        ("mon,mon 08:00-17:00", "a day stands twice"),
        ("mon 08:00-25:00", "hours run from 00:00 to 24:00"),
        ("mon 08:61-09:00", "hours run from 00:00 to 24:00"),
        ("mon 24:00-09:00", "begins before 24:00"),
    ],
)
def test_a_shift_that_cannot_be_meant_gets_its_sentence(said: str, sentence: str) -> None:
    with pytest.raises(ShiftError, match=sentence):
        parsed([said], "centre")


def test_two_spans_of_one_day_do_not_overlap() -> None:
    assert str(parsed(["mon 08:00-12:00", "mon 13:00-17:00"], "centre")).startswith("mon 08:00-12:00; mon 13:00-17:00")
    with pytest.raises(ShiftError, match="two spans of mon overlap"):
        parsed(["mon 08:00-12:00", "mon 11:00-17:00"], "centre")


minutes = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")


@often
@given(st.dictionaries(st.sampled_from(["mon", "tue-thu", "fri", "sat,sun"]), st.tuples(minutes, minutes), min_size=1))
def test_a_shift_is_read_back_as_it_was_stored_and_as_it_is_shown(hours: dict[str, tuple[str, str]]) -> None:
    shift = parsed([f"{days} {begins}-{until}" for days, (begins, until) in hours.items()], "centre")
    assert stored_shift(shift.stored()) == shift
    assert parsed(str(shift).removesuffix(" (centre)").split("; "), "centre") == shift
