"""The quality mark: bounded, weighed by the rulebook, silent about what nobody measured."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import clocks, scoring
from models.values.case import CaseFacts, Deadline, Reason
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import HandlingMethod, HoldReason, Kind, Outcome
from tests.flows.rules.making import NOW, POLICY, after, often, policy, under_way

HOUR = timedelta(hours=1)


def clock(name: ClockName, due: float, met: float | None = None) -> Deadline:
    """Due and met so many hours from now."""
    timer = clocks.timer(name, NOW - 100 * HOUR, NOW + due * HOUR, Reason("", ""), ref=4)
    return replace(timer, met_at=None if met is None else NOW + met * HOUR)


KEPT = clock(ClockName.PROMISE, -5, -6)
GOOD = under_way(
    Stage.SCORING,
    satisfaction=5,
    solved=True,
    method=HandlingMethod.ADMIT_ERROR,
    outcome=Outcome.SOLVED,
    handler_id=1,
    clocks=(clock(ClockName.RESOLVE, -5, -6), KEPT),
)


def score(facts: CaseFacts, rules: Any = POLICY) -> float | None:
    return scoring.weighed(scoring.measure(facts, rules, NOW), rules)


def test_all_well_is_a_hundred_and_closes() -> None:
    decision = scoring.decide(GOOD, POLICY, NOW)
    facts = after(GOOD, decision)
    assert decision.event is EventKind.SCORED
    assert (facts.score, facts.stage, facts.closed_at, facts.owner_id) == (100.0, Stage.CLOSED, NOW, 1)
    assert decision.data["missed"] == []


@pytest.mark.parametrize(
    ("facts", "mark"),
    [
        ({"satisfaction": 1}, 70.0),
        ({"satisfaction": 3}, 85.0),
        ({"reopenings": 1}, 85.0),
        ({"rejections": 1}, 85.0),
        ({"solved": False}, 85.0),
        ({"method": None}, 90.0),
        ({"clocks": (clock(ClockName.PROMISE, -5, -4), KEPT)}, 95.0),
        ({"clocks": (clock(ClockName.PROMISE, -5), KEPT)}, 95.0),
        ({"clocks": (clock(ClockName.RESOLVE, -5, -4), KEPT)}, 88.1),
    ],
)
def test_what_each_failing_costs(facts: dict[str, Any], mark: float) -> None:
    assert score(replace(GOOD, **facts)) == mark


@pytest.mark.parametrize(("missed", "speed"), [(0, 1.0), (1, 0.66), (2, 0.32), (3, 0.0), (5, 0.0)])
def test_each_missed_clock_takes_what_the_rulebook_says(missed: int, speed: float) -> None:
    late = tuple(clock(ClockName.RESOLVE, -5, -4) for _ in range(missed))
    facts = replace(GOOD, clocks=(KEPT, clock(ClockName.STATUTORY, 5, -1), *late))
    assert scoring.measure(facts, POLICY, NOW)["speed"] == pytest.approx(speed)


def test_timers_cost_nothing() -> None:
    called = (clock(ClockName.CALL_BACK, -5, -1), clock(ClockName.HOLD, -5), clock(ClockName.ASSIGN_AGAIN, -5))
    assert score(replace(GOOD, clocks=(*GOOD.clocks, *called))) == 100.0


def test_time_on_a_hold_that_pauses_costs_nothing() -> None:
    facts = under_way(Stage.SCORING, received_at=NOW - 200 * HOUR)
    stood = clocks.pause(facts.clocks[:1], HoldReason.WAITING_CUSTOMER, NOW - 190 * HOUR, POLICY)
    facts = replace(facts, clocks=clocks.meet_all(stood, NOW))
    assert scoring.measure(facts, POLICY, NOW)["speed"] == 1.0


def test_what_was_not_measured_is_said_so_and_its_weight_shared() -> None:
    enquiry = replace(GOOD, kind=Kind.ENQUIRY, satisfaction=None, solved=None, method=None, clocks=())
    decision = scoring.decide(enquiry, POLICY, NOW)
    assert decision.changes["score"] == 100.0
    assert decision.data["marks"] == {
        "speed": 1.0,
        "satisfaction": None,
        "first_time": None,
        "method": None,
        "promises": None,
    }
    assert "satisfaction —" in decision.reasons[0].en
    half = replace(GOOD, satisfaction=None, method=None)
    assert score(half) == pytest.approx(100 * (0.35 + 0.15 + 0.1) / (0.35 + 0.15 + 0.1 + 0.1), abs=0.05)


def test_nothing_measured_is_no_score_and_not_nought() -> None:
    def only_satisfaction(book: dict[str, Any]) -> None:
        book["scoring"]["weights"] = dict.fromkeys(POLICY.rulebook.scoring.weights, 0) | {"satisfaction": 1}

    decision = scoring.decide(replace(GOOD, satisfaction=None), policy(only_satisfaction), NOW)
    assert decision.changes["score"] is None
    assert decision.reasons[0].en.startswith("score not measured")


def test_a_promise_still_to_come_is_not_judged() -> None:
    assert scoring.measure(replace(GOOD, clocks=(clock(ClockName.PROMISE, 5),)), POLICY, NOW)["promises"] is None
    assert scoring.measure(replace(GOOD, clocks=(clock(ClockName.PROMISE, 5), KEPT)), POLICY, NOW)["promises"] == 1.0


def test_unsolved_to_the_end_is_not_solved_the_first_time() -> None:
    """Even where the rulebook allows no reopening, so that the final position followed at once."""
    assert scoring.measure(replace(GOOD, solved=False), POLICY, NOW)["first_time"] == 0.0


def test_a_withdrawn_complaint_is_not_asked_for_its_method() -> None:
    withdrawn = replace(GOOD, withdrawn=True, method=None, outcome=None)
    assert scoring.measure(withdrawn, POLICY, NOW)["method"] is None
    assert after(withdrawn, scoring.decide(withdrawn, POLICY, NOW)).outcome is Outcome.WITHDRAWN


def test_what_was_missed_is_named() -> None:
    facts = replace(GOOD, clocks=(clock(ClockName.RESOLVE, -5), clock(ClockName.PROMISE, -2, -1), KEPT))
    decision = scoring.decide(facts, POLICY, NOW)
    assert decision.data["missed"] == ["promise", "resolve"]
    assert decision.reasons[1].en == "missed: promise, resolve"


met = st.none() | st.floats(-90, 0)
some_clocks = st.lists(st.builds(clock, st.sampled_from(ClockName), st.floats(-90, 90), met), max_size=6).map(tuple)
scored = st.builds(
    under_way,
    stage=st.just(Stage.SCORING),
    kind=st.sampled_from(Kind),
    satisfaction=st.none() | st.integers(1, 5),
    solved=st.sampled_from([None, True, False]),
    reopenings=st.integers(0, 3),
    rejections=st.integers(0, 3),
    method=st.none() | st.sampled_from(HandlingMethod),
    withdrawn=st.booleans(),
    clocks=some_clocks,
)


@often
@given(scored)
def test_a_score_lies_between_nought_and_a_hundred(facts: CaseFacts) -> None:
    found = score(facts)
    assert found is not None
    assert 0 <= found <= 100
    assert all(mark is None or 0 <= mark <= 1 for mark in scoring.measure(facts, POLICY, NOW).values())


@often
@given(scored, st.integers(1, 4))
def test_a_more_satisfied_customer_never_lowers_it(facts: CaseFacts, mark: int) -> None:
    scores = [score(replace(facts, satisfaction=one)) for one in (mark, mark + 1)]
    assert scores[0] < scores[1]  # type: ignore[operator]


@often
@given(scored)
def test_one_more_failing_never_raises_it(facts: CaseFacts) -> None:
    before = score(facts)
    assert before is not None
    worse = [replace(facts, clocks=(*facts.clocks, clock(ClockName.RESOLVE, -5)))]
    if facts.solved is not None:
        worse += [replace(facts, reopenings=facts.reopenings + 1), replace(facts, rejections=facts.rejections + 1)]
    if facts.method is not None:
        worse.append(replace(facts, method=None))
    if any(one.name is ClockName.PROMISE and (one.met_at or one.due_at <= NOW) for one in facts.clocks):
        worse.append(replace(facts, clocks=(*facts.clocks, clock(ClockName.PROMISE, -5))))
    assert all((score(one) or 0) <= before for one in worse)


@often
@given(scored)
def test_nothing_runs_on_after_closing_but_what_others_wait_for_and_promises_of_the_withdrawn(
    facts: CaseFacts,
) -> None:
    decision = scoring.decide(facts, POLICY, NOW)
    closed = after(facts, decision)
    if decision.event is EventKind.PROMISES_AWAITED:
        assert (closed.stage, closed.closed_at) == (Stage.PROMISED, None)
        return
    left = [one for one in closed.clocks if one.met_at is None]
    assert {one.name for one in left} <= clocks.BEYOND | ({ClockName.PROMISE} if facts.withdrawn else set())
    assert closed.overdue == any(clocks.late(one, NOW) for one in left if one.name is not ClockName.PROMISE)
    assert closed.hold is None


@pytest.mark.parametrize(
    ("liable", "called"),
    [("linehaul", "干线运输"), ("linehaul_contractor", "干线外包承运商"), ("gone_since", "gone_since")],
)
def test_whom_it_counts_against_is_named_in_chinese(liable: str, called: str) -> None:
    why = scoring.counts(under_way(Stage.CLOSED, liable=liable, firm_liable=True), POLICY)
    assert why == Reason(f"计入责任单位 {called}", f"it counts against {liable}")


def test_a_unit_that_kept_silent_costs_the_agent_no_speed() -> None:
    late = [
        replace(clocks.timer(name, NOW, NOW, Reason("", "")), met_at=NOW + HOUR)
        for name in (ClockName.UNIT_ANSWER, ClockName.RESOLVE)
    ]
    speeds = [scoring.measure(under_way(clocks=(one,)), POLICY, NOW + 2 * HOUR)["speed"] for one in late]
    assert speeds == [1.0, 1 - POLICY.rulebook.scoring.late_costs]
