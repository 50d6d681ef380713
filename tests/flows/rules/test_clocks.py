"""Clocks against arithmetic of the tests' own: the breaks as the State Council published them, day by day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks, complaint_clocks
from models.values.calendar import SHANGHAI, WorkingCalendar
from models.values.case import Reason
from models.values.section import Term
from models.values.stage_terms import ClockName
from models.values.vocabulary import CustomerClass, HoldReason
from tests.flows.rules.making import NOW, POLICY, at, case, often, policy, under_way

BREAKS = [
    ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
    ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
    ("2026-10-01", 7),
]  # fmt: skip
OFF = {date.fromisoformat(first) + timedelta(days=day) for first, days in BREAKS for day in range(days)}
MADE_UP = {
    date.fromisoformat(f"{year}-{day}")
    for year, days in {
        2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
        2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    }.items()
    for day in days
}
OPENS, CLOSES = time(9), time(18)
WORKING = POLICY.calendars["working_days"]
moments = st.integers(0, 729 * 86_400).map(lambda seconds: at("2025-01-01") + timedelta(seconds=seconds))


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def worked(start: datetime, end: datetime) -> timedelta:
    """Working time between two moments, added up day by day."""
    total, day = timedelta(0), start.astimezone(SHANGHAI).date()
    while day <= end.astimezone(SHANGHAI).date():
        if works(day):
            begin = max(start, datetime.combine(day, OPENS, SHANGHAI))
            close = min(end, datetime.combine(day, CLOSES, SHANGHAI))
            total += max(close - begin, timedelta(0))
        day += timedelta(days=1)
    return total


def test_the_calendar_agrees_with_the_published_breaks_on_every_day() -> None:
    days = [date(2025, 1, 1) + timedelta(days=day) for day in range(730)]
    assert [day for day in days if WORKING.works(day) != works(day)] == []
    assert [day for day in days if WORKING.holiday(day) != (day in OFF)] == []


@often
@given(moments, st.floats(0.01, 200))
def test_hours_of_work_are_worked_in_full_and_end_within_working_time(start: datetime, hours: float) -> None:
    due = WORKING.after_hours(start, hours)
    assert abs(worked(start, due) - timedelta(hours=hours)) < timedelta(milliseconds=1)
    assert works(due.date())
    assert OPENS < due.time() <= CLOSES


@often
@given(moments, st.integers(1, 30))
def test_days_of_work_end_at_the_close_of_the_last_of_them(start: datetime, days: int) -> None:
    due = WORKING.after_days(start, days)
    between = [start.date() + timedelta(days=day + 1) for day in range((due.date() - start.date()).days)]
    assert sum(works(day) for day in between) == days
    assert works(due.date())
    assert due.time() == CLOSES


@often
@given(moments)
def test_where_the_clock_is_read_does_not_matter(start: datetime) -> None:
    utc = start.astimezone(UTC)
    assert WORKING.after_days(utc, 3) == WORKING.after_days(start, 3)
    assert complaint_clocks.statutory_end(utc, POLICY) == complaint_clocks.statutory_end(start, POLICY)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-06 16:00", "2026-03-09 18:00"),  # Friday: Monday
        ("2025-09-30 10:00", "2025-10-09 18:00"),  # the eve of National Day 2025
        ("2025-10-10 17:00", "2025-10-11 18:00"),  # Saturday the 11th is made up
        ("2026-02-13 23:59", "2026-02-14 18:00"),  # so is the Saturday before Spring Festival 2026
        ("2026-02-14 12:00", "2026-02-24 18:00"),
        ("2026-09-30 12:00", "2026-10-08 18:00"),
        ("2026-10-09 12:00", "2026-10-10 18:00"),
    ],
)
def test_feedback_is_due_one_working_day_after_carry_out(start: str, due: str) -> None:
    clock = clocks.start(ClockName.FEED_BACK, POLICY.rulebook.clocks.feed_back, at(start), POLICY)
    assert clock.due_at == at(due)


@often
@given(moments)
def test_the_statutory_end_is_midnight_after_day_seven_moved_past_a_break(received: datetime) -> None:
    last = received.date() + timedelta(days=7)
    while last in OFF:
        last += timedelta(days=1)
    assert complaint_clocks.statutory_end(received, POLICY) == datetime.combine(
        last + timedelta(days=1), time(0), SHANGHAI
    )


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2026-03-04 23:59", "2026-03-12 00:00"),
        ("2026-03-05 00:00", "2026-03-13 00:00"),
        ("2026-03-07 10:00", "2026-03-15 00:00"),  # an ordinary weekend does not move it
        ("2026-09-27 10:00", "2026-10-09 00:00"),  # day 7 is Sunday 4 October, inside National Day
        ("2025-01-25 10:00", "2025-02-06 00:00"),  # day 7 is Saturday 1 February, inside Spring Festival
        ("2026-02-07 10:00", "2026-02-15 00:00"),  # day 7 is the made-up Saturday
    ],
)
def test_the_statutory_clock_by_example(received: str, ends: str) -> None:
    assert complaint_clocks.start_statutory(case(received_at=at(received)), POLICY).due_at == at(ends)


@pytest.mark.parametrize(
    ("customer_class", "due"),
    [("A", "2026-03-05 10:00"), ("B", "2026-03-06 10:00"), ("C", "2026-03-07 10:00"), (None, "2026-03-07 10:00")],
)
def test_internal_resolution_by_class(customer_class: str | None, due: str) -> None:
    facts = case(customer_class=CustomerClass(customer_class) if customer_class else None)
    assert complaint_clocks.start_resolve(facts, NOW, POLICY).due_at == at(due)


def test_class_d_has_five_working_days_but_never_past_the_day_before_the_statutory_end() -> None:
    ordinary = case(customer_class=CustomerClass.D, received_at=at("2026-03-02 10:00"))
    assert complaint_clocks.start_resolve(ordinary, ordinary.received_at, POLICY).due_at == at("2026-03-09 00:00")
    assert complaint_clocks.statutory_end(ordinary.received_at, POLICY) == at("2026-03-10 00:00")
    early = case(customer_class=CustomerClass.D, received_at=at("2026-02-14 10:00"))
    assert complaint_clocks.start_resolve(early, early.received_at, POLICY).due_at == at("2026-02-24 00:00")


@often
@given(moments, st.sampled_from(CustomerClass))
def test_resolution_ends_a_day_before_the_statutory_end_at_the_latest(
    received: datetime, customer_class: CustomerClass
) -> None:
    facts = case(received_at=received, customer_class=customer_class)
    resolve, end = (
        complaint_clocks.start_resolve(facts, received, POLICY),
        complaint_clocks.statutory_end(received, POLICY),
    )
    assert received < resolve.due_at <= end - timedelta(days=1)


def test_a_new_round_after_the_statutory_end_gets_its_whole_term() -> None:
    late = NOW + timedelta(days=30)
    assert complaint_clocks.start_resolve(case(), late, POLICY).due_at == late + timedelta(hours=72)


@often
@given(moments, st.floats(0, 2000), st.floats(0, 2000))
def test_a_pause_moves_what_may_pause_by_exactly_the_pause(received: datetime, into: float, long: float) -> None:
    facts = under_way(received_at=received)
    paused_at = received + timedelta(hours=into)
    back_at = paused_at + timedelta(hours=long)
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, paused_at, POLICY)
    resolve, statutory = clocks.resume(stood, back_at)
    assert resolve.due_at - facts.clocks[0].due_at == back_at - paused_at
    assert statutory == facts.clocks[1]
    assert clocks.late(resolve, back_at) == clocks.late(facts.clocks[0], paused_at)


def test_only_reasons_the_rulebook_names_pause() -> None:
    facts = under_way()
    assert clocks.pause(facts.clocks, HoldReason.WAITING_UNIT, NOW, POLICY) == facts.clocks


def test_what_is_met_while_it_stands_still_is_not_late() -> None:
    facts = under_way(received_at=NOW)
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, NOW + timedelta(hours=1), POLICY)
    long_after = NOW + timedelta(hours=100)
    resolve = clocks.meet(stood, ClockName.RESOLVE, long_after)[0]
    assert not clocks.late(resolve, long_after)
    assert resolve.met_at == long_after


def test_what_was_late_before_the_pause_stays_late_in_it() -> None:
    facts = under_way(received_at=NOW)
    paused = NOW + timedelta(hours=73)
    resolve = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, paused, POLICY)[0]
    assert clocks.late(resolve, paused + timedelta(hours=9))
    assert clocks.late(clocks.meet((resolve,), ClockName.RESOLVE, paused + timedelta(hours=9))[0], paused)


def test_met_at_the_deadline_is_in_time_and_not_met_at_the_deadline_is_missed() -> None:
    clock = under_way().clocks[0]
    assert not clocks.late(clock, clock.due_at - timedelta(microseconds=1))
    assert clocks.late(clock, clock.due_at)
    assert not clocks.late(clocks.meet((clock,), ClockName.RESOLVE, clock.due_at)[0], clock.due_at + timedelta(days=9))


def test_timers_are_never_missed() -> None:
    why = Reason("", "")
    timers = [clocks.timer(name, NOW, NOW, why) for name in clocks.TIMERS]
    assert not any(clocks.late(one, NOW + timedelta(days=400)) for one in timers)


def test_a_clock_wants_its_reminder_then_its_deadline_then_nothing() -> None:
    clock = clocks.start(ClockName.ANSWER, Term(hours=24), NOW, POLICY)
    assert clocks.earliest((clock,)) == NOW + timedelta(hours=18)
    assert clocks.earliest((replace(clock, fired=1),)) == NOW + timedelta(hours=24)
    assert clocks.earliest((replace(clock, fired=2),)) is None


def test_every_deadline_explains_itself() -> None:
    clock = clocks.start(ClockName.FEED_BACK, POLICY.rulebook.clocks.feed_back, at("2026-09-30 12:00"), POLICY)
    assert clock.why.en == (
        "1 days from 2026-09-30 12:00 on calendar working_days, until 2026-10-08 18:00; "
        "not counted: 2026-10-01 to 2026-10-07 (holiday)"
    )
    assert "2026-10-08 18:00" in clock.why.zh
    cut = complaint_clocks.start_resolve(case(customer_class=CustomerClass.D), NOW, POLICY)
    assert "margin before the statutory end" in cut.why.en


def test_years_nobody_published_fall_back_to_weekends_and_say_so() -> None:
    clock = clocks.start(ClockName.FEED_BACK, POLICY.rulebook.clocks.feed_back, at("2031-09-30 12:00"), POLICY)
    assert clock.due_at == at("2031-10-01 18:00")
    assert "holidays of 2031 are not known yet" in clock.why.en
    assert "2031" in clock.why.zh.partition("(")[2]
    statutory = complaint_clocks.start_statutory(case(received_at=at("2031-09-24 12:00")), POLICY)
    assert statutory.due_at == at("2031-10-02 00:00")
    assert "holidays of 2031 are not known yet" in statutory.why.en


def test_a_term_across_the_turn_of_the_year_names_only_the_year_it_guessed() -> None:
    clock = clocks.start(ClockName.REVISIT, POLICY.rulebook.clocks.revisit, at("2026-12-30 12:00"), POLICY)
    assert "holidays of 2027 are" in clock.why.en
    known = clocks.start(ClockName.REVISIT, POLICY.rulebook.clocks.revisit, at("2026-12-01 12:00"), POLICY)
    assert "not known" not in known.why.en


def test_a_calendar_without_a_country_guesses_nothing() -> None:
    plain = WorkingCalendar("plain")
    assert plain.guessed(at("2031-01-01"), at("2032-01-01")) == ()
    assert plain.after_days(at("2026-10-01 10:00"), 1) == at("2026-10-02 18:00")
    assert WorkingCalendar("centre", always=True).after_days(NOW, 2) == NOW + timedelta(days=2)


def test_a_country_without_make_up_days_is_known_by_its_law() -> None:
    german = policy(lambda book: book["calendars"]["working_days"].update(country="DE")).calendars["working_days"]
    assert not german.works(date(2031, 10, 3))
    assert german.guessed(at("2031-01-01"), at("2031-02-01")) == ()


def test_a_met_promise_leaves_the_others_running() -> None:
    two = tuple(clocks.timer(ClockName.PROMISE, NOW, NOW, Reason("", ""), ref=ref) for ref in (4, 9))
    kept, other = clocks.meet(two, ClockName.PROMISE, NOW, ref=4)
    assert kept.met_at == NOW
    assert other.met_at is None
    assert clocks.meet_all(two, NOW) == two
