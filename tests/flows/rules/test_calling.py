"""When customers are called."""

import pytest

from flows.rules.calling import next_attempt, obstacle
from tests.flows.rules.making import POLICY, at


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-04 08:59", "between 09:00–21:00"),
        ("2026-03-04 09:00", None),
        ("2026-03-04 20:59", None),
        ("2026-03-04 21:00", "between 09:00–21:00"),
        ("2026-02-13 10:00", None),  # the Friday before
        ("2026-02-16 10:00", "Spring Festival"),  # New Year's Eve
        ("2026-02-17 10:00", "Spring Festival"),
        ("2026-02-21 10:00", "Spring Festival"),  # a Saturday among days off
        ("2026-02-23 10:00", "Spring Festival"),  # the last day off
        ("2026-02-24 10:00", None),
        ("2026-10-01 10:00", None),  # National Day is no Spring Festival
        ("2030-02-04 10:00", "Spring Festival"),  # the moon tells it, published or not
    ],
)
def test_customers_are_called_in_calling_hours_and_not_at_spring_festival(moment: str, said: str | None) -> None:
    found = obstacle(at(moment), POLICY)
    assert (found is None) == (said is None)
    assert said is None or (found is not None and said in found.en)


def test_the_next_attempt_waits_until_spring_festival_is_over() -> None:
    assert next_attempt(at("2026-02-13 19:00"), set(), POLICY) == at("2026-02-14 09:00"), "a working Saturday"
    assert next_attempt(at("2026-02-14 19:00"), set(), POLICY) == at("2026-02-24 09:00")
