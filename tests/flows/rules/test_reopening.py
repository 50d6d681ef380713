"""The same cause on the same waybill after its case was closed: reopened, or a case of its own one level higher."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from flows.rules import lifecycle, reopening, triage
from models.values.case import CaseFacts, Decision
from models.values.policy import Policy
from models.values.settlement import Money
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, Kind, Outcome
from tests.flows.rules.making import NOW, POLICY, TOP, after, case, clock, decide, policy, reading, under_way

CLOSED = triage.Relative(
    UUID(int=3),
    3,
    Category.DELAY,
    Stage.CLOSED,
    NOW - timedelta(days=60),
    closed_at=NOW - timedelta(days=10),
    outcome=Outcome.SOLVED,
)
FRESH = replace(case(Stage.RECEIVED, kind=None, category=None), clocks=triage.received(case(), POLICY))
ESCALATES = policy(lambda book: book["repeats"].update(then="escalate"))
IGNORES = policy(lambda book: book["repeats"].update(then="sibling"))


def classified(*relatives: triage.Relative, rules: Policy = POLICY, facts: CaseFacts = FRESH, **said: Any) -> Decision:
    return triage.decide(facts, reading(**said), relatives, rules, NOW, sure=True, proposed=True)


def said(decision: Decision) -> str:
    return " ".join(f"{one.zh} {one.en}" for one in decision.reasons)


def test_a_repeat_is_linked_to_the_case_it_reopens_and_tells_it() -> None:
    decision = classified(CLOSED)
    facts = after(FRESH, decision)
    assert decision.event is EventKind.LINKED
    assert (facts.stage, facts.linked_to, decision.pokes) == (Stage.LINKED, CLOSED.id, (CLOSED.id,))
    assert decision.data["repeat_of"] == decision.data["main"] == str(CLOSED.id)
    assert not [one for one in facts.clocks if one.met_at is None]
    assert "工单 3 结案后" in said(decision)
    assert "case 3 was closed: that case reopens one level higher" in said(decision)


def test_whoever_calls_the_same_cause_on_the_waybill_is_a_repeat() -> None:
    assert after(FRESH, classified(CLOSED, facts=replace(FRESH, caller_key="other"))).linked_to == CLOSED.id


@pytest.mark.parametrize(("days", "reopened"), [(0, True), (29, True), (30, True), (31, False)])
def test_it_counts_from_when_the_case_was_closed_and_only_within_the_window(days: int, reopened: bool) -> None:
    earlier = replace(CLOSED, closed_at=NOW - timedelta(days=days))
    decision = classified(earlier)
    assert bool(decision.pokes) == reopened
    if not reopened:
        assert (decision.event, decision.changes["sibling_of"]) == (EventKind.CLASSIFIED, CLOSED.id)
        assert "level" not in decision.changes


def test_another_cause_is_a_sibling_however_fresh_the_case_was_closed() -> None:
    decision = classified(CLOSED, category=Category.DAMAGE)
    assert (decision.pokes, decision.changes["sibling_of"]) == ((), CLOSED.id)
    assert "repeat_of" not in decision.data


def test_what_is_no_complaint_repeats_nothing() -> None:
    decision = classified(CLOSED, kind=Kind.ENQUIRY, category=None)
    assert (decision.pokes, decision.changes["stage"]) == ((), Stage.ANSWER)


def test_an_open_case_of_the_cause_is_joined_before_a_closed_one_is_reopened() -> None:
    open_one = replace(CLOSED, id=UUID(int=4), number=4, stage=Stage.CARRY_OUT, closed_at=None, recorded_at=NOW)
    decision = classified(CLOSED, open_one)
    assert (decision.changes["linked_to"], decision.pokes) == (open_one.id, ())


def test_of_several_closed_cases_the_one_closed_last_is_reopened() -> None:
    later = replace(CLOSED, id=UUID(int=5), number=5, closed_at=NOW - timedelta(days=1))
    assert classified(later, CLOSED).pokes == classified(CLOSED, later).pokes == (later.id,)


def test_a_case_that_closed_with_another_one_is_left_to_that_one() -> None:
    linked = replace(CLOSED, id=UUID(int=5), number=5, outcome=Outcome.LINKED, closed_at=NOW)
    assert classified(linked, CLOSED).pokes == (CLOSED.id,)
    assert classified(linked).pokes == ()


@pytest.mark.parametrize(
    "earlier",
    [
        replace(CLOSED, reopenings=POLICY.rulebook.course.reopenings_at_most, level=1),
        replace(CLOSED, outcome=Outcome.FINAL_POSITION, level=1),
    ],
    ids=["reopened as often as allowed", "the last word was spoken"],
)
def test_what_is_reopened_no_more_starts_anew_one_level_above(earlier: triage.Relative) -> None:
    decision = classified(earlier)
    assert decision.event is EventKind.CLASSIFIED
    assert (decision.changes["level"], decision.changes["sibling_of"], decision.pokes) == (2, earlier.id, ())
    assert decision.data["repeat_of"] == str(earlier.id)
    assert "this one starts at level 2" in said(decision)


def test_the_rulebook_may_have_it_escalated_instead() -> None:
    decision = classified(CLOSED, rules=ESCALATES)
    assert (decision.event, decision.changes["level"], decision.pokes) == (EventKind.CLASSIFIED, 1, ())
    assert classified(replace(CLOSED, level=TOP), rules=ESCALATES).changes["level"] == TOP


def test_the_rulebook_may_have_nothing_made_of_it() -> None:
    decision = classified(CLOSED, rules=IGNORES)
    assert (decision.event, decision.changes["sibling_of"], decision.pokes) == (EventKind.CLASSIFIED, CLOSED.id, ())
    assert "level" not in decision.changes


def test_a_correction_of_a_case_that_people_work_on_reopens_nothing() -> None:
    assert classified(CLOSED, facts=under_way(category=Category.LOSS)).pokes == ()


def test_what_nobody_is_sure_about_reopens_nothing_until_a_person_has_said_so() -> None:
    unsure = triage.decide(FRESH, reading(), [CLOSED], POLICY, NOW, sure=False, proposed=True)
    assert unsure.pokes == ()
    by_a_person = classified(CLOSED, facts=after(FRESH, unsure))
    assert by_a_person.pokes == (CLOSED.id,)


def test_the_case_told_reopens_one_level_higher_and_counts_it() -> None:
    closed = under_way(Stage.CLOSED, poked=True, score=88.0, outcome=Outcome.SOLVED, closed_at=NOW, reopenings=1)
    closed = replace(closed, clocks=())
    decision = reopening.by_repeats(closed, [8, 9], Money(), POLICY, NOW)
    facts = after(closed, decision)
    assert decision.event is EventKind.REOPENED
    assert (facts.stage, facts.level, facts.reopenings, facts.poked) == (Stage.CARRY_OUT, 1, 2, False)
    assert (facts.closed_at, facts.outcome, facts.score, facts.owner_id) == (None, None, None, None)
    assert clock(facts, ClockName.RESOLVE).started_at == NOW
    assert "工单 8、9" in said(decision)
    assert "(case 8, 9)" in said(decision)
    assert lifecycle.replay([(EventKind.RECEIVED, {}), (EventKind.REOPENED, decision.data)]) is facts.stage


def test_told_for_nothing_it_stays_closed() -> None:
    decision = reopening.by_repeats(under_way(Stage.CLOSED, poked=True), [], Money(), POLICY, NOW)
    assert (decision.event, decision.changes) == (None, {"poked": False})


def test_a_person_reopens_it_the_same_way() -> None:
    closed = replace(under_way(Stage.CLOSED, closed_at=NOW, outcome=Outcome.SOLVED), clocks=())
    facts = after(closed, decide("reopen", closed, why="再次出现"))
    told = after(closed, reopening.by_repeats(closed, [8], Money(), POLICY, NOW))
    assert facts == told
