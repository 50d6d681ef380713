"""Who decides on liability: from neither side, of the level that must, and of another where nobody of it may."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.acts.refusals import NotYours
from flows.rules import arbiters, assignment, incident_arbiter
from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.permissions import Permit, Relation
from models.values.settlement import Finding, Money, Share
from models.values.stage_terms import ClockName, EventKind, Stage
from tests.flows.rules.finding import UNITS, finding, shares
from tests.flows.rules.making import NOW, POLICY, decide, often, staff, under_way

TERMS = POLICY.rulebook.liability
CASE = under_way(unit="linehaul", handler_id=2)
ROLES = ("handler", "supervisor", "manager", "general")
OURS = UNITS[0]


def partial(
    facts: CaseFacts,
    arbiter: StaffFacts,
    named: Iterable[Share],
    last: Finding | None,
    hands: Collection[int] = (),
    bench: Iterable[StaffFacts] = (),
) -> Reason | None:
    level = arbiters.of_complaint(facts, last, TERMS, hands, bench).level
    return arbiters.partial(facts, arbiter, named, last, level, hands)


def test_an_arbiter_comes_from_no_unit_concerned_and_did_not_handle_the_case() -> None:
    ours = shares(60, 40)
    able = staff("supervisor", 11)
    assert partial(CASE, able, ours, None) is None
    for unit in ("linehaul", ours[0].party, ours[1].party):
        assert partial(CASE, replace(able, unit=unit), ours, None) is not None
    assert partial(CASE, replace(able, unit="service"), ours, None) is None
    for id_ in (CASE.owner_id, CASE.handler_id):
        assert partial(CASE, replace(able, id=id_), ours, None) is not None


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
    assert (may and partial(CASE, one, (), None) is None) == first
    assert (partial(CASE, one, (), disputed) is None) == appeal
    assert partial(CASE, replace(one, id=11), (), disputed) is not None, "who found first"


def test_who_had_a_hand_in_it_or_filed_the_appeal_does_not_decide_whoever_has_it_now() -> None:
    one, disputed = staff("manager", 12), finding(appealed_at=NOW, appellant=UNITS[0], appealed_by=12)
    assert partial(CASE, one, (), None, {13}) is None
    assert partial(CASE, one, (), None, {12}) is not None
    assert partial(CASE, one, (), disputed) is not None
    assert partial(CASE, replace(one, id=13), (), disputed) is None


def incident(*, appealed_by: int | None = None, **facts: Any) -> CaseFacts:
    details = {"counterpart": "linehaul", "appealed_by": appealed_by}
    return under_way(Stage.FINDING, **({"unit": "sorting_centre", "details": details} | facts))


@pytest.mark.parametrize("unit", ["linehaul", "sorting_centre", "last_mile"])
def test_of_the_units_concerned_only_the_last_instance_finds_who_is_liable(unit: str) -> None:
    facts = incident(liable_units=("last_mile",), proposer_id=5)
    for role in ("handler", "supervisor", "manager"):
        assert arbiters.barred(facts, staff(role, 12, unit=unit), POLICY) is not None
        assert arbiters.barred(facts, staff(role, 12, unit="pricing"), POLICY) is None
    assert arbiters.barred(facts, staff("general", 12, unit=unit), POLICY) is None
    disputed = incident(liable_units=("last_mile",), proposer_id=5, appealed_by=6)
    own_appeal = arbiters.barred(disputed, staff("general", 12, unit=unit), POLICY) is not None
    assert own_appeal == (unit == "last_mile"), "not even that decides on what its own unit was found to bear"


def test_who_found_or_filed_does_not_decide_on_the_appeal_about_an_incident() -> None:
    disputed = incident(proposer_id=5, appealed_by=6)
    may = [arbiters.barred(disputed, staff("general", id_), POLICY) is None for id_ in (5, 6, 7)]
    assert may == [False, False, True]
    assert arbiters.barred(incident(proposer_id=5), staff("general", 5), POLICY) is None


@pytest.mark.parametrize(("level", "found", "appeal"), [(0, 0, 1), (0, 2, 3), (2, 0, 2), (0, 3, 2), (3, 3, 2)])
def test_an_appeal_about_an_incident_goes_one_level_higher_or_from_the_top_one_down(
    level: int, found: int, appeal: int
) -> None:
    """Above the highest there is nobody."""
    assert arbiters.appeal_level(incident(level=level), found, POLICY) == appeal


def test_an_incident_of_the_centres_own_unit_is_given_to_somebody_who_may_find_who_is_liable() -> None:
    facts = incident(owner_id=None, level=1, details={"counterpart": "service_centre"})
    team = [staff("supervisor", 11, unit="service_centre"), staff("manager", 12, unit="service_centre")]
    assert incident_arbiter.decide(facts, team, POLICY, NOW).changes.get("owner_id") is None
    team.append(staff("general", 13, unit="service_centre"))
    assert incident_arbiter.decide(facts, team, POLICY, NOW).changes["owner_id"] == 13


def test_who_bore_a_share_before_the_appeal_is_still_a_party() -> None:
    disputed = finding(appealed_at=NOW, appellant=UNITS[0])
    his = replace(staff("manager", 12), unit=UNITS[0])
    assert partial(CASE, his, (), disputed) is not None


def appealed(**more: Any) -> Finding:
    return finding(appealed_at=NOW, appellant=OURS, appealed_by=40) if not more else finding(appealed_at=NOW, **more)


def test_where_the_only_ones_of_the_level_are_of_a_party_the_next_lower_one_decides_an_appeal() -> None:
    manager, general = staff("manager", 20, unit=OURS), staff("general", 21, unit="linehaul")
    supervisors = [staff("supervisor", 22), staff("supervisor", 23, unit=OURS)]
    bench = [manager, general, *supervisors]
    turn = arbiters.of_complaint(CASE, appealed(), TERMS, (), bench)
    assert turn.level == 1
    assert turn.why == Reason(
        "2 级及以上无人可裁定（属涉事方或曾参与），改由 1 级裁定",
        "nobody of level 2 or above may decide (of a party, or had a hand in it): level 1 decides",
    )
    assert [one.id for one in bench if partial(CASE, one, (), appealed(), (), bench) is None] == [22]
    refused = partial(CASE, manager, (), appealed(), (), bench)
    assert refused is not None
    assert "somebody of level 1 or above who is of no party" in refused.en


def test_whoever_had_a_hand_in_it_is_as_little_on_the_bench_as_a_party() -> None:
    bench = [staff("manager", 20), staff("general", 21, unit=OURS), staff("supervisor", 22)]
    assert arbiters.of_complaint(CASE, appealed(), TERMS, (), bench).level == 2
    assert arbiters.of_complaint(CASE, appealed(), TERMS, {20}, bench).level == 1
    assert arbiters.of_complaint(CASE, appealed(appealed_by=20), TERMS, (), bench).level == 1


def test_nobody_becomes_an_arbiter_by_naming_those_above_him() -> None:
    bench = [staff("manager", 20, unit=UNITS[1]), staff("supervisor", 22)]
    assert partial(CASE, bench[1], shares(50, 50), appealed(), (), bench) is not None


def test_the_decision_says_why_it_is_not_the_level_that_should() -> None:
    bench = (staff("manager", 20, unit=OURS), staff("supervisor", 22))
    held = Money(finding=appealed(), bench=bench)
    decision = decide("find-liable", CASE, bench[1], loaded=held, firm_liable=False, grounds="不属实")
    assert "改由 1 级裁定" in decision.reasons[-1].zh
    with pytest.raises(NotYours, match="level 1 or above who is of no party"):
        decide("find-liable", CASE, bench[0], loaded=held, firm_liable=False, grounds="不属实")


def test_who_may_decide_an_appeal_about_a_complaint_is_told_that_it_is_there() -> None:
    bench = (staff("manager", 20, unit=OURS), staff("supervisor", 22), staff("supervisor", 23), staff("inspector", 24))
    held = Money(finding=finding(), bench=bench)
    decision = decide("appeal-liability", CASE, bench[2], loaded=held, party=OURS, grounds="不服")
    told = [row.values["to_staff"] for row in decision.rows if row.table == "notices"]
    assert told == [22], "not whoever filed it, nor those below or of the party"
    assert decision.data["level"] == 1


PEOPLE = st.builds(
    lambda role, unit, id_: staff(role, id_, unit=unit),
    st.sampled_from(ROLES[1:]),
    st.sampled_from([None, *UNITS, "linehaul"]),
    st.integers(20, 29),
)


@given(st.lists(PEOPLE, max_size=6, unique_by=lambda one: one.id), st.sets(st.integers(20, 29), max_size=3))
@often
def test_an_appeal_is_stuck_only_where_nobody_of_neither_side_is_there_at_all(
    bench: list[StaffFacts], hands: set[int]
) -> None:
    may = [one for one in bench if partial(CASE, one, (), appealed(), hands, bench) is None]
    free = [one for one in bench if one.unit not in (OURS, "linehaul") and one.id not in hands]
    assert bool(may) == bool(free)
    assert {one.id for one in may} <= {one.id for one in free}
    if any(one.level >= TERMS.appeal_level for one in free):
        assert all(one.level >= TERMS.appeal_level for one in may), "as long as somebody of the level may, nobody else"


def told(rows: Iterable[Any]) -> list[int]:
    return [row.values["to_staff"] for row in rows if row.table == "notices"]


def test_an_incident_goes_down_to_whoever_is_of_neither_side_and_tells_him_why() -> None:
    facts = incident(owner_id=None, level=3, liable_units=("last_mile",), proposer_id=5, appealed_by=6)
    team = [staff("general", 13, unit="last_mile"), staff("manager", 12, unit="linehaul"), staff("supervisor", 11)]
    assert assignment.decide(facts, team, POLICY, NOW).changes.get("owner_id") is None, "else it would be stuck"
    decision = incident_arbiter.decide(facts, team, POLICY, NOW)
    assert (decision.event, decision.changes["owner_id"], decision.changes["level"]) == (EventKind.ASSIGNED, 11, 1)
    assert "level 1 decides" in decision.reasons[-1].en
    assert told(decision.rows) == [11]


def test_an_incident_waits_for_whoever_is_only_away_and_tells_him() -> None:
    facts = incident(owner_id=None, level=2, liable_units=("last_mile",), proposer_id=5, appealed_by=6)
    manager = staff("manager", 12, present=False)
    team = [manager, staff("supervisor", 11)]
    waits = incident_arbiter.decide(facts, team, POLICY, NOW)
    assert (waits.event, "level" in waits.changes, waits.rows) == (EventKind.UNASSIGNED, False, ())
    team = [replace(manager, unit="linehaul"), replace(team[1], present=False)]
    decision = incident_arbiter.decide(facts, team, POLICY, NOW)
    assert (decision.event, decision.changes["level"]) == (EventKind.UNASSIGNED, 1)
    assert told(decision.rows) == [11]
    again = replace(facts, **decision.changes)
    assert any(clock.name is ClockName.ASSIGN_AGAIN for clock in again.clocks)
    assert told(incident_arbiter.decide(again, team, POLICY, NOW).rows) == [], "once"


def test_where_no_handler_is_of_neither_side_the_level_above_finds() -> None:
    facts = incident(owner_id=None, level=0)
    team = [staff("handler", 10, unit="linehaul"), staff("supervisor", 11), staff("manager", 12)]
    decision = incident_arbiter.decide(facts, team, POLICY, NOW)
    assert (decision.changes["owner_id"], decision.changes["level"]) == (11, 1)


def test_where_nobody_is_of_neither_side_the_incident_waits_at_its_level() -> None:
    facts = incident(owner_id=None, level=2)
    team = [staff(role, number, unit="linehaul") for number, role in enumerate(ROLES[:3], 10)]
    decision = incident_arbiter.decide(facts, team, POLICY, NOW)
    assert (decision.event, "level" in decision.changes) == (EventKind.UNASSIGNED, False)
