"""Root cause, liable unit, pattern; a supervisor confirms where the rulebook says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.rules import analysis, clocks
from models.values.case import Reason
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Category, CustomerClass, HoldReason, Kind, Severity
from tests.flows.rules.making import NOW, POLICY, after, policy, under_way

DONE = under_way(Stage.ANALYSIS, unit="linehaul")


@pytest.mark.parametrize("category", Category)
def test_each_category_has_its_proposed_cause(category: Category) -> None:
    decision = analysis.decide(replace(DONE, category=category), 1, POLICY, NOW)
    assert decision.reasons[0].en == f"root cause proposed: {POLICY.rulebook.analysis.causes[category][1]}"
    assert decision.changes["root_cause"] is category


def test_an_ordinary_case_goes_on_to_scoring() -> None:
    decision = analysis.decide(DONE, 1, POLICY, NOW)
    assert (decision.event, decision.changes["stage"]) == (EventKind.ANALYSED, Stage.SCORING)
    assert decision.data == {
        "confirm": False,
        "root_cause": Category.DELAY,
        "liable": "linehaul",
        "repeats": 1,
        "improvement": False,
    }


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"severity": Severity.SERIOUS}, "severity serious"),
        ({"reopenings": 1}, "it was reopened"),
        ({"customer_class": CustomerClass.A}, "class A"),
    ],
)
def test_a_supervisor_confirms(facts: dict[str, Any], why: str) -> None:
    decision = analysis.decide(replace(DONE, **facts), 1, POLICY, NOW)
    assert decision.changes["stage"] is Stage.CONFIRMATION
    assert decision.reasons[-1].en == f"a supervisor confirms: {why}"


@pytest.mark.parametrize(
    "facts", [{"severity": Severity.MODERATE}, {"reopenings": 0}, {"customer_class": CustomerClass.B}]
)
def test_nobody_need_confirm(facts: dict[str, Any]) -> None:
    assert analysis.decide(replace(DONE, **facts), 1, POLICY, NOW).changes["stage"] is Stage.SCORING


def test_a_centre_may_ask_for_less_confirmation() -> None:
    trusting = policy(lambda book: book["analysis"].update(confirm_reopened=False))
    assert analysis.decide(replace(DONE, reopenings=1), 1, trusting, NOW).changes["stage"] is Stage.SCORING


@pytest.mark.parametrize(("repeats", "pattern"), [(4, False), (5, True)])
def test_five_of_a_kind_at_a_unit_are_a_pattern(repeats: int, pattern: bool) -> None:
    decision = analysis.decide(DONE, repeats, POLICY, NOW)
    assert decision.data["improvement"] is pattern
    assert any("improvement proposed" in reason.en for reason in decision.reasons) is pattern


def test_it_ends_hold_and_clocks_but_not_promises() -> None:
    promise = clocks.timer(ClockName.PROMISE, NOW, NOW + timedelta(days=9), Reason("", ""), ref=4)
    hold = clocks.timer(ClockName.HOLD, NOW, NOW + timedelta(days=2), Reason("", ""))
    facts = replace(DONE, hold=HoldReason.WAITING_UNIT, overdue=True, clocks=(*DONE.clocks, promise, hold))
    facts = after(facts, analysis.decide(facts, 1, POLICY, NOW))
    assert [one.name for one in facts.clocks if one.met_at is None] == [ClockName.PROMISE]
    assert (facts.hold, facts.owner_id, facts.overdue) == (None, None, False)


def test_what_is_no_complaint_has_no_cause() -> None:
    withdrawn = replace(DONE, kind=Kind.ENQUIRY, category=None, unit=None, withdrawn=True)
    decision = analysis.decide(withdrawn, 1, POLICY, NOW)
    assert decision.changes["root_cause"] is None
    assert decision.reasons[0].en == "not a complaint: no root cause to look for"
