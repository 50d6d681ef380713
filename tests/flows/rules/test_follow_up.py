"""Following up: what is due, missed, promised; holds that end; cases linked to one that ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.rules import clocks, complaint_clocks, follow_up
from flows.rules.agenda import agenda
from models.values.case import CaseFacts, Deadline, Reason
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import HoldReason, Outcome
from tests.flows.rules.making import NOW, POLICY, after, at, case, clock, under_way

MAIN = follow_up.Main(Stage.CLOSED, 3, "caller", Outcome.SOLVED)
HOUR = timedelta(hours=1)


def timer(name: ClockName, hours: float, ref: int | None = None) -> Deadline:
    return clocks.timer(name, NOW, NOW + hours * HOUR, Reason("", name), ref=ref)


def followed(facts: CaseFacts, hours: float) -> CaseFacts:
    decision = follow_up.decide(facts, None, POLICY, NOW + hours * HOUR)
    assert decision is not None
    return after(facts, decision)


def everything(facts: CaseFacts, until_hours: float) -> list[tuple[float, str, list[str]]]:
    """What follow-up says, and when, with nobody acting."""
    said: list[tuple[float, str, list[str]]] = []
    for _ in range(20):
        plan = agenda(facts, POLICY, NOW)
        if plan.due_at is None or plan.due_at > NOW + until_hours * HOUR:
            return said
        if plan.step == "assign":  # somebody of the level it climbed to takes it
            facts = replace(facts, owner_id=2)
            continue
        decision = follow_up.decide(facts, None, POLICY, plan.due_at)
        assert decision is not None
        assert decision.event is not None
        said.append(((plan.due_at - NOW) / HOUR, decision.event.value, [*decision.data.get("clocks", [])]))
        facts = after(facts, decision)
    raise AssertionError("it never ends")


def test_each_deadline_is_reminded_of_once_and_missed_once_and_climbs_to_the_top() -> None:
    """Received on Wednesday at ten: resolution in 72 hours, the statutory end on Wednesday a week on at 24:00."""
    assert everything(under_way(), 10_000) == [
        (54.0, "reminded", ["resolve"]),
        (72.0, "overdue", ["resolve"]),
        (72.0, "escalated", ["resolve"]),
        (96.0, "escalated", ["resolve"]),
        (120.0, "escalated", ["resolve"]),
        (136.5, "reminded", ["statutory"]),
        (182.0, "overdue", ["statutory"]),
        (182.0, "escalated", ["statutory"]),
    ]


def test_missed_marks_the_case_overdue_and_a_reminder_does_not() -> None:
    facts = under_way()
    reminded = followed(facts, 54)
    assert not reminded.overdue
    assert followed(reminded, 72).overdue


def test_found_only_after_the_deadline_it_is_missed_without_a_reminder() -> None:
    decision = follow_up.decide(under_way(), None, POLICY, NOW + 80 * HOUR)
    assert decision is not None
    assert decision.event is EventKind.OVERDUE


def test_nothing_due_nothing_said() -> None:
    assert follow_up.decide(under_way(), None, POLICY, NOW + HOUR) is None


def test_a_call_back_comes_back_and_is_no_breach() -> None:
    facts = under_way(Stage.REVISIT, clocks=(timer(ClockName.CALL_BACK, 5),))
    assert everything(facts, 1000) == [(5.0, "reminded", ["call_back"])]


def test_a_promise_not_kept_is_a_breach() -> None:
    facts = under_way(clocks=(timer(ClockName.PROMISE, 5, ref=4), timer(ClockName.PROMISE, 6, ref=5)))
    said = everything(facts, 1000)
    assert said[:4] == [
        (5.0, "overdue", ["promise"]),
        (5.0, "escalated", ["promise"]),
        (6.0, "overdue", ["promise"]),
        (6.0, "escalated", ["promise"]),
    ]
    assert {event for _, event, _ in said[4:]} == {"escalated"}


def test_what_is_missed_does_not_swallow_what_comes_up_at_the_same_moment() -> None:
    facts = under_way(Stage.REVISIT, clocks=(timer(ClockName.PROMISE, 5, ref=4), timer(ClockName.CALL_BACK, 5)))
    assert everything(facts, 6) == [
        (5.0, "overdue", ["promise"]),
        (5.0, "escalated", ["promise"]),
        (5.0, "reminded", ["call_back"]),
    ]


def test_a_retry_of_assignment_is_not_told_to_anybody() -> None:
    facts = under_way(clocks=(timer(ClockName.ASSIGN_AGAIN, 1), timer(ClockName.CALL_BACK, 1)))
    assert everything(facts, 1000) == [(1.0, "reminded", ["call_back"])]


def test_a_hold_ends_by_itself_and_the_clock_runs_on() -> None:
    facts = under_way(hold=HoldReason.WAITING_CUSTOMER)
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, NOW + 10 * HOUR, POLICY)
    facts = replace(facts, clocks=(*stood, timer(ClockName.HOLD, 30)))
    assert agenda(facts, POLICY, NOW).due_at == NOW + 30 * HOUR
    decision = follow_up.decide(facts, None, POLICY, NOW + 30 * HOUR)
    assert decision is not None
    assert decision.event is EventKind.RESUMED
    resumed = after(facts, decision)
    assert resumed.hold is None
    assert clock(resumed, ClockName.RESOLVE).due_at == NOW + 92 * HOUR
    assert "moved by a pause of 20.0 h" in clock(resumed, ClockName.RESOLVE).why.en
    assert everything(resumed, 95)[0] == (74.0, "reminded", ["resolve"])


def test_on_hold_the_statutory_clock_still_reminds() -> None:
    facts = under_way(hold=HoldReason.WAITING_CUSTOMER)
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, NOW, POLICY)
    assert everything(replace(facts, clocks=stood), 1000)[0] == (136.5, "reminded", ["statutory"])


def test_a_pause_after_the_deadline_does_not_clean_the_record() -> None:
    facts = replace(under_way(), overdue=True)
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, NOW + 80 * HOUR, POLICY)
    assert follow_up.overdue(stood, NOW + 90 * HOUR)
    assert follow_up.overdue(clocks.resume(stood, NOW + 99 * HOUR), NOW + 99 * HOUR)


def linked(caller: str | None = "caller", **facts: object) -> CaseFacts:
    return case(Stage.LINKED, poked=True, caller_key=caller, linked_to=case().id, owner_id=None, **facts)


def told(facts: CaseFacts, main: follow_up.Main = MAIN) -> CaseFacts:
    decision = follow_up.decide(facts, main, POLICY, NOW)
    assert decision is not None
    assert decision.event is EventKind.MAIN_ENDED
    return after(facts, decision)


def test_poked_while_its_main_case_goes_on_it_sleeps_again() -> None:
    decision = follow_up.decide(linked(), replace(MAIN, stage=Stage.REVISIT), POLICY, NOW)
    assert decision is not None
    assert decision.event is None
    assert agenda(after(linked(), decision), POLICY, NOW).due_at is None


def test_the_same_caller_has_had_his_answer() -> None:
    facts = told(linked())
    assert (facts.stage, facts.outcome, facts.closed_at, facts.poked) == (Stage.CLOSED, Outcome.LINKED, NOW, False)


def test_two_callers_we_do_not_know_are_not_taken_for_one() -> None:
    facts = told(linked(None), replace(MAIN, caller_key=None))
    assert (facts.stage, facts.outcome) == (Stage.FEED_BACK, None)


def test_another_caller_is_still_owed_his_answer() -> None:
    facts = told(linked("consignee", attempts=({"outcome": "busy", "at": NOW.isoformat(), "by": 1},)))
    assert (facts.stage, facts.outcome, facts.closed_at, facts.poked) == (Stage.FEED_BACK, None, None, False)
    assert clock(facts, ClockName.FEED_BACK).due_at == at("2026-03-05 18:00")
    assert facts.attempts == ()


def test_he_must_be_told_within_the_statutory_term_from_his_own_first_contact() -> None:
    on_time = told(linked("consignee"))
    assert clock(on_time, ClockName.STATUTORY).due_at == at("2026-03-12 00:00")
    assert not on_time.overdue
    assert told(linked("consignee", received_at=at("2026-02-20 10:00"))).overdue


def test_a_statutory_clock_met_before_is_not_begun_again() -> None:
    met = clocks.meet((complaint_clocks.start_statutory(case(), POLICY),), ClockName.STATUTORY, NOW)
    assert [one.name for one in told(linked("consignee", clocks=met)).clocks].count(ClockName.STATUTORY) == 1


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.ANSWERED])
def test_a_main_case_that_was_never_handled_leaves_the_other_callers_complaint_to_be_handled(outcome: Outcome) -> None:
    """The consignor takes his complaint back; the consignee did not."""
    ended = replace(MAIN, outcome=outcome)
    facts = told(linked("consignee"), ended)
    assert facts.stage is Stage.CARRY_OUT
    assert {one.name for one in facts.clocks} == {ClockName.RESOLVE, ClockName.STATUTORY}
    assert told(linked(), ended).stage is Stage.CLOSED


def test_what_was_approved_and_not_asked_for_is_still_carried_out() -> None:
    """Linked before anybody looked at its money: it does not end with its main case, whoever called."""
    remedy = {"compensation": "150", "approved": True, "advanced": "100"}
    for facts in (linked(remedy=remedy), linked(remedy=remedy, withdrawn=True), linked("consignee", remedy=remedy)):
        decision = follow_up.decide(facts, MAIN, POLICY, NOW)
        assert decision is not None
        assert (decision.changes["stage"], decision.reasons[0].en) == (
            Stage.CARRY_OUT,
            "case 3 ended; 50.00 approved on this one are still to be carried out",
        )
    for nothing in (remedy | {"requested": True}, remedy | {"approved": False}, remedy | {"advanced": "150"}):
        assert told(linked(remedy=nothing)).stage is Stage.CLOSED


def test_who_withdrew_is_owed_nothing() -> None:
    assert told(linked("consignee", withdrawn=True)).stage is Stage.CLOSED


def test_its_main_case_unknown_it_sleeps_again() -> None:
    decision = follow_up.decide(linked(), None, POLICY, NOW)
    assert decision is not None
    assert decision.changes == {"poked": False}
