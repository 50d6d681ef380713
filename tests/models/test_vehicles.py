"""One way to write a vehicle: plates however they are written, and other names that stay themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.vehicles import normal_vehicle


@pytest.mark.parametrize(
    "written",
    [
        "沪A·80017",
        "沪A80017",
        "沪a 80017",
        "沪Ａ·８００１７",
        "沪A-80017",
        "沪A.80017",
        "沪A•80017",
        "沪A・80017",
        " 沪 A 800 17 ",
        "\u200b沪A\u00a080017",
    ],
)
def test_a_plate_is_one_however_it_is_written(written: str) -> None:
    assert normal_vehicle(written) == "沪A·80017"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("粤b d12345", "粤B·D12345"),
        ("沪A1234挂", "沪A·1234挂"),
        ("粤z·1234港", "粤Z·1234港"),
    ],
)
def test_electric_trucks_trailers_and_plates_of_the_border_are_plates(written: str, normal: str) -> None:
    assert normal_vehicle(written) == normal


@pytest.mark.parametrize("other", ["沪A·80071", "沪B·80017", "浙A·80017", "沪A·D80017", "沪A·8001挂"])
def test_other_vehicles_stay_others(other: str) -> None:
    assert normal_vehicle(other) != normal_vehicle("沪A80017")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Ever  Given 021e", "EVER GIVEN 021E"),
        ("ｃａ１２３４", "CA1234"),
        ("K-12.7/3", "K-12.7/3"),
        ("中远之星 3 航次", "中远之星 3 航次"),
        ("沪A80017/沪B1234挂", "沪A80017/沪B1234挂"),
        ("沪A·8001", "沪A·8001"),
    ],
)
def test_trips_flights_and_vessels_keep_their_signs(written: str, normal: str) -> None:
    assert normal_vehicle(written) == normal


def test_signs_that_tell_two_trips_apart_still_do() -> None:
    assert normal_vehicle("12-3") != normal_vehicle("1-23")


@given(st.text())
def test_the_normal_form_stays_as_it_is(written: str) -> None:
    assert normal_vehicle(normal_vehicle(written)) == normal_vehicle(written)


@given(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1))
def test_a_name_never_becomes_none(written: str) -> None:
    assert normal_vehicle(written)
