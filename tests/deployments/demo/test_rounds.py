"""When people look at their work and when calls are recorded."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deployments.demo.generate import A_DAY, generate
from deployments.demo.roster import EARLY, LATE, NIGHT, PEOPLE, midnight
from deployments.demo.rounds import BATCH, QUIET_ROUNDS, ROUNDS, batches, next_round
from models.values.calendar import SHANGHAI, WorkingCalendar
from models.values.people_terms import Role

BEGINS = midnight(A_DAY)
MOMENTS = st.timedeltas(timedelta(0), timedelta(weeks=6)).map(lambda passed: BEGINS + passed)


@given(MOMENTS, st.booleans())
def test_the_next_round_is_the_first_one_after_now(now: datetime, quiet: bool) -> None:
    found = next_round(now, quiet=quiet)
    between = [
        datetime.combine(now.date() + timedelta(days=days), hour, SHANGHAI)
        for days in (0, 1)
        for hour in (QUIET_ROUNDS if quiet else ROUNDS)
    ]
    assert found == min(one for one in between if one > now)


def test_a_call_is_recorded_after_it_came_and_within_one_batch() -> None:
    requests = list(generate(80, 3))
    seen = []
    for moment, batch in batches(requests, BEGINS):
        for one in batch:
            assert timedelta(0) < moment - (BEGINS + one.received) <= BATCH
            seen.append(one.reference)
    assert sorted(seen) == sorted(one.reference for one in requests)


def test_calls_out_of_order_are_recorded_in_order() -> None:
    first, second = generate(2, 3)
    late, early = replace(first, received=timedelta(hours=5)), replace(second, received=timedelta(hours=2))
    assert [one.reference for _, batch in batches([late, early], BEGINS) for one in batch] == ["G0002", "G0001"]


@given(MOMENTS)
def test_shifts_end_and_nights_go_past_midnight(now: datetime) -> None:
    local = now.astimezone(SHANGHAI)
    assert NIGHT.covers(local) == (local.hour >= 20 or local.hour < 9)
    assert EARLY.covers(local) == (8 <= local.hour < 17 and local.weekday() < 5)
    assert LATE.covers(local) == (12 <= local.hour < 21)


def test_everybody_works_at_some_round_of_a_quiet_week() -> None:
    now, seen = BEGINS, set()
    while now < BEGINS + timedelta(weeks=1):
        now = next_round(now, quiet=True)
        seen |= {one.name for one in PEOPLE if one.works(now, A_DAY)}
    assert seen == {one.name for one in PEOPLE}


def test_whoever_is_ill_is_missed_only_the_next_morning() -> None:
    ill = next(one for one in PEOPLE if one.absence)
    hours = [BEGINS + timedelta(hours=hour) for hour in (12, 15, 35, 133)]
    assert [ill.works(one, A_DAY) for one in hours] == [True, False, False, True]
    assert ill.absence is not None
    assert [ill.absence.known(one, A_DAY) for one in hours] == [False, False, True, False]
    assert ill.absence.deputy in {one.name for one in PEOPLE}


def test_the_front_desk_is_there_round_the_clock() -> None:
    desks = [shift for one in PEOPLE if one.role is Role.ACCEPTOR and (shift := one.rostered) is not None]
    calendar = WorkingCalendar("centre", always=True)
    for hour in range(24 * 7):
        assert any(shift.covers(BEGINS + timedelta(hours=hour), calendar) for shift in desks), hour


def test_every_role_is_there() -> None:
    assert {one.role for one in PEOPLE} == {*Role} - {Role.CHANNEL}
