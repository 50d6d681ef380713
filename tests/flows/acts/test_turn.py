"""A request becomes a complaint by one act, a complaint a request only with four eyes; nothing of it is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.acts.refusals import NotYours
from flows.rules import clocks
from models.values.case import Reason, Refusal
from models.values.request import RequestDetails
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, Kind, Outcome, Procedure
from tests.flows.rules.making import NOW, POLICY, after, case, clock, decide, staff, under_way
from tests.flows.rules.test_requests import request

ANN, BOB = staff("supervisor", 21), staff("supervisor", 22)


def asked(by=ANN, **facts):
    complaint = under_way(**facts)
    return after(complaint, decide("turn-into-request", complaint, by, kind="enquiry", why="只是询问到货时间"))


@pytest.mark.parametrize("stage", [Stage.ANSWER, Stage.REVISIT])
def test_a_request_becomes_a_complaint_from_when_it_came_in(stage):
    facts = request(stage)
    decision = decide("turn-into-complaint", facts, category="loss", why="客户要求赔偿", now=NOW + timedelta(hours=3))
    assert Reason("查询转为投诉", "enquiry turned into a complaint") in decision.reasons
    turned = after(facts, decision)
    assert decision.event is EventKind.TURNED_INTO_COMPLAINT
    assert (turned.procedure, turned.stage, turned.kind) == (Procedure.COMPLAINT, Stage.CARRY_OUT, Kind.COMPLAINT)
    assert turned.unit == POLICY.rulebook.assignment.units[Category.LOSS]
    assert clock(turned, ClockName.STATUTORY).started_at == facts.received_at
    assert RequestDetails.of(turned.details).was == (Kind.ENQUIRY,)
    assert decision.sealed == {"why": "客户要求赔偿"}


def test_a_closed_request_becomes_a_complaint_that_begins_now():
    later = NOW + timedelta(days=40)
    facts = request(Stage.CLOSED, closed_at=NOW, outcome=Outcome.ANSWERED, score=90.0)
    turned = after(facts, decide("turn-into-complaint", facts, category="delay", why="仍未送达", now=later))
    assert (turned.stage, turned.closed_at, turned.outcome, turned.score) == (Stage.CARRY_OUT, None, None, None)
    assert clock(turned, ClockName.RESOLVE).started_at == later
    assert clock(turned, ClockName.STATUTORY).due_at > later
    assert turned.received_at == facts.received_at, "when it came in stays what it was"


def test_a_complaint_cannot_become_one():
    with pytest.raises(Refusal, match="complaint already"):
        decide("turn-into-complaint", case(Stage.CLOSED), category="delay", why="x")
    with pytest.raises(Refusal, match="complaint already"):
        decide("turn-into-request", under_way(), kind="complaint", why="x")


def test_asking_changes_nothing_but_who_looks_at_it():
    facts = asked()
    assert (facts.stage, facts.kind, facts.procedure, facts.owner_id) == (
        Stage.APPROVAL,
        Kind.COMPLAINT,
        Procedure.COMPLAINT,
        None,
    )
    assert clock(facts, ClockName.STATUTORY)


def test_a_second_person_makes_it_a_request_with_its_history():
    facts = asked()
    later = NOW + timedelta(days=3)
    decision = decide("agree-turn", facts, BOB, now=later)
    turned = after(facts, decision)
    assert decision.event is EventKind.TURNED_INTO_REQUEST
    assert (turned.procedure, turned.stage, turned.kind, turned.category) == (
        Procedure.REQUEST,
        Stage.ANSWER,
        Kind.ENQUIRY,
        None,
    )
    known = RequestDetails.of(turned.details)
    assert (known.was, known.asked) == ((Kind.COMPLAINT,), None)
    assert clock(turned, ClockName.ANSWER).started_at == later, "a term that nobody could meet is none"
    assert turned.received_at == facts.received_at, "when it came in stays what it was"


def test_a_deadline_missed_as_a_complaint_stays_missed():
    late = NOW + timedelta(days=10)
    turned = after(asked(), decide("agree-turn", asked(), BOB, now=late))
    assert [one.name for one in turned.clocks if clocks.late(one, late)].count(ClockName.RESOLVE) == 1


def test_the_one_who_asked_does_not_agree_and_a_handler_neither():
    for nobody in (ANN, staff("handler", 30)):
        for act, said in (("agree-turn", {}), ("refuse-turn", {"why": "x"})):
            with pytest.raises(NotYours):
                decide(act, asked(), nobody, **said)


def test_refused_it_goes_back_to_who_asked_and_stays_a_complaint():
    facts = asked()
    refused = after(facts, decide("refuse-turn", facts, BOB, why="客户明确要求赔偿"))
    assert (refused.stage, refused.kind, refused.owner_id) == (Stage.CARRY_OUT, Kind.COMPLAINT, ANN.id)
    assert RequestDetails.of(refused.details).asked is None


REGULATOR = clocks.timer(ClockName.REGULATOR, NOW, NOW + timedelta(days=9), Reason("转办", "referred"), ref=4)
WITH_FINANCE = clocks.timer(ClockName.PAYMENT, NOW, NOW + timedelta(days=3), Reason("付款", "a payment"), ref=1)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"clocks": (REGULATOR,)}, "the regulator waits"),
        ({"clocks": (WITH_FINANCE,)}, "with finance"),
        ({"remedy": {"compensation": "80", "approved": True}}, "compensation is approved"),
    ],
)
def test_what_money_or_the_regulator_waits_for_stays_a_complaint(facts, sentence):
    with pytest.raises(Refusal, match=sentence):
        asked(**facts)
    with pytest.raises(Refusal, match=sentence):
        decide("agree-turn", replace(asked(), **facts), BOB)


def test_what_is_paid_answered_or_refused_may_be_turned():
    over = tuple(replace(one, met_at=NOW) for one in (REGULATOR, WITH_FINANCE))
    for remedy in (None, {"compensation": "80", "approved": False}, {"compensation": "0.00", "approved": True}):
        assert asked(clocks=over, remedy=remedy).stage is Stage.APPROVAL


def test_a_turn_is_no_proposal_and_a_proposal_no_turn():
    with pytest.raises(Refusal, match="agree-turn"):
        decide("approve", asked(), BOB)
    waiting = replace(under_way(Stage.APPROVAL), remedy={"compensation": "9", "approved": False, "level": 1})
    with pytest.raises(Refusal, match="nobody asked"):
        decide("agree-turn", waiting, BOB)


def test_nobody_renames_a_complaint_by_classifying_it_again():
    with pytest.raises(Refusal, match="four eyes"):
        decide("classify", under_way(), ANN, kind="enquiry")


def test_withdrawn_while_it_waits_nothing_is_left_of_the_asking():
    facts = asked(category=Category.DELAY)
    gone = after(facts, decide("withdraw", facts, ANN, message="不投诉了", channel="sms", sent_at=NOW))
    assert RequestDetails.of(gone.details).asked is None
