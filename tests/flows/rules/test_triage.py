"""What a reading means for the case: sure or not, linked or sibling, which clocks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from flows.rules import clocks, complaint_clocks, lifecycle, triage
from models.values.case import CaseFacts, Decision, Reason
from models.values.classification import Classification
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, Channel, HoldReason, Kind
from tests.flows.rules.making import NOW, POLICY, after, case, clock, reading, under_way

DELAY_CASE = triage.Relative(UUID(int=3), 3, Category.DELAY, Stage.CARRY_OUT, NOW - timedelta(days=2))
FRESH = replace(case(Stage.RECEIVED, kind=None, category=None), clocks=triage.received(case(), POLICY))


def classified(
    said: Classification | None = None,
    relatives: Sequence[triage.Relative] = (),
    facts: CaseFacts = FRESH,
    now: Any = NOW,
    *,
    sure: bool = True,
    proposed: bool = True,
) -> Decision:
    return triage.decide(facts, said or reading(), relatives, POLICY, now, sure=sure, proposed=proposed)


def names(facts: CaseFacts) -> set[ClockName]:
    return {one.name for one in facts.clocks if one.met_at is None}


def test_a_case_begins_with_two_hours_to_classify_it_from_the_first_contact() -> None:
    told_earlier = case(received_at=NOW - timedelta(hours=5))
    begun, told = triage.received(told_earlier, POLICY)
    assert begun.due_at == NOW - timedelta(hours=3)
    assert (told.name, told.due_at) == (ClockName.ACKNOWLEDGE, NOW - timedelta(hours=4))
    assert told.met_at == told_earlier.received_at, "on the phone somebody answers"
    assert triage.lag(told_earlier) == timedelta(hours=5)


def test_a_web_form_tells_the_caller_itself_and_an_email_does_not() -> None:
    (_, form), (_, mail) = (
        triage.received(case(channel=channel), POLICY, acknowledged=channel is Channel.WEB)
        for channel in (Channel.WEB, Channel.EMAIL)
    )
    assert (form.met_at, mail.met_at) == (NOW, None)


def renamed(facts: CaseFacts, hours: float, **said: Any) -> CaseFacts:
    read = reading(**said)
    return after(facts, triage.decide(facts, read, [], POLICY, NOW + timedelta(hours=hours), sure=True, proposed=False))


def test_renaming_a_complaint_hides_no_deadline_it_missed() -> None:
    facts = after(FRESH, classified())
    early = renamed(facts, 5, kind=Kind.ENQUIRY, category=None)
    assert {one.name for one in early.clocks} & {ClockName.RESOLVE, ClockName.STATUTORY} == set()
    late = renamed(facts, 80, kind=Kind.ENQUIRY, category=None)
    (kept,) = [one for one in late.clocks if one.name is ClockName.RESOLVE]
    assert clocks.late(kept, NOW + timedelta(hours=81))
    assert kept.met_at == NOW + timedelta(hours=80)


def test_what_stood_still_before_a_change_of_kind_still_counts() -> None:
    facts = after(FRESH, classified())
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, NOW, POLICY)
    facts = replace(facts, clocks=clocks.resume(stood, NOW + timedelta(hours=10)))
    enquiry = renamed(facts, 10, kind=Kind.ENQUIRY, category=None)
    assert clock(enquiry, ClockName.ANSWER).due_at == NOW + timedelta(hours=34)
    again = renamed(enquiry, 11)
    assert clock(again, ClockName.RESOLVE).due_at == NOW + timedelta(hours=82)
    assert clock(again, ClockName.STATUTORY).due_at == complaint_clocks.statutory_end(NOW, POLICY)


def test_sure_of_a_complaint_it_is_carried_out_with_its_clocks() -> None:
    facts = after(FRESH, classified())
    assert facts.stage is Stage.CARRY_OUT
    assert names(facts) == {ClockName.RESOLVE, ClockName.STATUTORY}
    assert facts.clocks[0].met_at == NOW
    assert (facts.unit, facts.rulebook) == ("linehaul", POLICY.hash)
    assert (facts.proposed_kind, facts.proposed_category, facts.confidence) == (Kind.COMPLAINT, Category.DELAY, 0.95)


def test_not_sure_a_person_decides_and_sees_what_was_proposed() -> None:
    decision = classified(reading(confidence=0.31234), [DELAY_CASE], sure=False)
    facts = after(FRESH, decision)
    assert facts.stage is Stage.TRIAGE
    assert (facts.proposed_kind, facts.proposed_category, facts.confidence) == (Kind.COMPLAINT, Category.DELAY, 0.3123)
    assert names(facts) == {ClockName.CLASSIFY}
    assert facts.linked_to is None


def test_what_a_person_says_leaves_the_systems_own_answer_as_it_was() -> None:
    facts = after(FRESH, classified(reading(confidence=0.3), sure=False))
    facts = after(facts, classified(reading(category=Category.LOSS), facts=facts, proposed=False))
    assert facts.category is Category.LOSS
    assert (facts.proposed_category, facts.confidence) == (Category.DELAY, 0.3)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.COMPLAINT])
def test_whatever_is_no_complaint_takes_the_short_path(kind: Kind) -> None:
    facts = after(FRESH, classified(reading(kind=kind, category=None), [DELAY_CASE]))
    assert facts.stage is Stage.ANSWER
    assert names(facts) == {ClockName.ANSWER}
    assert (facts.linked_to, facts.sibling_of, facts.unit) == (None, None, None)


def test_what_customers_wrote_is_not_in_the_open_part_of_the_ledger() -> None:
    assert classified().private


def test_the_same_cause_on_an_open_case_is_linked_to_it() -> None:
    decision = classified(relatives=[DELAY_CASE])
    facts = after(FRESH, decision)
    assert decision.event is EventKind.LINKED
    assert (facts.stage, facts.linked_to, facts.owner_id) == (Stage.LINKED, DELAY_CASE.id, None)
    assert names(facts) == set()


def test_another_cause_on_the_same_waybill_is_a_sibling_with_its_own_unit_and_clocks() -> None:
    facts = after(FRESH, classified(reading(category=Category.DAMAGE), [DELAY_CASE]))
    assert (facts.stage, facts.linked_to, facts.sibling_of) == (Stage.CARRY_OUT, None, DELAY_CASE.id)
    assert facts.unit == "sorting_centre"
    assert names(facts) == {ClockName.RESOLVE, ClockName.STATUTORY}


@pytest.mark.parametrize("stage", Stage)
def test_it_joins_only_what_is_certain_and_still_to_be_answered(stage: Stage) -> None:
    """Not a case nobody is sure about, nor one whose customer has had his answer."""
    joined = classified(relatives=[replace(DELAY_CASE, stage=stage)]).event is EventKind.LINKED
    assert joined == (stage in lifecycle.JOINABLE)


@pytest.mark.parametrize(("days", "joined"), [(29, True), (30, True), (31, False)])
def test_it_joins_within_thirty_days(days: int, joined: bool) -> None:
    earlier = replace(DELAY_CASE, recorded_at=NOW - timedelta(days=days))
    assert (classified(relatives=[earlier]).event is EventKind.LINKED) == joined


def test_of_several_it_joins_the_first_that_fits_and_is_sibling_of_the_oldest() -> None:
    loss = replace(DELAY_CASE, id=UUID(int=2), number=2, category=Category.LOSS)
    later = replace(DELAY_CASE, id=UUID(int=5), number=5)
    assert classified(relatives=[loss, DELAY_CASE, later]).changes["linked_to"] == DELAY_CASE.id
    assert classified(reading(category=Category.OTHER), [later, loss]).changes["sibling_of"] == loss.id


def test_a_case_that_others_joined_joins_none() -> None:
    """A chain of links: when its end closes, nobody would tell the cases at its beginning."""
    follower = replace(DELAY_CASE, id=UUID(int=9), number=9, stage=Stage.LINKED)
    main = under_way(category=Category.OTHER)
    corrected = classified(relatives=[DELAY_CASE, follower], facts=main, proposed=False)
    assert corrected.event is EventKind.CLASSIFIED
    assert corrected.changes["sibling_of"] == DELAY_CASE.id
    assert classified(relatives=[DELAY_CASE, follower]).event is EventKind.LINKED


@pytest.mark.parametrize(
    ("facts", "joined"),
    [
        ({"remedy": {"compensation": "150", "approved": True}}, False),
        ({"remedy": {"compensation": "150", "approved": False}, "stage": Stage.APPROVAL}, False),
        ({"clocks": (clocks.timer(ClockName.PAYMENT, NOW, NOW, Reason("付款", "a payment"), ref=1),)}, False),
        ({"remedy": {"compensation": "150", "approved": False}}, True),
        ({"remedy": {"compensation": "0.00", "approved": True}}, True),
        ({"paid": Decimal(150)}, True),
    ],
)
def test_a_case_whose_money_is_under_way_joins_none(facts: dict[str, Any], joined: bool) -> None:
    """Nobody could pay or carry it out there, and it would end with another one."""
    corrected = classified(relatives=[DELAY_CASE], facts=under_way(**facts, category=Category.OTHER), proposed=False)
    assert (corrected.event is EventKind.LINKED) == joined
    assert any("not linked" in one.en for one in corrected.reasons) != joined


def test_joining_ends_a_hold_and_keeps_the_statutory_clock_for_later() -> None:
    held = under_way(hold=HoldReason.WAITING_UNIT, category=Category.OTHER)
    facts = after(held, classified(relatives=[DELAY_CASE], facts=held, proposed=False))
    assert facts.hold is None
    assert all(one.name is not ClockName.STATUTORY for one in facts.clocks)


def test_a_corrected_category_keeps_its_clocks_and_looks_for_a_new_owner() -> None:
    facts = under_way()
    corrected = after(facts, classified(reading(category=Category.LOSS), facts=facts, proposed=False))
    assert corrected.clocks == facts.clocks
    assert corrected.owner_id is None


def test_a_corrected_kind_swaps_the_clocks_from_the_first_contact() -> None:
    facts = under_way()
    enquiry = after(facts, classified(reading(kind=Kind.ENQUIRY, category=None), facts=facts, proposed=False))
    assert names(enquiry) == {ClockName.ANSWER}
    back = after(enquiry, classified(facts=enquiry, now=NOW + timedelta(hours=9), proposed=False))
    assert names(back) == {ClockName.RESOLVE, ClockName.STATUTORY}
    assert clock(back, ClockName.RESOLVE).due_at == clock(facts, ClockName.RESOLVE).due_at
    same = after(enquiry, classified(reading(kind=Kind.SUGGESTION, category=None), facts=enquiry, proposed=False))
    assert same.clocks == enquiry.clocks


def test_classified_late_it_is_no_longer_overdue_once_it_is_classified() -> None:
    late = replace(FRESH, stage=Stage.TRIAGE, overdue=True)
    three_hours_on = NOW + timedelta(hours=3)
    facts = after(late, classified(facts=late, now=three_hours_on))
    assert not facts.overdue
    assert clocks.late(facts.clocks[0], three_hours_on)


def test_recorded_long_after_the_first_contact_it_is_overdue_from_the_start() -> None:
    old = replace(FRESH, received_at=NOW - timedelta(days=20))
    assert after(old, classified(facts=old)).overdue
