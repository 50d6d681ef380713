"""Who owns a case: able, allowed, present, least loaded; never whom it names."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules import assignment, lifecycle
from models.values.case import CaseFacts, StaffFacts
from models.values.people_terms import Role
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import BusinessLine, Category, CustomerClass
from tests.flows.rules.making import NOW, POLICY, TOP, after, often, policy, staff, under_way

ABOVE = [staff("supervisor", 11), staff("manager", 12), staff("general", 13)]


def free(stage: Stage = Stage.CARRY_OUT, **facts: Any) -> CaseFacts:
    return under_way(stage, owner_id=None, **facts)


def owner(facts: CaseFacts, *team: StaffFacts) -> int | None:
    found: int | None = assignment.decide(facts, team, POLICY, NOW).changes.get("owner_id")
    return found


@pytest.mark.parametrize("stage", sorted(lifecycle.PERSONS - {Stage.APPROVAL, Stage.FINAL_POSITION}))
def test_each_stage_goes_to_its_roles_and_to_no_other(stage: Stage) -> None:
    able = {role for role in Role if owner(free(stage), staff(role.value)) is not None}
    assert able == set(POLICY.rulebook.assignment.roles[stage])


def test_the_one_complained_about_never_gets_it() -> None:
    assert owner(free(named_staff=(1,)), staff(id_=1)) is None
    assert owner(free(named_staff=(1,)), staff(id_=1), staff(id_=2, load=19)) == 2


def test_the_handler_never_revisits_his_own_case() -> None:
    facts = free(Stage.REVISIT, handler_id=4)
    assert owner(facts, staff("revisitor", 4)) is None
    assert owner(facts, staff("revisitor", 4), staff("revisitor", 5, load=19)) == 5


def test_nobody_approves_his_own_proposal() -> None:
    facts = free(Stage.APPROVAL, proposer_id=11, remedy={"level": 1})
    assert owner(facts, staff("supervisor", 11)) is None
    assert owner(facts, staff("supervisor", 11), staff("supervisor", 14, load=19)) == 14


def test_the_absent_and_the_full_are_passed_over() -> None:
    assert owner(free(), staff(present=False)) is None
    assert owner(free(), staff(load=20)) is None
    assert owner(free(), staff(capacity=0)) is None
    assert owner(free(), staff(id_=1, present=False), staff(id_=2, load=20), staff(id_=3, load=19)) == 3


@pytest.mark.parametrize("level", range(TOP + 1))
def test_a_case_that_climbed_needs_the_authority_it_climbed_to(level: int) -> None:
    team = [staff(id_=10), *ABOVE]
    assert owner(free(level=level), *team) == team[level].id
    assert [one for one in team if assignment.taboo(free(level=level), one, POLICY)] == (team[:level] or ABOVE)


@pytest.mark.parametrize("level", range(1, TOP + 1))
def test_an_amount_goes_to_the_level_that_may_approve_it(level: int) -> None:
    """However low the case stands: otherwise 15 000 CNY on a fresh case could be approved by nobody."""
    facts = free(Stage.APPROVAL, level=0, proposer_id=1, remedy={"level": level})
    assert owner(facts, staff(), *ABOVE) == ABOVE[level - 1].id
    below = [one for one in ABOVE if one.level < level]
    assert owner(facts, staff(), *below) is None


def test_when_the_right_level_is_full_the_next_above_takes_it() -> None:
    assert owner(free(level=1), replace(ABOVE[0], load=20), *ABOVE[1:]) == 12


def test_skill_counts_and_being_free_counts() -> None:
    skilled = staff(id_=1, skills=frozenset({"delay", "express"}))
    assert owner(free(), skilled, staff(id_=2, skills=frozenset({"damage"}))) == 1
    assert owner(free(), staff(id_=1, load=5), staff(id_=2, load=4)) == 2
    assert owner(free(), staff(id_=1, load=5, capacity=100), staff(id_=2, load=4, capacity=5)) == 1


def test_an_unknown_line_does_not_count_against_a_specialist() -> None:
    facts = free(business_line=BusinessLine.UNKNOWN)
    assert assignment.suits(facts, staff(skills=frozenset({"delay"})), POLICY) == pytest.approx(1.0)


def test_what_is_not_known_of_somebodys_skills_counts_as_the_rulebook_says() -> None:
    for mark in (0.0, 0.5, 1.0):
        rules = policy(lambda book, mark=mark: book["assignment"].update(skill_unknown=mark))
        assert assignment.suits(free(), staff(), rules) == pytest.approx(0.6 * mark + 0.4)


def test_of_equals_the_first_is_chosen_whatever_the_order() -> None:
    team = [staff(id_=number) for number in (9, 4, 6)]
    assert {owner(free(), *(team[turn:] + team[:turn])) for turn in range(3)} == {4}


def test_those_passed_over_are_told_and_counted() -> None:
    team = [staff(id_=1, present=False), staff("revisitor", 2), staff(id_=3, load=20), staff(id_=4), staff(id_=5)]
    decision = assignment.decide(free(named_staff=(5,)), team, POLICY, NOW)
    said = {one["staff"]: one["en"] for one in decision.data["passed"]}
    assert said == {1: "absent", 2: "another role", 3: "at capacity", 5: "is complained about"}
    assert decision.data["passed_count"] == 4
    assert decision.event is EventKind.ASSIGNED
    assert decision.reasons[0].en == "staff 4: suits 0.70, load 0/20, best of 1"


def test_a_long_list_is_cut_but_counted() -> None:
    decision = assignment.decide(free(), [staff(id_=number, present=False) for number in range(1, 41)], POLICY, NOW)
    assert len(decision.data["passed"]) == assignment.NAMED_AT_MOST
    assert decision.data["passed_count"] == 40


def test_nobody_is_said_once_then_tried_in_silence_until_somebody_comes() -> None:
    facts = free()
    first = assignment.decide(facts, [], POLICY, NOW)
    assert first.event is EventKind.UNASSIGNED
    facts = after(facts, first)
    (due,) = [clock.due_at for clock in facts.clocks if clock.name is ClockName.ASSIGN_AGAIN]
    second = assignment.decide(facts, [], POLICY, due)
    assert second.event is None
    facts = after(facts, second)
    assert sum(clock.name is ClockName.ASSIGN_AGAIN for clock in facts.clocks) == 1
    third = assignment.decide(facts, [staff()], POLICY, due)
    assert third.event is EventKind.ASSIGNED
    assert all(clock.name is not ClockName.ASSIGN_AGAIN for clock in after(facts, third).clocks)


def test_at_another_stage_it_is_said_again() -> None:
    facts = after(free(), assignment.decide(free(), [], POLICY, NOW))
    moved = replace(facts, stage=Stage.FEED_BACK, version=facts.version + 1)
    assert assignment.decide(moved, [], POLICY, NOW).event is EventKind.UNASSIGNED


def test_work_spreads_over_equals() -> None:
    team = {number: staff(id_=number) for number in (1, 2, 3)}
    for _ in range(30):
        chosen = owner(free(), *team.values())
        assert chosen is not None
        team[chosen] = replace(team[chosen], load=team[chosen].load + 1)
    assert Counter(one.load for one in team.values()) == {10: 3}


person = st.builds(
    StaffFacts,
    id=st.integers(1, 12),
    name=st.just("x"),
    role=st.sampled_from([role for role in Role if role is not Role.CHANNEL]),
    level=st.just(0),
    skills=st.frozensets(st.sampled_from(["delay", "damage", "express", "road", "senior"])),
    capacity=st.integers(0, 5),
    load=st.integers(0, 6),
    present=st.booleans(),
).map(lambda one: replace(one, level=POLICY.level_of(one.role)))
standing = st.builds(
    free,
    stage=st.sampled_from(sorted(lifecycle.PERSONS)),
    level=st.integers(0, TOP),
    named_staff=st.lists(st.integers(1, 12), max_size=3).map(tuple),
    handler_id=st.none() | st.integers(1, 12),
    proposer_id=st.none() | st.integers(1, 12),
    remedy=st.none() | st.integers(0, TOP).map(lambda level: {"level": level}),
    category=st.sampled_from(Category),
)


@often
@given(standing, st.lists(person, max_size=12, unique_by=lambda one: one.id))
def test_whoever_is_chosen_may_and_can(facts: CaseFacts, team: list[StaffFacts]) -> None:
    decision = assignment.decide(facts, team, POLICY, NOW)
    chosen = next((one for one in team if one.id == decision.changes.get("owner_id")), None)
    able = [one for one in team if assignment.bar(facts, one, POLICY) is None]
    assert (chosen is None) == (not able)
    assert decision.data["passed_count"] == len(team) - len(able)
    assert sum(decision.data["passed_why"].values()) == len(team) - len(able)
    for one in decision.data["passed"]:
        told = assignment.bar(facts, next(each for each in team if each.id == one["staff"]), POLICY)
        assert told is not None
        assert one["en"] == told.en
    assert {one["staff"] for one in decision.data.get("behind", ())} < {each.id for each in able} | {None}
    if chosen is not None:
        assert chosen.present
        assert chosen.load < chosen.capacity
        assert chosen.id not in facts.named_staff
        assert facts.stage is not Stage.REVISIT or chosen.id != facts.handler_id
        assert facts.stage is not Stage.APPROVAL or chosen.id != facts.proposer_id
        assert facts.stage not in assignment.LADDER or chosen.level >= facts.level


@often
@given(standing, st.lists(person, max_size=8, unique_by=lambda one: one.id), st.randoms())
def test_the_choice_does_not_depend_on_who_is_asked_first(facts: CaseFacts, team: list[StaffFacts], dice: Any) -> None:
    shuffled = dice.sample(team, len(team))
    assert owner(facts, *team) == owner(facts, *shuffled)


def test_the_mark_lies_between_nought_and_one() -> None:
    for load in range(20):
        assert 0 <= assignment.suits(free(), staff(load=load), POLICY) <= 1


def test_nobody_of_a_unit_complained_about_gets_it() -> None:
    facts = free(named_units=("last_mile",))
    theirs, ours = staff(id_=1, unit="last_mile"), staff(id_=2, unit="service_centre", load=19)
    assert owner(facts, theirs) is None
    assert owner(facts, theirs, ours) == 2
    assert owner(facts, staff(id_=3)) == 3, "who has no unit belongs to none"
    decision = assignment.decide(facts, [theirs, ours], POLICY, NOW)
    assert decision.data["passed"] == [{"staff": 1, "zh": "所属单位被投诉", "en": "works in a unit complained about"}]


KEY = {"customer_class": CustomerClass.A}


def test_a_large_customers_own_account_manager_goes_first() -> None:
    team = [staff(id_=1), staff("account_manager", 2), staff("account_manager", 3, load=19), staff("manager", 4)]
    decision = assignment.decide(free(**KEY), team, POLICY, NOW, 3)
    assert decision.changes["owner_id"] == 3
    assert decision.reasons[0].en.endswith("; the customer's account manager")
    assert decision.reasons[0].zh.endswith("；该客户的客户经理")
    assert assignment.decide(free(**KEY), team, POLICY, NOW).changes["owner_id"] == 2
    full = [replace(one, load=20) if one.role is Role.ACCOUNT_MANAGER else one for one in team]
    assert owner(free(**KEY), *full) == 1, "when he is full, others do it"


def test_an_account_manager_handles_no_case_of_other_classes_and_no_other_stage() -> None:
    one = staff("account_manager")
    assert owner(free(), one) is None
    assert owner(free(customer_class=CustomerClass.B), one) is None
    assert owner(free(Stage.REVISIT, **KEY), one) is None
    assert owner(free(level=1, **KEY), one) is None, "a case that climbed needs authority"


def test_seniors_go_first_for_key_customers_alone() -> None:
    team = [staff(id_=1), staff(id_=2, load=15, skills=frozenset({"senior"}))]
    for customer_class, first in ((CustomerClass.B, 2), (CustomerClass.C, 1), (None, 1)):
        assert owner(free(customer_class=customer_class), *team) == first
    decision = assignment.decide(free(customer_class=CustomerClass.B), team, POLICY, NOW)
    assert decision.reasons[0].en.endswith("; preferred for class B")
    assert decision.data["behind"] == [
        {
            "staff": 1,
            "zh": "非 B 类客户首选，匹配度 0.70",
            "en": "comes after those preferred for class B, suits 0.70",
        }
    ]


def test_the_responsible_units_people_go_first_where_the_rulebook_says_so() -> None:
    rules = policy(lambda book: book["assignment"].update(unit_weight=1.0))
    team = [staff(id_=1), staff(id_=2, unit="linehaul", load=5)]
    facts = free(unit="linehaul")
    assert assignment.decide(facts, team, rules, NOW).changes["owner_id"] == 2
    assert owner(facts, *team) == 1


def test_those_who_could_as_well_have_taken_it_are_told_why_not() -> None:
    team = [staff(id_=1, load=5), staff(id_=2), staff(id_=3), staff("supervisor", 4)]
    data = assignment.decide(free(), team, POLICY, NOW).data
    assert [(one["staff"], one["en"]) for one in data["behind"]] == [
        (3, "suits as well, 0.70; the lower number goes first"),
        (1, "suits less: 0.60, load 5/20"),
    ]
    assert data["passed_why"] == {"another role": 1}
    climbed = assignment.decide(free(level=1), [*ABOVE], POLICY, NOW).data
    assert [one["en"] for one in climbed["behind"]] == ["a higher level than it needs"] * 2


def test_whom_one_would_ask_about_is_named_before_the_many_of_other_roles() -> None:
    crowd = [staff("revisitor", number) for number in range(1, 41)]
    team = [*crowd, staff(id_=50, present=False), staff(id_=51, load=20), staff(id_=52)]
    data = assignment.decide(free(named_staff=(52,)), team, POLICY, NOW).data
    assert [one["en"] for one in data["passed"][:3]] == ["is complained about", "at capacity", "absent"]
    assert data["passed_why"]["another role"] == 40


@often
@given(standing, st.lists(person, max_size=12, unique_by=lambda one: one.id), st.none() | st.integers(1, 12))
def test_the_quick_way_chooses_as_asking_everybody_in_full(
    facts: CaseFacts, team: list[StaffFacts], manager: int | None
) -> None:
    """Roles are asked once; the answer is that of every rule asked of every person."""
    facts = replace(facts, customer_class=CustomerClass.A)

    def key(one: StaffFacts) -> tuple[int, int, float, int]:
        rung = POLICY.level_of(one.role) if assignment.authority(facts) else 0
        preferred = 2 * (one.id == manager) + (one.role is Role.ACCOUNT_MANAGER or "senior" in one.skills)
        return rung, -preferred, -assignment.suits(facts, one, POLICY), one.id

    able = [one for one in team if assignment.bar(facts, one, POLICY) is None]
    wanted = min(able, key=key).id if able else None
    assert assignment.decide(facts, team, POLICY, NOW, manager).changes.get("owner_id") == wanted


def test_a_team_keeps_count_while_cases_are_given_out() -> None:
    team = assignment.Team([staff(id_=number, capacity=2) for number in (1, 2)])
    chosen = []
    for _ in range(5):
        found = assignment.decide(free(), team, POLICY, NOW).changes.get("owner_id")
        if found is not None:
            team.add(found)
        chosen.append(found)
    assert chosen == [1, 2, 1, 2, None]
    assert len(team) == 2
