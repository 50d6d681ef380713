"""Classify, confirm, reassign, escalate, reopen, withdraw."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.rules import clocks
from models.values.case import CaseFacts, Reason, Refusal
from models.values.stage_terms import ClockName, Stage
from models.values.vocabulary import BusinessLine, Category, Channel, HoldReason, Kind, Outcome, Severity
from tests.flows.rules.making import COURSE, NOW, POLICY, TOP, after, clock, decide, staff, under_way

SUPERVISOR = staff("supervisor", 11)


def classified(facts: CaseFacts, actor: Any = None, **said: Any) -> CaseFacts:
    return after(facts, decide("classify", facts, actor, **said))


@pytest.mark.parametrize(("kind", "category"), [(Kind.COMPLAINT, None), (Kind.ENQUIRY, Category.LOSS)])
def test_a_complaint_and_only_a_complaint_has_a_category(kind: Kind, category: Category | None) -> None:
    with pytest.raises(Refusal, match="needs a category"):
        classified(under_way(Stage.TRIAGE), kind=kind, category=category)


def test_in_triage_anybody_able_names_the_kind() -> None:
    assert classified(under_way(Stage.TRIAGE), staff("acceptor", 3), kind=Kind.ENQUIRY).stage is Stage.ANSWER


def test_nobody_renames_a_complaint_alone() -> None:
    """Complaints renamed enquiries to look good."""
    for one in (staff(), SUPERVISOR):
        with pytest.raises(Refusal, match="four eyes"):
            classified(under_way(), one, kind=Kind.ENQUIRY)


@pytest.mark.parametrize("stage", [Stage.TRIAGE, Stage.ANSWER])
def test_what_the_regulator_waits_for_is_a_complaint_until_it_is_answered(stage: Stage) -> None:
    waits = clocks.timer(ClockName.REGULATOR, NOW, NOW + timedelta(days=9), Reason("转办", "referred"), ref=4)
    facts = under_way(stage, kind=None, category=None, clocks=(waits,))
    with pytest.raises(Refusal, match="the regulator waits"):
        classified(facts, kind=Kind.ENQUIRY)
    assert classified(facts, kind=Kind.COMPLAINT, category=Category.LOSS).stage is Stage.CARRY_OUT
    answered = under_way(stage, kind=None, category=None, clocks=(replace(waits, met_at=NOW),))
    assert classified(answered, kind=Kind.ENQUIRY).stage is Stage.ANSWER


def test_an_enquiry_may_become_a_complaint_by_anybody() -> None:
    enquiry = under_way(Stage.ANSWER, kind=Kind.ENQUIRY, category=None, clocks=())
    facts = classified(enquiry, kind=Kind.COMPLAINT, category=Category.LOSS)
    assert facts.stage is Stage.CARRY_OUT
    assert clock(facts, ClockName.STATUTORY)


def test_confirmed_as_proposed_or_otherwise() -> None:
    waits = under_way(Stage.CONFIRMATION, root_cause="delay", liable="linehaul")
    as_proposed = decide("confirm", waits, SUPERVISOR)
    assert as_proposed.data["changed"] == {"root_cause": False, "liable": False}
    other = after(waits, decide("confirm", waits, SUPERVISOR, liable="sorting_centre"))
    assert (other.stage, other.root_cause, other.liable) == (Stage.SCORING, "delay", "sorting_centre")


def test_only_a_unit_of_the_rulebook_can_be_liable() -> None:
    waits = under_way(Stage.CONFIRMATION, root_cause="delay", liable="linehaul")
    with pytest.raises(Refusal, match="must be a unit of the rulebook"):
        decide("confirm", waits, SUPERVISOR, liable="李四 17000001234")


def reassigned(facts: CaseFacts, to: int | None, *team: Any) -> CaseFacts:
    return after(facts, decide("reassign", facts, SUPERVISOR, loaded=list(team), to=to, why="休假"))


def test_reassigned_to_somebody_or_to_whom_the_system_finds() -> None:
    assert reassigned(under_way(), 2, staff(id_=2)).owner_id == 2
    assert reassigned(under_way(), None).owner_id is None


@pytest.mark.parametrize(
    ("target", "facts"),
    [
        (staff("acceptor", 2), {}),
        (staff(id_=2, present=False), {}),
        (staff(id_=2, load=20), {}),
        (staff(id_=2), {"named_staff": (2,)}),
        (staff(id_=2), {"level": 1}),
        (staff("revisitor", 2), {"stage": Stage.REVISIT, "handler_id": 2}),
    ],
)
def test_nobody_is_given_what_he_may_not_have(target: Any, facts: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="cannot take this case"):
        reassigned(under_way(**facts), 2, target)


def test_nobody_is_given_to_who_does_not_exist() -> None:
    with pytest.raises(Refusal, match="no such member of staff"):
        reassigned(under_way(), 99, staff(id_=2))


@pytest.mark.parametrize("level", range(TOP + 1))
def test_escalated_one_level_up_and_never_past_the_top(level: int) -> None:
    facts = under_way(level=level)
    if level == TOP:
        with pytest.raises(Refusal, match="highest level"):
            decide("escalate", facts, why="客户要求")
    else:
        facts = after(facts, decide("escalate", facts, why="客户要求"))
        assert (facts.level, facts.owner_id, facts.stage) == (level + 1, None, Stage.CARRY_OUT)


def closed(**facts: Any) -> CaseFacts:
    ended = {"outcome": Outcome.SOLVED, "score": 88.0, "solved": True, "closed_at": NOW, "clocks": ()}
    return under_way(Stage.CLOSED, **(ended | facts))


@pytest.mark.parametrize("level", range(TOP + 1))
def test_reopened_one_level_higher_with_a_new_clock_and_nothing_of_its_end(level: int) -> None:
    facts = closed(level=level, withdrawn=True, remedy={"approved": True})
    facts = after(facts, decide("reopen", facts, why="又丢了"))
    assert (facts.stage, facts.level, facts.reopenings) == (Stage.CARRY_OUT, min(level + 1, TOP), 1)
    ended = (facts.outcome, facts.score, facts.solved, facts.closed_at, facts.remedy, facts.owner_id)
    assert ended == (None,) * 6
    assert not facts.withdrawn
    assert clock(facts, ClockName.RESOLVE).started_at == NOW


def test_it_is_reopened_as_often_as_the_rulebook_allows() -> None:
    assert decide("reopen", closed(reopenings=COURSE.reopenings_at_most - 1), why="x")
    with pytest.raises(Refusal, match="as often as"):
        decide("reopen", closed(reopenings=COURSE.reopenings_at_most), why="x")


def test_only_a_complaint_is_reopened() -> None:
    with pytest.raises(Refusal, match="only a complaint"):
        decide("reopen", closed(kind=Kind.ENQUIRY), why="x")


def withdrawn(facts: CaseFacts, hours: int = -1) -> CaseFacts:
    said = {"message": "不投诉了", "channel": Channel.SMS, "sent_at": NOW + timedelta(hours=hours)}
    return after(facts, decide("withdraw", facts, **said))


@pytest.mark.parametrize("stage", [Stage.CARRY_OUT, Stage.APPROVAL, Stage.FEED_BACK, Stage.REVISIT, Stage.ANSWER])
def test_withdrawn_the_work_ends(stage: Stage) -> None:
    facts = withdrawn(under_way(stage, overdue=True))
    assert (facts.stage, facts.withdrawn, facts.owner_id, facts.overdue) == (Stage.ANALYSIS, True, None, False)
    assert all(one.met_at == NOW for one in facts.clocks)


@pytest.mark.parametrize(
    "facts",
    [*({"category": one} for one in COURSE.withdrawal_keeps), {"urgent": ("casualty",)}, {"urgent": ("media",)}],
)
def test_a_withdrawal_never_lifts_safety_or_liability_work(facts: dict[str, Any]) -> None:
    before = under_way(Stage.APPROVAL, **facts)
    left = withdrawn(before)
    assert (left.stage, left.withdrawn, left.owner_id, left.clocks) == (Stage.APPROVAL, True, 1, before.clocks)


def test_withdrawn_on_hold_it_is_neither_held_nor_late_for_the_time_it_stood() -> None:
    facts = under_way(received_at=NOW - timedelta(hours=100), hold=HoldReason.WAITING_CUSTOMER)
    stood = clocks.pause(facts.clocks, HoldReason.WAITING_CUSTOMER, NOW - timedelta(hours=90), POLICY)
    left = withdrawn(under_way(received_at=facts.received_at, hold=facts.hold, clocks=stood))
    assert left.hold is None
    assert not any(clocks.late(one, NOW) for one in left.clocks)


def test_withdrawn_once_only_and_by_a_message_of_the_past() -> None:
    with pytest.raises(Refusal, match="withdrawn already"):
        withdrawn(under_way(withdrawn=True))
    with pytest.raises(Refusal, match="cannot lie in the future"):
        withdrawn(under_way(), hours=1)


def test_escalated_while_it_waits_for_approval_it_does_not_go_back_to_who_lacks_the_level() -> None:
    remedy = {"approved": False, "level": 1, "compensation": "1500"}
    facts = under_way(Stage.APPROVAL, proposer_id=1, owner_id=11, remedy=remedy)
    facts = after(facts, decide("escalate", facts, SUPERVISOR, why="客户要求"))
    assert after(facts, decide("approve", facts, SUPERVISOR)).owner_id is None


def test_what_a_person_does_not_say_stays_as_it_was_read() -> None:
    facts = under_way(Stage.TRIAGE, severity=Severity.SERIOUS, business_line=BusinessLine.SEA)
    facts = classified(facts, kind=Kind.COMPLAINT, category=Category.LOSS)
    assert (facts.severity, facts.business_line) == (Severity.SERIOUS, BusinessLine.SEA)
