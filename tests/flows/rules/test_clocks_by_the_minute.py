"""Clocks against the dullest arithmetic there is: counting minutes and days one by one, on thousands of cases."""

from datetime import date, datetime, time, timedelta
from random import Random

import pytest

from flows.rules import clocks, complaint_clocks
from models.values.calendar import SHANGHAI, WorkingCalendar
from models.values.case import Reason
from models.values.section import Term
from models.values.stage_terms import ClockName
from models.values.vocabulary import CustomerClass, HoldReason
from tests.flows.rules.making import POLICY, at, case, policy, under_way
from tests.flows.rules.test_clocks import works

MINUTE = timedelta(minutes=1)
WORKING = POLICY.calendars["working_days"]
COUNTING = policy(lambda book: book["clocks"].update(statutory_count="working_days"))
SEEDS = [range(first, first + 250) for first in range(0, 2000, 250)]


def moment(dice: Random) -> datetime:
    """A minute of 2025 or 2026; often near a break, where counting goes wrong."""
    near = dice.choice(["2025-01-20", "2025-04-02", "2025-09-26", "2026-02-10", "2026-04-30", "2026-09-24"])
    first = at(near) if dice.random() < 0.6 else at("2025-01-01") + timedelta(days=dice.randrange(690))
    return first + dice.randrange(14 * 24 * 60) * MINUTE


def counted(start: datetime, minutes: int, opens: time = time(9), closes: time = time(18)) -> datetime:
    """So many minutes of work later, counted one by one."""
    now = start
    while minutes:
        if works(now.date()) and opens <= now.time() < closes:
            minutes -= 1
        now += MINUTE
    return now


def day_after(start: date, days: int, *, working: bool) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        days -= works(day) or not working
    return day


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_terms_end_where_counting_ends(seeds: range) -> None:
    for seed in seeds:
        dice = Random(seed)  # noqa: S311 - dice for tests
        begins, minutes, days = moment(dice), dice.randrange(1, 40 * 60), dice.randrange(1, 15)
        hours = Term(hours=minutes / 60, calendar="working_days")
        assert clocks.after(hours, begins, POLICY) == counted(begins, minutes), f"{begins}, {minutes} minutes"
        end = clocks.after(Term(days=days, calendar="working_days"), begins, POLICY)
        assert end == datetime.combine(day_after(begins.date(), days, working=True), time(18), SHANGHAI)
        assert clocks.after(Term(hours=minutes / 60), begins, POLICY) == begins + minutes * MINUTE


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_the_statutory_end_is_where_counting_days_ends(seeds: range) -> None:
    for seed in seeds:
        received = moment(Random(seed))  # noqa: S311 - dice for tests
        last = day_after(received.date(), 7, working=False)
        while WORKING.holiday(last):
            last += timedelta(days=1)
        assert complaint_clocks.statutory_end(received, POLICY) == datetime.combine(
            last, time(0), SHANGHAI
        ) + timedelta(days=1)
        last = day_after(received.date(), 7, working=True)
        assert complaint_clocks.statutory_end(received, COUNTING) == datetime.combine(
            last, time(0), SHANGHAI
        ) + timedelta(days=1)


@pytest.mark.parametrize("seeds", SEEDS[:4], ids=str)
def test_a_history_of_pauses_moves_a_deadline_by_the_minutes_it_stood(seeds: range) -> None:
    """Minute by minute: one passes either on the clock or on hold; at the end it has had its whole term, no more."""
    for seed in seeds:
        dice = Random(seed)  # noqa: S311 - dice for tests
        received = moment(dice)
        facts = under_way(received_at=received, recorded_at=received, customer_class=dice.choice([*CustomerClass]))
        term = facts.clocks[0].due_at - received
        left, now, ran = facts.clocks, received, timedelta(0)
        for _ in range(dice.randrange(6)):
            spent = min(dice.randrange(600) * MINUTE, term - ran)
            now, ran = now + spent, ran + spent
            reason = dice.choice([*HoldReason])
            left = clocks.pause(left, reason, now, POLICY)
            stood = dice.randrange(3000) * MINUTE
            now += stood
            if reason is HoldReason.WAITING_UNIT:
                ran += stood
            left = clocks.resume(left, now)
        assert left[0].due_at == now + (term - ran)
        assert left[1] == facts.clocks[1], "the statutory clock never pauses"
        assert clocks.late(left[0], now) == (ran >= term)


@pytest.mark.parametrize("seeds", SEEDS[:2], ids=str)
def test_the_days_a_derivation_names_are_the_days_that_did_not_count(seeds: range) -> None:
    for seed in seeds:
        dice = Random(seed)  # noqa: S311 - dice for tests
        first = moment(dice).date()
        last = first + timedelta(days=dice.randrange(40))
        days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
        named = [gap.first + timedelta(days=day) for gap in WORKING.gaps(first, last) for day in range(gap.days)]
        assert named == [day for day in days if not works(day)]
        assert WORKING.made_up(first, last) == [day for day in days if works(day) and day.weekday() >= 5]


def test_a_unit_that_works_every_day_knows_no_weekend_and_no_holiday() -> None:
    open_daily = WorkingCalendar("last mile", opens=time(8), closes=time(20), every_day=True)
    assert open_daily.after_hours(at("2026-09-30 19:00"), 2) == at("2026-10-01 09:00")
    assert open_daily.after_days(at("2026-09-30 19:00"), 3) == at("2026-10-03 20:00")
    assert open_daily.gaps(date(2026, 9, 30), date(2026, 10, 8)) == []


# --- worked examples of the trade ---


@pytest.mark.parametrize(
    ("customer_class", "due"),
    [
        (CustomerClass.A, "2026-09-29 16:30"),
        (CustomerClass.B, "2026-09-30 16:30"),
        (CustomerClass.C, "2026-10-01 16:30"),
        (CustomerClass.D, "2026-10-08 00:00"),
    ],
)
def test_before_national_day(customer_class: CustomerClass, due: str) -> None:
    """Received on Monday 28 September 2026: day 7 is 5 October, inside the break; its end moves to 24:00 of the 8th.

    Five working days would end on 9 October; a day before the statutory end is the 8th at 0:00.
    """
    facts = case(received_at=at("2026-09-28 16:30"), customer_class=customer_class)
    assert complaint_clocks.start_statutory(facts, POLICY).due_at == at("2026-10-09 00:00")
    assert complaint_clocks.start_resolve(facts, facts.received_at, POLICY).due_at == at(due)


def test_acknowledged_in_one_hour_and_classified_in_two_at_any_time_of_the_day() -> None:
    night = at("2026-10-03 23:30")
    for name, due in ((ClockName.ACKNOWLEDGE, "2026-10-04 00:30"), (ClockName.CLASSIFY, "2026-10-04 01:30")):
        begun = complaint_clocks.start_of(name, case(), night, POLICY)
        assert begun is not None
        assert (begun.due_at, begun.calendar) == (at(due), "centre")


def test_feedback_in_one_and_the_revisit_in_three_working_days() -> None:
    for name, due in ((ClockName.FEED_BACK, "2026-02-14 18:00"), (ClockName.REVISIT, "2026-02-25 18:00")):
        begun = complaint_clocks.start_of(name, case(), at("2026-02-13 15:00"), POLICY)
        assert begun is not None
        assert begun.due_at == at(due), "14 February is made up for Spring Festival, 15 to 23 February"
    assert begun.why.en.endswith("not counted: 2026-02-15 to 2026-02-23 (holiday); made up by work on 2026-02-14")
    assert begun.why.zh.endswith("不计 2026-02-15至2026-02-23(节假日);调休上班 2026-02-14")


def test_the_statutory_clock_says_what_it_moved_past_and_by_which_calendar() -> None:
    clock = complaint_clocks.start_statutory(case(received_at=at("2026-09-28 16:30")), POLICY)
    assert clock.why.en.endswith("2026-10-09 00:00; not counted: 2026-10-05 to 2026-10-07 (holiday)")
    assert clock.calendar == "working_days"
    counted_days = complaint_clocks.start_statutory(case(received_at=at("2026-09-28 16:30")), COUNTING)
    assert counted_days.due_at == at("2026-10-14 00:00")
    assert "working day 7" in counted_days.why.en
    assert "made up by work on 2026-10-10" in counted_days.why.en


def test_a_complaint_opened_again_has_its_own_statutory_term() -> None:
    facts = under_way(received_at=at("2026-03-02 10:00"))
    met = clocks.meet_all(facts.clocks, at("2026-03-05 10:00"))
    again = at("2026-03-20 10:00")
    *_, statutory, resolve = complaint_clocks.start_round(facts, met, again, POLICY)
    assert (statutory.name, statutory.due_at) == (ClockName.STATUTORY, at("2026-03-28 00:00"))
    assert (resolve.name, resolve.due_at) == (ClockName.RESOLVE, again + timedelta(hours=72))


def test_a_round_before_the_customer_was_told_goes_on_under_the_first_statutory_term() -> None:
    facts = under_way(received_at=at("2026-03-02 10:00"))
    now = at("2026-03-07 10:00")
    left = complaint_clocks.start_round(facts, clocks.meet(facts.clocks, ClockName.RESOLVE, now), now, POLICY)
    assert [one.name for one in left if one.met_at is None] == [ClockName.STATUTORY, ClockName.RESOLVE]
    assert left[-1].due_at == at("2026-03-09 00:00"), "a day before 24:00 of 9 March"


@pytest.mark.parametrize(("hours", "due"), [(5, 29), (60, 72)])
def test_a_class_that_becomes_known_brings_the_resolution_forward_and_never_puts_it_off(hours: int, due: int) -> None:
    facts = under_way()
    known = case(customer_class=CustomerClass.A, clocks=facts.clocks)
    now = facts.received_at + timedelta(hours=hours)
    assert complaint_clocks.reclassed(known, now, POLICY)[0].due_at == facts.received_at + timedelta(hours=due)


def test_a_class_that_becomes_known_while_it_stands_counts_when_it_runs_again() -> None:
    facts = under_way()
    start = facts.received_at
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, start + timedelta(hours=2), POLICY)
    known = case(customer_class=CustomerClass.A, clocks=stood)
    left = clocks.resume(
        complaint_clocks.reclassed(known, start + timedelta(hours=5), POLICY), start + timedelta(hours=9)
    )
    assert left[0].due_at == start + timedelta(hours=5 + 24 + 4)


def test_the_clock_of_a_promise_is_what_was_promised() -> None:
    promised = clocks.timer(ClockName.PROMISE, at("2026-03-04 10:00"), at("2026-03-05 10:00"), Reason("", ""))
    assert promised.calendar == clocks.AGREED
