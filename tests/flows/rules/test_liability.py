"""Shares that add up, arbiters from neither side, one appeal, charges to the cent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import assignment, liability
from models.values.case import CaseFacts
from models.values.money_terms import LiableKind
from models.values.permissions import Permit, Relation
from models.values.settlement import Finding, Share
from models.values.stage_terms import Stage
from tests.flows.rules.making import NOW, POLICY, often, staff, under_way

TERMS = POLICY.rulebook.liability
UNITS = sorted(set(POLICY.rulebook.assignment.units.values()))
CASE = under_way(unit="linehaul", handler_id=2)


def shares(*percents: Decimal | str | int) -> tuple[Share, ...]:
    return tuple(Share(LiableKind.UNIT, unit, Decimal(one)) for unit, one in zip(UNITS, percents, strict=False))


def finding(**more: object) -> Finding:
    known: dict[str, object] = {
        "case_id": UUID(int=7),
        "round": 1,
        "firm_liable": True,
        "shares": shares(100),
        "decided_by": 11,
        "decided_at": NOW,
        "appeal_until": NOW + timedelta(days=7),
    }
    return Finding(**(known | more))  # type: ignore[arg-type]


@st.composite
def hundred(draw: st.DrawFn) -> tuple[Share, ...]:
    """Shares of 0.01 % steps that add up to exactly 100."""
    parties = draw(st.integers(1, len(UNITS)))
    cuts = sorted(draw(st.lists(st.integers(1, 9_999), min_size=parties - 1, max_size=parties - 1, unique=True)))
    ends = [0, *cuts, 10_000]
    return shares(*(Decimal(b - a) / 100 for a, b in pairwise(ends)))


@given(hundred())
@often
def test_shares_of_a_hundred_percent_are_sound_and_of_anything_else_are_not(found: tuple[Share, ...]) -> None:
    assert liability.faulty(True, found, POLICY, TERMS) is None
    less = (replace(found[0], percent=found[0].percent - Decimal("0.01")), *found[1:])
    assert liability.faulty(True, less, POLICY, TERMS) is not None
    more = (replace(found[0], percent=found[0].percent + Decimal("0.01")), *found[1:])
    assert liability.faulty(True, more, POLICY, TERMS) is not None
    assert liability.faulty(False, found, POLICY, TERMS) is not None


@given(st.decimals("0", "1000000", places=2), hundred())
@often
def test_charges_add_up_to_what_was_paid_and_each_is_within_a_cent_of_its_share(
    amount: Decimal, found: tuple[Share, ...]
) -> None:
    parts = liability.charges(amount, found)
    assert sum(parts.values()) == amount
    for share in found:
        assert abs(parts[share.party] - amount * share.percent / 100) < Decimal("0.01")
        assert parts[share.party] == parts[share.party].quantize(Decimal("0.01"))


def test_nobody_is_charged_where_nobody_is_liable() -> None:
    assert liability.charges(Decimal(80), ()) == {}


def test_an_arbiter_comes_from_no_unit_concerned_and_did_not_handle_the_case() -> None:
    ours = shares(60, 40)
    able = staff("supervisor", 11)
    assert liability.partial(CASE, able, ours, None, TERMS) is None
    for unit in ("linehaul", ours[0].party, ours[1].party):
        assert liability.partial(CASE, replace(able, unit=unit), ours, None, TERMS) is not None
    assert liability.partial(CASE, replace(able, unit="service"), ours, None, TERMS) is None
    for id_ in (CASE.owner_id, CASE.handler_id):
        assert liability.partial(CASE, replace(able, id=id_), ours, None, TERMS) is not None


@pytest.mark.parametrize(
    ("role", "first", "appeal"),
    [
        ("handler", False, False),
        ("revisitor", False, False),
        ("inspector", True, False),
        ("supervisor", True, False),
        ("manager", True, True),
        ("general", True, True),
    ],
)
def test_the_rulebook_says_who_decides_and_who_on_an_appeal(role: str, first: bool, appeal: bool) -> None:
    one, disputed = staff(role, 12), finding(appealed_at=NOW, appellant=UNITS[0])
    may = Permit.FIND_LIABLE in POLICY.permissions.by_relation[one.role][Relation.NONE]
    assert (may and liability.partial(CASE, one, (), None, TERMS) is None) == first
    assert (liability.partial(CASE, one, (), disputed, TERMS) is None) == appeal
    assert liability.partial(CASE, replace(one, id=11), (), disputed, TERMS) is not None, "who found first"


def test_who_had_a_hand_in_it_or_filed_the_appeal_does_not_decide_whoever_has_it_now() -> None:
    one, disputed = staff("manager", 12), finding(appealed_at=NOW, appellant=UNITS[0], appealed_by=12)
    assert liability.partial(CASE, one, (), None, TERMS, {13}) is None
    assert liability.partial(CASE, one, (), None, TERMS, {12}) is not None
    assert liability.partial(CASE, one, (), disputed, TERMS) is not None
    assert liability.partial(CASE, replace(one, id=13), (), disputed, TERMS) is None


def incident(*, appealed_by: int | None = None, **facts: Any) -> CaseFacts:
    details = {"counterpart": "linehaul", "appealed_by": appealed_by}
    return under_way(Stage.FINDING, **({"unit": "sorting_centre", "details": details} | facts))


@pytest.mark.parametrize("unit", ["linehaul", "sorting_centre", "last_mile"])
def test_of_the_units_concerned_only_the_last_instance_finds_who_is_liable(unit: str) -> None:
    facts = incident(liable_units=("last_mile",), proposer_id=5)
    for role in ("handler", "supervisor", "manager"):
        assert liability.barred(facts, staff(role, 12, unit=unit), POLICY) is not None
        assert liability.barred(facts, staff(role, 12, unit="pricing"), POLICY) is None
    assert liability.barred(facts, staff("general", 12, unit=unit), POLICY) is None
    disputed = incident(liable_units=("last_mile",), proposer_id=5, appealed_by=6)
    own_appeal = liability.barred(disputed, staff("general", 12, unit=unit), POLICY) is not None
    assert own_appeal == (unit == "last_mile"), "not even that decides on what its own unit was found to bear"


def test_who_found_or_filed_does_not_decide_on_the_appeal_about_an_incident() -> None:
    disputed = incident(proposer_id=5, appealed_by=6)
    may = [liability.barred(disputed, staff("general", id_), POLICY) is None for id_ in (5, 6, 7)]
    assert may == [False, False, True]
    assert liability.barred(incident(proposer_id=5), staff("general", 5), POLICY) is None


@pytest.mark.parametrize(("level", "found", "appeal"), [(0, 0, 1), (0, 2, 3), (2, 0, 2), (0, 3, 2), (3, 3, 2)])
def test_an_appeal_about_an_incident_goes_one_level_higher_or_from_the_top_one_down(
    level: int, found: int, appeal: int
) -> None:
    """Above the highest there is nobody."""
    assert liability.appeal_level(incident(level=level), found, POLICY) == appeal


def test_an_incident_of_the_centres_own_unit_is_given_to_somebody_who_may_find_who_is_liable() -> None:
    facts = incident(owner_id=None, level=1, details={"counterpart": "service_centre"})
    team = [staff("supervisor", 11, unit="service_centre"), staff("manager", 12, unit="service_centre")]
    assert assignment.decide(facts, team, POLICY, NOW).changes.get("owner_id") is None
    team.append(staff("general", 13, unit="service_centre"))
    assert assignment.decide(facts, team, POLICY, NOW).changes["owner_id"] == 13


def test_who_bore_a_share_before_the_appeal_is_still_a_party() -> None:
    disputed = finding(appealed_at=NOW, appellant=UNITS[0])
    his = replace(staff("manager", 12), unit=UNITS[0])
    assert liability.partial(CASE, his, (), disputed, TERMS) is not None


def test_a_party_appeals_once_and_in_time() -> None:
    ours = finding()
    assert liability.unappealable(ours, UNITS[0], NOW) is None
    assert liability.unappealable(ours, UNITS[0], NOW + timedelta(days=7)) is None
    for last, party, now in (
        (None, UNITS[0], NOW),
        (ours, UNITS[1], NOW),
        (ours, UNITS[0], NOW + timedelta(days=7, seconds=1)),
        (liability.appealed(ours, UNITS[0], 1, NOW), UNITS[0], NOW),
        (finding(round=2, appeal_until=None), UNITS[0], NOW),
    ):
        assert liability.unappealable(last, party, now) is not None


def test_a_finding_is_final_after_its_term_or_after_the_appeal() -> None:
    first = liability.find(CASE, None, True, shares(100), 11, TERMS, POLICY, NOW)
    assert first.appeal_until is not None
    assert liability.standing(first, NOW) == "open"
    assert liability.standing(first, first.appeal_until + timedelta(seconds=1)) == "final"
    disputed = liability.appealed(first, UNITS[0], 1, NOW)
    assert liability.standing(disputed, NOW + timedelta(days=90)) == "appealed"
    second = liability.find(CASE, disputed, False, (), 12, TERMS, POLICY, NOW)
    assert (second.round, liability.standing(second, NOW)) == (2, "final")


def test_the_last_instance_about_its_own_unit_is_not_appealed() -> None:
    last = liability.find(CASE, None, True, shares(100), 13, TERMS, POLICY, NOW, final=True)
    assert (last.appeal_until, liability.standing(last, NOW)) == (None, "final")
    assert liability.unappealable(last, UNITS[0], NOW) is not None


def test_of_equal_shares_the_first_by_name_is_the_chief() -> None:
    assert liability.chief(shares(50, 50)) == UNITS[0]
    assert liability.chief(shares(40, 60)) == UNITS[1]
    assert liability.chief(()) is None
