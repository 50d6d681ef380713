"""The short path: the door, the answer, who is revisited, what a revisit changes; promises before closing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

import pytest

from flows.rules import clocks, follow_up, requests, scoring, triage
from models.values.case import Refusal
from models.values.request import RequestDetails
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, Kind, ManualService, Outcome, Procedure, SuggestionVerdict
from tests.flows.rules.making import NOW, POLICY, after, case, clock, decide, policy, reading, staff

RULES = POLICY.rulebook.requests
SURE_AT = POLICY.rulebook.taxonomy.bounds.sure_at
ALL = policy(lambda book: book["requests"].update(revisit_share={"enquiry": 1.0}))
NONE = policy(lambda book: book["requests"].update(revisit_share={}))


def request(stage=Stage.ANSWER, kind=Kind.ENQUIRY, **facts):
    begun = case(stage, kind=kind, category=None, procedure=Procedure.REQUEST, caller_key="k", **facts)
    answer = clocks.start(ClockName.ANSWER, POLICY.rulebook.clocks.answer, NOW, POLICY)
    return begun if "clocks" in facts else replace(begun, clocks=(answer,))


def test_what_is_no_complaint_goes_on_in_the_flow_of_requests():
    said = reading(kind=Kind.CONSULTATION, category=None)
    decision = triage.decide(case(Stage.RECEIVED), said, [], POLICY, NOW, sure=True, proposed=True)
    assert (decision.changes["procedure"], decision.changes["stage"]) == (Procedure.REQUEST, Stage.ANSWER)
    unsure = triage.decide(case(Stage.RECEIVED), said, [], POLICY, NOW, sure=False, proposed=True)
    assert "procedure" not in unsure.changes


@pytest.mark.parametrize(
    ("read", "confidence", "kind", "sure", "mismatch"),
    [
        (Kind.ENQUIRY, 0.99, Kind.ENQUIRY, True, False),
        (Kind.ENQUIRY, 0.10, Kind.ENQUIRY, True, False),
        (Kind.COMPLAINT, 0.10, Kind.ENQUIRY, True, False),
        (Kind.CONSULTATION, 0.99, Kind.ENQUIRY, True, True),
        (Kind.COMPLAINT, 0.99, Kind.COMPLAINT, False, True),
    ],
)
def test_the_door_knows_the_kind_unless_the_text_surely_is_a_complaint(read, confidence, kind, sure, mismatch):
    facts = request(Stage.RECEIVED, details=RequestDetails(door=Kind.ENQUIRY).within({}))
    said = reading(kind=read, category=Category.DELAY if read is Kind.COMPLAINT else None, confidence=confidence)
    heard = requests.at_the_door(facts, said, SURE_AT)
    assert (heard.reading.kind, heard.sure, heard.mismatch) == (kind, sure, mismatch)
    decision = triage.decide(facts, heard.reading, [], POLICY, NOW, sure=heard.sure, proposed=True)
    decision = requests.as_heard(decision, heard, said)
    assert decision.changes["proposed_kind"] is read
    assert decision.changes["stage"] is (Stage.ANSWER if sure else Stage.TRIAGE)


def test_an_answer_closes_the_short_path_or_leads_to_a_revisit():
    answered = decide("answer", request(), text="已在派送", rules=NONE)
    assert answered.changes["stage"] is Stage.SCORING
    revisited = decide("answer", request(), text="已在派送", rules=ALL)
    assert revisited.changes["stage"] is Stage.REVISIT
    assert clock(after(request(), revisited), ClockName.REVISIT).due_at > NOW
    assert "revisit" in revisited.reasons[0].en


def test_who_called_nobody_knows_is_not_revisited():
    anonymous = replace(request(), caller_key=None)
    assert decide("answer", anonymous, text="好", rules=ALL).changes["stage"] is Stage.SCORING


def test_the_draw_is_by_the_case_alone_and_keeps_its_share():
    ids = [uuid5(UUID(int=1), str(number)) for number in range(4000)]
    first = [requests.drawn(id_, 0.1) for id_ in ids]
    assert first == [requests.drawn(id_, 0.1) for id_ in ids]
    assert 320 < sum(first) < 480
    assert all(requests.drawn(id_, 0.3) for id_, was in zip(ids, first, strict=True) if was), "a larger share holds it"
    assert not any(requests.drawn(id_, 0) for id_ in ids)
    assert all(requests.drawn(id_, 1) for id_ in ids)


@pytest.mark.parametrize(
    ("minutes", "happened", "first"),
    [
        (10, {EventKind.RECEIVED, EventKind.CLASSIFIED, EventKind.ASSIGNED, EventKind.NOTED}, True),
        (40, {EventKind.RECEIVED}, False),
        (10, {EventKind.RECEIVED, EventKind.REASSIGNED}, False),
        (10, {EventKind.RECEIVED, EventKind.PROMISED}, False),
        (10, {EventKind.RECEIVED, EventKind.HELD}, False),
    ],
)
def test_first_contact_resolution_is_soon_and_without_anything_further(minutes, happened, first):
    decision = decide("answer", request(), text="好", now=NOW + timedelta(minutes=minutes), loaded=happened, rules=NONE)
    assert decision.data["first_contact"] is first
    assert RequestDetails.of(decision.changes["details"]).first_contact is first


def test_a_suggestion_gets_its_verdict_and_nothing_else_does():
    suggestion = request(kind=Kind.SUGGESTION)
    with pytest.raises(Refusal, match="verdict"):
        decide("answer", suggestion, text="谢谢")
    decision = decide("answer", suggestion, text="谢谢", verdict="adopted", rules=NONE)
    assert RequestDetails.of(decision.changes["details"]).verdict is SuggestionVerdict.ADOPTED
    with pytest.raises(Refusal, match="verdict"):
        decide("answer", request(), text="好", verdict="adopted")


def test_a_manual_service_is_one_of_the_five():
    unknown = request(kind=Kind.MANUAL_SERVICE)
    with pytest.raises(Refusal, match="five services"):
        decide("answer", unknown, text="已受理")
    decision = decide("answer", unknown, text="已受理", service="transfer", rules=NONE)
    assert RequestDetails.of(decision.changes["details"]).service is ManualService.TRANSFER
    known = request(kind=Kind.MANUAL_SERVICE, details=RequestDetails(service=ManualService.SHIPPING).within({}))
    assert decide("answer", known, text="已受理", rules=NONE).data["service"] is ManualService.SHIPPING
    with pytest.raises(Refusal, match="manual service"):
        decide("answer", request(), text="好", service="transfer")


def test_solved_at_the_revisit_it_is_scored_not_analysed():
    decision = decide("survey", request(Stage.REVISIT), staff("revisitor", 9), solved=True, satisfaction=5)
    assert (decision.changes["stage"], decision.changes["outcome"]) == (Stage.SCORING, Outcome.SOLVED)


def test_unsolved_at_the_revisit_it_is_answered_again_and_was_not_resolved_at_first_contact():
    facts = request(Stage.REVISIT, clocks=(), details=RequestDetails(first_contact=True).within({}))
    decision = decide("survey", facts, staff("revisitor", 9), solved=False, satisfaction=2)
    assert decision.changes["stage"] is Stage.ANSWER
    assert decision.changes["reopenings"] == 1
    assert RequestDetails.of(decision.changes["details"]).first_contact is False
    assert clock(after(facts, decision), ClockName.ANSWER).due_at > NOW


def test_it_does_not_go_round_for_ever():
    facts = request(Stage.REVISIT, clocks=(), reopenings=POLICY.rulebook.course.reopenings_at_most)
    decision = decide("survey", facts, staff("revisitor", 9), solved=False, satisfaction=1)
    assert (decision.changes["stage"], decision.changes["outcome"]) == (Stage.SCORING, Outcome.ANSWERED)


def test_whom_nobody_reaches_is_owed_nothing_more():
    tried = tuple({"outcome": "no_answer", "at": (NOW - timedelta(hours=h)).isoformat(), "by": 9} for h in (16, 20, 1))
    facts = request(Stage.REVISIT, attempts=tried * 2)
    decision = decide("contact", facts, staff("revisitor", 9), outcome="no_answer")
    assert decision.changes["stage"] is Stage.SCORING


def test_a_withdrawn_request_is_scored():
    decision = decide("withdraw", request(), message="不用了", channel="sms", sent_at=NOW)
    assert decision.changes["stage"] is Stage.SCORING


def promised(facts, hours=5):
    return after(facts, decide("promise", facts, what="周五前送达", by=NOW + timedelta(hours=hours)))


@pytest.mark.parametrize("procedure", [Procedure.COMPLAINT, Procedure.REQUEST])
def test_a_case_with_an_open_promise_does_not_close_before_it_is_kept(procedure):
    facts = promised(case(Stage.ANSWER, procedure=procedure))
    facts = replace(facts, stage=Stage.SCORING)
    waits = scoring.decide(facts, POLICY, NOW)
    assert (waits.event, waits.changes["stage"]) == (EventKind.PROMISES_AWAITED, Stage.PROMISED)
    waiting = after(facts, waits)
    kept = decide("keep-promise", waiting, promise=facts.clocks[0].ref, now=NOW + timedelta(hours=6))
    assert kept.changes["stage"] is Stage.SCORING
    scored = scoring.decide(after(waiting, kept), POLICY, NOW + timedelta(hours=6))
    assert scored.changes["stage"] is Stage.CLOSED
    assert scored.data["marks"]["promises"] == 0, "late, it counts as broken"


def test_a_promise_of_a_withdrawn_case_holds_nothing_up():
    facts = replace(promised(case(Stage.CARRY_OUT)), withdrawn=True, stage=Stage.SCORING)
    assert scoring.decide(facts, POLICY, NOW).changes["stage"] is Stage.CLOSED


@pytest.mark.parametrize("facts", [case(Stage.CARRY_OUT), request(clocks=())], ids=["complaint", "request"])
@pytest.mark.parametrize(("present", "hours"), [(False, 4), (False, 6), (True, 4)])
def test_a_promise_comes_back_to_somebody_who_is_there(facts, present, hours):
    facts = promised(replace(facts, owner_id=5, clocks=()))
    owner = staff("handler", 5, present=present)
    decision = follow_up.decide(facts, None, POLICY, NOW + timedelta(hours=hours), owner)
    assert decision.event is (EventKind.REMINDED if hours < 5 else EventKind.OVERDUE)
    assert (decision.changes.get("owner_id", 5) is None) == (not present)
