"""Note, promise, hold, resume: what moves no stage."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.acts.act import ACTIVE, OPEN
from flows.acts.registry import ACTS
from flows.rules import triage
from flows.rules.agenda import agenda
from models.values.case import CaseFacts, Refusal
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Channel, HoldReason
from tests.flows.rules.making import NOW, POLICY, after, at, clock, decide, under_way

HOUR = timedelta(hours=1)


def held(facts: CaseFacts | None = None, reason: HoldReason = HoldReason.WAITING_CUSTOMER) -> CaseFacts:
    facts = facts or under_way()
    return after(facts, decide("hold", facts, reason=reason, until=NOW + 20 * HOUR))


def test_a_note_changes_nothing_but_the_ledger() -> None:
    decision = decide("note", under_way(), text="客户来电", contact=True)
    assert decision.changes == {}
    assert decision.sealed == {"text": "客户来电"}


def test_a_promise_comes_back_as_a_reminder_and_again_when_it_is_due() -> None:
    facts = under_way(events=11)
    decision = decide("promise", facts, what="明日派送", by=NOW + 5 * HOUR)
    assert decision.data["promise"] == 12
    assert decision.sealed == {"what": "明日派送"}
    promised = after(facts, decision)
    timer = promised.clocks[-1]
    assert timer.due_at == NOW + 5 * HOUR
    assert NOW < agenda(promised, POLICY, NOW).due_at == timer.remind_at < timer.due_at


@pytest.mark.parametrize("hours", [0, -1])
def test_a_promise_lies_in_the_future(hours: int) -> None:
    with pytest.raises(Refusal, match="future"):
        decide("promise", under_way(), what="派送", by=NOW + hours * HOUR)


@pytest.mark.parametrize(("hours", "in_time"), [(4, True), (5, True), (6, False)])
def test_a_promise_is_kept_in_time_or_late(hours: int, in_time: bool) -> None:
    facts = under_way(events=11)
    facts = after(facts, decide("promise", facts, what="派送", by=NOW + 5 * HOUR))
    facts = after(facts, decide("promise", under_way(events=12, clocks=facts.clocks), what="回电", by=NOW + 9 * HOUR))
    decision = decide("keep-promise", facts, now=NOW + hours * HOUR, promise=12)
    assert decision.data == {"promise": 12, "in_time": in_time, "last": False}
    assert [one.ref for one in after(facts, decision).clocks if one.name is ClockName.PROMISE and not one.met_at] == [
        13
    ]


def test_an_unknown_promise_or_one_kept_before_is_refused() -> None:
    facts = under_way(events=11)
    facts = after(facts, decide("promise", facts, what="派送", by=NOW + 5 * HOUR))
    kept = after(facts, decide("keep-promise", facts, promise=12))
    for case, number in ((facts, 11), (facts, 13), (kept, 12)):
        with pytest.raises(Refusal, match="no open promise"):
            decide("keep-promise", case, promise=number)


def test_a_missed_promise_kept_at_last_is_overdue_no_longer() -> None:
    facts = under_way(events=11, overdue=True)
    facts = after(facts, decide("promise", facts, what="派送", by=NOW + 5 * HOUR))
    assert not after(facts, decide("keep-promise", facts, now=NOW + 9 * HOUR, promise=12)).overdue


def test_waiting_for_the_customer_stops_the_internal_clocks_and_not_the_statutory_one() -> None:
    facts = held()
    assert facts.hold is HoldReason.WAITING_CUSTOMER
    assert clock(facts, ClockName.RESOLVE).paused_at == NOW
    assert clock(facts, ClockName.STATUTORY).paused_at is None
    assert clock(facts, ClockName.HOLD).due_at == NOW + 20 * HOUR


def test_waiting_for_a_unit_stops_nothing() -> None:
    facts = held(reason=HoldReason.WAITING_UNIT)
    assert clock(facts, ClockName.RESOLVE).paused_at is None


@pytest.mark.parametrize(
    ("unit", "due"),
    [
        ("sorting_centre", "2026-03-07 10:00"),  # works round the clock: three times 24 hours
        ("last_mile", "2026-03-09 18:00"),  # three working days: Thursday, Friday, Monday
        (None, "2026-03-09 18:00"),
    ],
)
def test_a_unit_answers_in_its_own_hours(unit: str | None, due: str) -> None:
    facts = held(under_way(unit=unit), HoldReason.WAITING_UNIT)
    asked = clock(facts, ClockName.UNIT_ANSWER)
    assert asked.due_at == at(due)
    answered = after(facts, decide("resume", facts, now=NOW + 7 * HOUR))
    assert [one.met_at for one in answered.clocks if one.name is ClockName.UNIT_ANSWER] == [NOW + 7 * HOUR]


def test_waiting_for_the_customer_asks_nothing_of_a_unit() -> None:
    assert all(one.name is not ClockName.UNIT_ANSWER for one in held().clocks)


def fresh(channel: Channel = Channel.EMAIL, **facts: Any) -> CaseFacts:
    bare = under_way(channel=channel, clocks=(), **facts)
    return replace(bare, clocks=triage.received(bare, POLICY))


@pytest.mark.parametrize(("minutes", "in_time"), [(60, True), (61, False)])
def test_the_caller_is_told_within_an_hour_that_it_arrived(minutes: int, in_time: bool) -> None:
    facts = fresh()
    assert clock(facts, ClockName.ACKNOWLEDGE).due_at == NOW + HOUR
    decision = decide("acknowledge", facts, now=NOW + timedelta(minutes=minutes), channel=Channel.EMAIL)
    assert (decision.event, decision.data["in_time"]) == (EventKind.ACKNOWLEDGED, in_time)
    with pytest.raises(Refusal, match="told already"):
        decide("acknowledge", after(facts, decision), now=NOW + 2 * HOUR)


def test_who_was_spoken_to_need_not_be_told() -> None:
    for spoken in (
        decide("note", fresh(), text="已致电", contact=True),
        decide("promise", fresh(), what="退款", by=NOW + HOUR),
    ):
        assert [one.met_at for one in spoken.changes["clocks"] if one.name is ClockName.ACKNOWLEDGE] == [NOW]
    assert decide("note", fresh(), text="已查", contact=False).changes == {}
    with pytest.raises(Refusal, match="told already"):
        decide("acknowledge", fresh(Channel.PHONE))


def test_a_case_on_hold_is_not_held_again() -> None:
    with pytest.raises(Refusal, match="on hold already"):
        held(held())


def test_a_hold_without_an_end_lasts_five_working_days() -> None:
    decision = decide("hold", under_way(), reason=HoldReason.WAITING_UNIT)
    assert clock(after(under_way(), decision), ClockName.HOLD).due_at == at("2026-03-11 18:00")


@pytest.mark.parametrize("until", [NOW, NOW - HOUR, at("2026-03-11 18:01")])
def test_a_hold_ends_in_the_future_and_not_too_late(until: object) -> None:
    with pytest.raises(Refusal, match="no later than 2026-03-11 18:00"):
        decide("hold", under_way(), reason=HoldReason.WAITING_UNIT, until=until)


def test_resumed_the_clock_is_moved_by_the_pause() -> None:
    facts, before = held(), clock(under_way(), ClockName.RESOLVE).due_at
    decision = decide("resume", facts, now=NOW + 7 * HOUR)
    assert decision.event is EventKind.RESUMED
    facts = after(facts, decision)
    assert facts.hold is None
    assert clock(facts, ClockName.RESOLVE).due_at == before + 7 * HOUR
    assert [one.met_at for one in facts.clocks if one.name is ClockName.HOLD] == [NOW + 7 * HOUR]


def test_what_is_not_on_hold_is_not_resumed() -> None:
    with pytest.raises(Refusal, match="not on hold"):
        decide("resume", under_way())


MONEY = {"agree", "advance", "voucher", "confirm-voucher", "return-voucher", "pay"} | {
    "find-liable",
    "appeal-liability",
    "answer-regulator",
}
"""Acts about money, liability and the regulator: they wait for no customer and no unit."""


OTHERS = {"acknowledge-incident", "tell-authority", "deliver", "respond", "appeal"}
OTHERS |= {"value", "regrade", "trace", "fill-form"}
"""What others do about an incident, and what becomes known of it, while the centre waits: a hold must not keep anybody
from his deadline."""


@pytest.mark.parametrize("name", sorted(ACTS))
def test_on_hold_only_what_does_not_go_on_with_it_is_done(name: str) -> None:
    waits = {"note", "identify", "promise", "keep-promise", "hold", "resume", "reassign", "escalate", "withdraw"}
    waits |= {"acknowledge"}
    assert ACTS[name].on_hold == (name in waits | MONEY | OTHERS)


@pytest.mark.parametrize("name", sorted(ACTS))
@pytest.mark.parametrize("stage", Stage)
def test_an_act_in_the_wrong_stage_is_refused_in_words(name: str, stage: Stage) -> None:
    if stage not in ACTS[name].stages:
        with pytest.raises(Refusal, match=f"stands at {stage}; {name} needs one of"):
            decide(name, under_way(stage))


def test_a_closed_case_takes_only_reopening_or_a_complaint_and_what_others_still_do_about_it() -> None:
    late = MONEY - {"advance"} | {"settle"}  # what was recorded wrong on it binds others on its waybill
    closed = {name for name, act in ACTS.items() if Stage.CLOSED in act.stages}
    assert closed == {"reopen", "turn-into-complaint"} | late
    assert {Stage.LINKED, Stage.DRAW, Stage.CONTACTS, Stage.RECORDED, Stage.SUMMARY} == OPEN - ACTIVE
