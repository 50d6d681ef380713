"""Propose, approve or reject, carry out: four eyes, and the right level."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.case import CaseFacts, Refusal
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import HandlingMethod
from tests.flows.rules.making import NOW, POLICY, TOP, after, at, clock, decide, often, staff, under_way

LIMITS = POLICY.rulebook.approval.limits
DONE = {"method": HandlingMethod.ADMIT_ERROR, "finding": "已查实"}
ABOVE = [staff(), staff("supervisor", 11), staff("manager", 12), staff("general", 13)]


def proposed(compensation: Any, level: int = 0, by: int = 0) -> CaseFacts:
    facts = under_way(level=level, owner_id=ABOVE[by].id)
    return after(facts, decide("propose", facts, ABOVE[by], remedy="赔付", compensation=compensation))


@pytest.mark.parametrize(
    ("compensation", "stage"),
    [(0, Stage.CARRY_OUT), (200, Stage.CARRY_OUT), ("200.01", Stage.APPROVAL), (90_000, Stage.APPROVAL)],
)
def test_within_ones_own_limit_no_approval_is_needed(compensation: Any, stage: Stage) -> None:
    facts = proposed(compensation)
    assert facts.stage is stage
    assert facts.owner_id == (1 if stage is Stage.CARRY_OUT else None)
    assert facts.proposer_id == 1


@pytest.mark.parametrize(
    ("compensation", "level"), [(200, 0), (2000, 1), ("2000.01", 2), (20_000, 2), ("20000.01", 3), (100_000_000, 3)]
)
def test_the_amount_says_which_level_approves(compensation: Any, level: int) -> None:
    facts = proposed(compensation)
    assert facts.remedy is not None
    assert facts.remedy["level"] == level


@pytest.mark.parametrize("level", range(1, TOP + 1))
def test_only_that_level_or_above_decides_and_the_proposer_carries_it_out(level: int) -> None:
    """On a case that has not climbed at all: the amount alone asks for it."""
    facts = proposed(min(LIMITS[level], 100_000_000))
    for below in ABOVE[:level]:
        with pytest.raises(Refusal):
            decide("approve", facts, below)
        with pytest.raises(Refusal):
            decide("reject", facts, below, why="过高")
    for able in ABOVE[level:]:
        approved = after(facts, decide("approve", facts, able))
        assert (approved.stage, approved.owner_id) == (Stage.CARRY_OUT, 1)
        assert after(approved, decide("carry-out", approved, **DONE)).stage is Stage.FEED_BACK


def test_nobody_approves_his_own_proposal() -> None:
    """Not even after a promotion that would let him."""
    facts = proposed(15_000, level=1, by=1)
    assert facts.stage is Stage.APPROVAL
    with pytest.raises(Refusal, match="lacks authority"):
        decide("approve", facts, ABOVE[1])
    with pytest.raises(Refusal, match="made the proposal himself"):
        decide("approve", facts, staff("manager", 11))


def test_the_highest_level_needs_nobody_above() -> None:
    assert proposed(90_000, level=TOP, by=TOP).stage is Stage.CARRY_OUT


def test_without_a_proposal_nothing_is_carried_out() -> None:
    with pytest.raises(Refusal, match="propose a remedy"):
        decide("carry-out", under_way(), **DONE)


def test_a_rejected_proposal_is_not_carried_out_but_another_may_be_made() -> None:
    facts = proposed(1500)
    decision = decide("reject", facts, ABOVE[1], why="过高")
    assert decision.sealed == {"remark": "过高"}
    facts = after(facts, decision)
    assert (facts.stage, facts.owner_id) == (Stage.CARRY_OUT, 1)
    with pytest.raises(Refusal, match="propose again"):
        decide("carry-out", facts, **DONE)
    again = after(facts, decide("propose", facts, remedy="致歉", compensation=100))
    assert after(again, decide("carry-out", again, **DONE)).stage is Stage.FEED_BACK


def test_carried_out_the_resolution_clock_is_met_and_feedback_is_due_in_a_working_day() -> None:
    facts = proposed(0)
    decision = decide("carry-out", facts, **DONE)
    assert decision.event is EventKind.CARRIED_OUT
    assert decision.sealed == {"finding": "已查实"}
    facts = after(facts, decision)
    assert clock(facts, ClockName.FEED_BACK).due_at == at("2026-03-05 18:00")
    assert [one.met_at for one in facts.clocks if one.name is ClockName.RESOLVE] == [NOW]
    assert (facts.handler_id, facts.owner_id, facts.method) == (1, 1, HandlingMethod.ADMIT_ERROR)
    assert not facts.overdue


def test_carried_out_late_it_is_overdue_no_longer() -> None:
    facts = under_way(overdue=True, remedy={"approved": True, "level": 0, "compensation": "0"})
    late = clock(facts, ClockName.RESOLVE).due_at.replace(hour=23)
    assert not after(facts, decide("carry-out", facts, now=late, **DONE)).overdue


def test_what_was_written_is_sealed_and_the_amount_is_not() -> None:
    decision = decide("propose", under_way(), remedy="赔付并致歉", compensation="120.50")
    assert decision.sealed == {"remedy": "赔付并致歉"}
    assert decision.data["compensation"] == "120.50"
    assert "致歉" not in str(decision.data)


@often
@given(st.decimals(0, 100_000_000, places=2), st.integers(0, TOP))
def test_approved_at_once_means_within_the_limit_of_the_proposer(amount: Any, level: int) -> None:
    facts = proposed(amount, level=level, by=level)
    within = amount <= LIMITS[level] or level == TOP
    assert (facts.stage is Stage.CARRY_OUT) == within
    assert facts.remedy is not None
    assert facts.remedy["approved"] == within
