"""Days and shifts: none missed, none twice; what a shift takes over, and the words."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks, daily
from models.values.calendar import SHANGHAI
from models.values.case import Reason
from models.values.daily import Counted, Day, Notable, Promises
from models.values.people_terms import Role
from models.values.stage_terms import ClockName, Stage
from models.values.telling_policy import Daily
from models.values.vocabulary import HoldReason
from tests.flows.rules.making import NOW, POLICY, at, case, often, staff

RULES = POLICY.rulebook.daily
WEDNESDAY = NOW.date()


@pytest.mark.parametrize(
    ("last", "first", "days"),
    [
        (None, None, []),
        (None, WEDNESDAY, []),
        (None, WEDNESDAY - timedelta(days=2), [2, 1]),
        (WEDNESDAY - timedelta(days=1), WEDNESDAY - timedelta(days=9), []),
        (WEDNESDAY - timedelta(days=4), WEDNESDAY - timedelta(days=9), [3, 2, 1]),
    ],
)
def test_every_day_that_is_over_and_was_not_told_is_told(last, first, days):
    assert daily.missing(last, first, NOW, RULES) == [WEDNESDAY - timedelta(days=one) for one in days]


def test_it_catches_up_only_so_far():
    assert len(daily.missing(date(2020, 1, 1), None, NOW, RULES)) == RULES.catches_up_days


def test_a_day_is_the_shanghai_day():
    begins, ends = daily.bounds(date(2026, 3, 4))
    assert (begins, ends) == (at("2026-03-04 00:00"), at("2026-03-05 00:00"))


@pytest.mark.parametrize(
    ("now", "name", "begins"),
    [
        ("2026-03-04 10:00", "early", "2026-03-04 08:00"),
        ("2026-03-04 08:00", "early", "2026-03-04 08:00"),
        ("2026-03-04 23:59", "late", "2026-03-04 16:00"),
        ("2026-03-05 00:00", "night", "2026-03-05 00:00"),
    ],
)
def test_the_shift_that_is_on(now, name, begins):
    shift = daily.shift_at(at(now), RULES)
    assert (shift.name, shift.begins) == (name, at(begins))


times = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.times(), min_size=1, max_size=6)


@often
@given(times, st.datetimes(timezones=st.just(SHANGHAI)).filter(lambda one: 1950 < one.year < 2200))
def test_there_is_always_one_shift_and_it_holds_the_moment(shifts, now):
    if len(set(shifts.values())) < len(shifts):
        return
    shift = daily.shift_at(now, Daily(shifts=shifts, named_at_most=5, catches_up_days=3))
    assert shift.begins <= now < shift.ends
    assert shift.ends - shift.begins <= timedelta(days=1)
    assert daily.shift_at(shift.begins, Daily(shifts=shifts, named_at_most=5, catches_up_days=3)) == shift


def due(hours, name=ClockName.RESOLVE, **facts):
    clock = clocks.timer(name, NOW, NOW + timedelta(hours=hours), Reason("", ""))
    return case(facts.pop("stage", Stage.CARRY_OUT), clocks=(clock,), **facts)


def test_a_shift_takes_over_what_is_due_in_it_and_whoever_is_away_hands_on():
    shift = daily.shift_at(NOW, RULES)  # until 16:00
    here, away = staff("handler", 1), staff("handler", 2, present=False)
    facts = [
        due(5, number=1, owner_id=1),
        due(7, number=2, owner_id=1),
        due(5, number=3, owner_id=2),
        due(5, number=4, owner_id=None, stage=Stage.REVISIT, name=ClockName.PROMISE),
        due(5, number=5, owner_id=1, hold=HoldReason.WAITING_CUSTOMER),
        due(50, number=6, owner_id=1, overdue=True),
        due(5, number=7, owner_id=1, name=ClockName.CALL_BACK),
    ]
    wanted = [one for each in facts if (one := daily.at_hand(each, shift.ends, POLICY)) is not None]
    found = daily.hand_over(wanted, {1: here, 2: away}, POLICY)
    assert (found.cases, found.promises, found.overdue) == (4, 1, 1)
    assert found.stays == {"1": [1, 6]}
    assert [(one.from_staff, list(one.cases), list(one.to_roles)) for one in found.handed] == [
        (None, [4], [Role.REVISIT_AGENT]),
        (2, [3], [Role.COMPLAINT_HANDLER]),
    ]
    title, said = daily.words_of_shift(shift, found, {1: "甲", 2: "乙"}, POLICY)
    assert title == Reason("交接班 2026-03-04 早班", "shift hand-over 2026-03-04 early")
    assert "乙 → 投诉专员：3" in said.zh
    assert "nobody → revisit_agent: 4" in said.en


def test_a_day_in_words():
    counted = Counted(3, {"complaint": 2, "enquiry": 1}, {"delay": 2}, {"linehaul": 2})
    figures = Day(
        counted,
        Counted(),
        Counted(1),
        {"resolve": 1},
        Promises(2, 1, 1, 0),
        4,
        9,
        1,
        5,
        3,
        0,
        0,
        [Notable(7, ["media"])],
    )
    title, said = daily.words_of_day(date(2026, 3, 4), figures, POLICY)
    assert title.zh == "每日总结 2026-03-04"
    assert "受理 3 件(投诉 2、查询 1)" in said.zh
    assert "延误 2" in said.zh
    assert "notable cases: 7 (media)" in said.en
    assert "deadlines missed in 1 cases (resolve 1)" in said.en


def test_two_shifts_do_not_begin_at_once():
    with pytest.raises(ValueError, match="same time"):
        Daily(shifts={"a": time(8), "b": time(8)}, named_at_most=5, catches_up_days=3)
