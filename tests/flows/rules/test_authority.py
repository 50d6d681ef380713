"""The authority matrix: what an amount or an incident needs; splitting does not help; four eyes."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rulebook.loading import RulebookError
from flows.rules import assignment, authority
from models.values.case import CaseFacts, Decision, Refusal
from models.values.incident_terms import IncidentGrade
from models.values.stage_terms import Stage
from models.values.vocabulary import CustomerClass
from tests.flows.rules.making import POLICY, TOP, after, decide, often, policy, staff, under_way

TEAM = [staff(), staff("supervisor", 11), staff("manager", 12), staff("general", 13)]
amounts = st.decimals(0, 100_000_000, places=2)
classes = st.sampled_from([None, *CustomerClass])


@often
@given(amounts, amounts, classes)
def test_more_money_never_needs_less_authority(one: Decimal, other: Decimal, of: CustomerClass | None) -> None:
    less, more = sorted((one, other))
    assert authority.level_for(less, of, POLICY) <= authority.level_for(more, of, POLICY)


@often
@given(amounts)
def test_a_better_customer_never_needs_more_authority_for_one_amount(amount: Decimal) -> None:
    levels = [authority.level_for(amount, one, POLICY) for one in CustomerClass]
    assert all(higher <= lower for higher, lower in pairwise(levels))
    assert authority.level_for(amount, None, POLICY) == levels[list(CustomerClass).index(CustomerClass.C)]


@often
@given(st.lists(st.decimals(Decimal("0.01"), 50_000, places=2), min_size=1, max_size=6), classes)
def test_splitting_a_payment_never_lowers_the_authority_it_needs(
    parts: list[Decimal], of: CustomerClass | None
) -> None:
    facts = under_way(customer_class=of)
    levels = [authority.for_compensation(part, parts[:n], facts, POLICY).level for n, part in enumerate(parts)]
    assert max(levels) == authority.level_for(sum(parts, Decimal(0)), of, POLICY)


@often
@given(amounts, st.lists(st.decimals(Decimal("0.01"), 50_000, places=2), max_size=5))
def test_other_payments_never_lower_it_and_where_no_money_moves_none_is_needed(
    amount: Decimal, others: list[Decimal]
) -> None:
    needed = authority.for_compensation(amount, others, under_way(), POLICY)
    assert needed.level >= authority.for_compensation(amount, others[:-1], under_way(), POLICY).level
    assert authority.for_compensation(Decimal(0), others, under_way(), POLICY).level == 0


def test_the_reason_speaks_of_the_currency_of_the_rulebook() -> None:
    foreign = policy(lambda book: book["settlement"].update(currency="HKD"))
    for others in ((), (Decimal(100),)):
        why = authority.for_compensation(Decimal(150), others, under_way(), foreign).why
        assert ("150 HKD" in why.zh, "150 HKD" in why.en, "元" in why.zh, "CNY" in why.en) == (True, True, False, False)
        assert "150 元" in authority.for_compensation(Decimal(150), others, under_way(), POLICY).why.zh


def test_the_reason_says_what_counts_together() -> None:
    needed = authority.for_compensation(Decimal(150), [Decimal(100), Decimal(30)], under_way(), POLICY)
    assert (needed.level, needed.total) == (1, Decimal(280))
    assert "150 CNY count together with 130 CNY of 2 other payments" in needed.why.en
    assert "合计 280 元" in needed.why.zh


@given(amounts, classes, st.integers(0, TOP))
def test_whoever_may_grant_it_need_not_ask_and_nobody_else_may(
    amount: Decimal, of: CustomerClass | None, level: int
) -> None:
    facts = under_way(customer_class=of, owner_id=TEAM[level].id)
    decision = decide("propose", facts, TEAM[level], remedy="赔付", compensation=amount)
    asks = amount > 0 and authority.level_for(amount, of, POLICY) > level
    assert (decision.changes["stage"] is Stage.APPROVAL) == asks


def test_a_worse_incident_or_a_better_customer_is_never_decided_lower_down() -> None:
    table = [[authority.for_incident(grade, one, POLICY) for one in CustomerClass] for grade in IncidentGrade]
    for row in table:
        assert row == sorted(row, reverse=True)
    for milder, worse in pairwise(table):
        assert all(a <= b for a, b in zip(milder, worse, strict=True))
    assert set(table[-1]) == {TOP}


def test_what_no_rulebook_says_of_an_incident_is_for_the_highest() -> None:
    silent = policy(lambda book: book["approval"].pop("incidents"))
    assert authority.for_incident(IncidentGrade.GENERAL, CustomerClass.D, silent) == TOP


MISTAKES: list[tuple[Any, str]] = [
    (lambda a: a["by_class"].update(A=[1, 2, 3, 4]), "approval: by_class: a higher class is granted at least"),
    (lambda a: a["by_class"].update(A=[900, 2, 3, 4]), "approval: limits must rise"),
    (lambda a: a["by_class"].update(A=[900, 5000, 50000]), "rulebook: approval needs one limit for each level"),
    (
        lambda a: a["incidents"]["general"].update(C="acceptor"),
        "rulebook: approval › incidents › general names",
    ),
    (
        lambda a: a["incidents"]["general"].update(D="general_manager"),
        "rulebook: approval › incidents › general: who decides must not fall",
    ),
    (
        lambda a: a["incidents"]["critical"].update(D="supervisor"),
        "rulebook: approval › incidents › critical: who decides must not fall",
    ),
    (lambda a: a["window"].update(calendar="mars"), "rulebook: approval › window names the calendar 'mars'"),
]


@pytest.mark.parametrize(("change", "sentence"), MISTAKES, ids=[sentence[:60] for _, sentence in MISTAKES])
def test_a_matrix_that_makes_no_sense_is_refused(change: Any, sentence: str) -> None:
    with pytest.raises(RulebookError) as caught:
        policy(lambda book: change(book["approval"]))
    assert str(caught.value).startswith(sentence)


def rejected(compensation: int, by: int) -> CaseFacts:
    facts = under_way(owner_id=TEAM[by].id)
    facts = after(facts, decide("propose", facts, TEAM[by], remedy="赔付", compensation=compensation))
    assert facts.stage is Stage.APPROVAL
    return after(facts, decide("reject", facts, TEAM[TOP], why="过高"))


def test_a_second_proposal_by_somebody_else_does_not_make_him_its_judge() -> None:
    """The supervisor proposes beyond his limit, is refused, and has a handler propose something within it."""
    facts = rejected(5_000, by=1)
    facts = after(facts, decide("propose", facts, TEAM[0], remedy="赔付", compensation=1_500))
    with pytest.raises(Refusal, match="made the proposal himself"):
        decide("approve", facts, TEAM[1])
    assert assignment.taboo(facts, TEAM[1], POLICY) is not None
    assert after(facts, decide("approve", facts, staff("supervisor", 21))).remedy["approved"]  # type: ignore[index]


def test_nor_does_a_reassignment() -> None:
    facts = under_way(owner_id=1)
    facts = after(facts, decide("propose", facts, TEAM[0], remedy="赔付", compensation=1_500))
    promoted = staff("supervisor", 1)
    with pytest.raises(Refusal, match="cannot take this case"):
        decide("reassign", facts, TEAM[2], loaded=[promoted], to=1, why="请他审批")
    with pytest.raises(Refusal, match="made the proposal himself"):
        decide("approve", facts, promoted)


def test_told_anew_what_was_proposed_before_binds_nobody() -> None:
    facts = under_way(owner_id=1)
    facts = after(facts, decide("propose", facts, TEAM[0], remedy="赔付", compensation=1_500))
    facts = after(facts, decide("approve", facts, TEAM[1]))
    facts = after(facts, decide("carry-out", facts, TEAM[0], method="redirect", finding="已查实"))
    facts = after(facts, decide("feed-back", facts, TEAM[0], accepted=False, said="不接受"))
    assert facts.remedy is None
    assert facts.paid == 1_500


def test_named_after_the_proposal_the_customer_has_to_be_counted_first() -> None:
    facts = under_way()
    facts = after(facts, decide("propose", facts, remedy="赔付", compensation=150))
    with pytest.raises(Refusal, match="propose again"):
        decide("carry-out", after(facts, decide_identified(7)), method="redirect", finding="已查实")
    nothing = after(facts, decide("propose", facts, remedy="致歉"))
    decide("carry-out", after(nothing, decide_identified(7)), method="redirect", finding="已查实")


def decide_identified(customer: int) -> Decision:
    return Decision(None, {"customer_id": customer})
