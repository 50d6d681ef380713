"""Whom a notice goes to, and how long a failed try rests."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules.recipients import Member, Subscriber, pause, recipients
from models.values.notices import Addressee
from models.values.people_terms import Role
from models.values.telling_policy import Notices

POLICY = Notices(
    attempts_at_most=5,
    first_pause_seconds=10,
    longest_pause_seconds=60,
    no_worker_minutes=5,
    oldest_due_minutes=15,
    named_at_most=3,
    system_alarms_to=Role.ADMINISTRATOR,
    missed_deadlines_to=Role.SUPERVISOR,
    keep_days=90,
    keep_case_days=1096,
)
STAFF = {1: Member(Role.MANAGER, None), 2: Member(Role.SUPERVISOR, None), 3: Member(Role.BUSINESS_UNIT, "linehaul")}
LI, UNIT, MANAGERS, NOBODY = (
    Addressee(staff_id=1),
    Addressee(unit="linehaul"),
    Addressee(role=Role.MANAGER),
    Addressee(),
)
NOW = datetime(2026, 11, 16, tzinfo=UTC)


def sub(id_: int, of: Addressee, *kinds: str) -> Subscriber:
    return Subscriber(id_, of, frozenset(kinds))


ALL = [
    sub(1, LI),
    sub(2, Addressee(staff_id=2)),
    sub(3, Addressee(staff_id=3)),
    sub(4, UNIT),
    sub(5, MANAGERS, "alarm"),
    sub(6, NOBODY),
    sub(7, NOBODY, "alarm"),
    sub(8, Addressee(staff_id=2), "daily_summary"),
]


@pytest.mark.parametrize(
    ("kind", "to", "expected"),
    [
        ("test", LI, (1, 6)),
        ("test", UNIT, (3, 4, 6)),
        ("test", MANAGERS, (1, 6)),
        ("alarm", MANAGERS, (1, 5, 6, 7)),
        ("daily_summary", NOBODY, (6, 8)),
        ("test", NOBODY, (6,)),
        ("test", Addressee(staff_id=99), (6,)),
    ],
)
def test_a_notice_goes_to_whom_it_is_addressed_and_to_who_asked_for_its_kind(kind, to, expected):
    assert recipients(kind, to, ALL, STAFF) == expected


def test_pauses_double_up_to_the_longest_and_end():
    assert [pause(attempt, POLICY) for attempt in range(1, 6)] == [10, 20, 40, 60, None]


@given(st.integers(1, 10_000))
def test_no_number_of_tries_breaks_the_pause(attempts):
    found = pause(attempts, POLICY.model_copy(update={"attempts_at_most": 100_000}))
    assert found is not None
    assert 10 <= found <= 60
