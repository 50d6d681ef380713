"""What somebody is to a case, and what the table lets him do with it."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.acts.registry import ACTS
from flows.rulebook.loading import RulebookError
from flows.rules import assignment, permission
from models.values.people_terms import Role
from models.values.permissions import ANYWHERE, READS, Permit, Relation
from models.values.stage_terms import Stage
from models.values.vocabulary import Category
from tests.flows.rules.making import POLICY, TOP, often, policy, staff, under_way

OTHER = {"owner_id": 2}
FREE = {"owner_id": None}
NONE = {Relation.NONE}


@pytest.mark.parametrize(
    ("actor", "facts", "held"),
    [
        (staff(), {"owner_id": 1}, {Relation.OWNER}),
        (staff(), OTHER, set()),
        (staff(deputises=frozenset({2})), OTHER, {Relation.OWNER}),
        (staff(), FREE, {Relation.ABLE}),
        (staff(), FREE | {"level": 1}, set()),
        (staff("revisitor"), FREE, set()),
        (staff("supervisor"), OTHER, {Relation.ABOVE}),
        (staff("supervisor"), OTHER | {"level": 1}, {Relation.ABOVE}),
        (staff("supervisor"), OTHER | {"level": 2}, set()),
        (staff("general"), OTHER | {"level": TOP}, {Relation.ABOVE}),
        (staff("supervisor"), FREE | {"level": 1}, {Relation.ABOVE, Relation.ABLE}),
        (staff("business_unit", unit="linehaul"), OTHER | {"unit": "linehaul"}, {Relation.UNIT}),
        (staff("business_unit", unit="linehaul"), OTHER | {"unit": "claims", "liable": "linehaul"}, {Relation.UNIT}),
        (staff("business_unit", unit="linehaul"), OTHER | {"unit": "claims"}, set()),
        (staff("business_unit"), OTHER | {"unit": None}, set()),
        (staff("finance"), OTHER | {"paid": 5}, {Relation.MONEY}),
        (staff("finance"), OTHER | {"remedy": {"compensation": "80", "approved": False}}, {Relation.MONEY}),
        (staff("finance"), OTHER | {"remedy": {"compensation": "0", "approved": True}}, set()),
        (staff("finance"), OTHER | {"category": Category.CASH_ON_DELIVERY}, {Relation.MONEY}),
    ],
)
def test_everything_somebody_is_to_a_case(actor: Any, facts: dict[str, Any], held: set[Relation]) -> None:
    assert permission.relations(under_way(**facts), actor, POLICY) == held | NONE


@pytest.mark.parametrize("role", Role)
def test_whom_a_complaint_names_is_nothing_else_to_it(role: Role) -> None:
    actor = staff(role.value, unit="linehaul", deputises=frozenset({2}))
    for complaint in ({"named_staff": (5, 1)}, {"named_units": ("claims", "linehaul")}):
        for owner in (None, 1, 2):
            facts = under_way(owner_id=owner, unit="linehaul", paid=5, **complaint)
            assert permission.relations(facts, actor, POLICY, at_hand=True) == {Relation.NAMED}
            assert permission.permits(facts, actor, POLICY, at_hand=True) == frozenset()
            assert assignment.taboo(facts, actor, POLICY) is not None


def test_relations_add_up() -> None:
    facts, actor = under_way(owner_id=2), staff("acceptor")
    row = POLICY.permissions.by_relation[Role.ACCEPTOR]
    assert permission.permits(facts, actor, POLICY) == row[Relation.NONE]
    at_hand = permission.permits(facts, actor, POLICY, at_hand=True)
    assert at_hand == row[Relation.NONE] | row[Relation.CALLER_AT_HAND]
    assert Permit.NOTE in at_hand - row[Relation.NONE]


@pytest.mark.parametrize("role", Role)
def test_who_does_not_see_a_case_does_nothing_with_it(role: Role) -> None:
    facts = under_way(owner_id=2, unit="claims")
    granted = permission.permits(facts, staff(role.value), POLICY)
    assert Permit.READ_CASE in granted or not granted


ON_CASES = {*Permit} - ANYWHERE
ABOUT_LIABILITY = {Permit.FIND_LIABLE, Permit.APPEAL_LIABILITY}
PAYING = {Permit.CONFIRM_VOUCHER, Permit.RETURN_VOUCHER, Permit.PAY}
BY_OFFICE: dict[Role, set[Permit]] = {
    Role.FINANCE: PAYING | {Permit.APPEAL_LIABILITY},
    Role.QUALITY_INSPECTOR: ABOUT_LIABILITY,
    Role.COMPLAINT_HANDLER: {Permit.ANSWER_REGULATOR, Permit.APPEAL_LIABILITY},
    Role.REVISIT_AGENT: {Permit.APPEAL_LIABILITY},
    Role.BUSINESS_UNIT: {Permit.APPEAL_LIABILITY},
    **{
        role: ABOUT_LIABILITY | {Permit.ANSWER_REGULATOR, Permit.APPEAL}
        for role in (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)
    },
}
"""What somebody does by his office and not because the case is his: money, liability and the regulator."""


def test_nobody_but_finance_pays_and_finance_settles_nothing() -> None:
    for role in Role:
        allowed = frozenset().union(*POLICY.permissions.by_relation[role].values())
        assert (allowed & PAYING == PAYING) if role is Role.FINANCE else not allowed & PAYING
        assert not (allowed & PAYING and allowed & {Permit.SETTLE, Permit.AGREE, Permit.ADVANCE, Permit.PROPOSE})


def test_an_auditor_reads_everything_and_acts_on_nothing() -> None:
    row = POLICY.permissions.by_relation[Role.AUDITOR]
    assert row[Relation.NONE] == READS
    assert all(allowed <= READS for allowed in row.values())
    assert not POLICY.permissions.anywhere[Role.AUDITOR] & {Permit.RECEIVE, Permit.QUEUE, Permit.CANCEL_RUN}


@pytest.mark.parametrize("role", [Role.CHANNEL, Role.SCHEDULER])
def test_systems_and_schedulers_see_no_case_at_all(role: Role) -> None:
    assert not any(POLICY.permissions.by_relation[role].values())


def test_an_administrator_is_no_case_worker_and_does_not_read_what_people_said() -> None:
    row = POLICY.permissions.by_relation[Role.ADMINISTRATOR]
    assert frozenset().union(*row.values()) == {Permit.READ_CASE, Permit.READ_RUNS, Permit.RELEASE}


def test_front_desk_staff_decide_on_nothing_that_is_not_theirs() -> None:
    for role, relation in product(
        (Role.ACCEPTOR, Role.OPERATOR, Role.ENQUIRY_SPECIALIST, Role.ACCOUNT_MANAGER),
        (Relation.NONE, Relation.CALLER_AT_HAND, Relation.UNIT, Relation.MONEY),
    ):
        allowed = POLICY.permissions.by_relation[role][relation]
        assert allowed <= READS | {
            Permit.ACKNOWLEDGE,
            Permit.NOTE,
            Permit.IDENTIFY,
            Permit.REOPEN,
            Permit.TURN_INTO_COMPLAINT,
        }


def test_only_those_with_authority_judge_proposals() -> None:
    for role in Role:
        judges = any(Permit.APPROVE in allowed for allowed in POLICY.permissions.by_relation[role].values())
        assert judges == (POLICY.level_of(role) > 0)


RECORDED = {
    Permit.ACKNOWLEDGE_INCIDENT,
    Permit.TELL_AUTHORITY,
    Permit.VALUE,
    Permit.REGRADE,
    Permit.TRACE,
    Permit.FILL_FORM,
    Permit.ATTACH,
    Permit.DELIVER,
    Permit.NAME_CAUSE,
}
"""What those who handle incidents write down about any of them: no stage moves by it."""
OF_A_UNIT = {Permit.TRACE, Permit.ATTACH, Permit.DELIVER, Permit.RESPOND, Permit.APPEAL}
"""What a unit says about an incident of its own."""


def test_only_a_unit_answers_for_a_unit() -> None:
    for role, relation in product(Role, Relation):
        may = Permit.RESPOND in POLICY.permissions.by_relation[role][relation]
        assert may == (role is Role.BUSINESS_UNIT and relation is Relation.UNIT)


def test_every_act_of_the_api_is_in_the_table_and_the_table_names_nothing_else() -> None:
    assert {*ACTS, "release", "send-link", "attach"} == ON_CASES - READS


def test_why_not_names_who_of_the_role_may() -> None:
    why = permission.barred(Permit.PROPOSE, staff(), POLICY)
    assert "as the owner" in why.en
    assert "经办人" in why.zh
    assert permission.barred(Permit.APPROVE, staff(), POLICY).en == "your role does not do that"


MISTAKES: list[tuple[Any, str]] = [
    (lambda p: p["roles"].pop("finance"), "permissions: roles lacks finance; an empty row allows nothing"),
    (lambda p: p["roles"]["finance"].update(money=["sue"]), "permissions: finance › money names sue, which is neither"),
    (lambda p: p["duties"].update(read=["reed"]), "permissions: the duty read names reed; the acts are"),
    (lambda p: p["duties"].update(note=["note"]), "permissions: duties has a name that is an act already: note"),
    (
        lambda p: p["roles"]["finance"].update(centre=["note"]),
        "permissions: finance › centre names note, which",
    ),
    (lambda p: p["roles"]["finance"].update(none=["queue"]), "permissions: finance › none names queue, which belongs"),
    (
        lambda p: p["roles"]["finance"].update(able=["read"]),
        "permissions: finance › able names read-affected, ",
    ),
    (lambda p: p["roles"]["finance"].update(named=["read"]), "permissions › roles › finance › named: there is no such"),
    (
        lambda p: p["roles"]["revisit_agent"].update(owner=["note"]),
        "permissions › roles: revisit_agent may own a case at revisit and not survey or contact; revisit_agent may own "
        "a case at written_answer and not answer",
    ),
    (
        lambda p: p["roles"]["manager"].update(none=[]),
        "permissions › roles: manager may own a case at carry_out and not read-case",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), MISTAKES, ids=[sentence[:60] for _, sentence in MISTAKES])
def test_a_mistake_in_the_table_is_named_with_its_place(change: Any, sentence: str) -> None:
    with pytest.raises(RulebookError) as caught:
        policy(lambda book: change(book["permissions"]))
    assert str(caught.value).startswith(sentence)


def test_a_rulebook_older_than_the_table_takes_the_shipped_one() -> None:
    def older(book: dict[str, Any]) -> None:
        del book["permissions"]
        book["customers"] |= {name: ["acceptor"] for name in ("seen_by", "unmasked_by", "corrected_by")}

    assert policy(older).permissions == POLICY.permissions


@often
@given(
    role=st.sampled_from(Role),
    unit=st.sampled_from([None, "linehaul", "claims"]),
    stage=st.sampled_from(Stage),
    owner=st.sampled_from([None, 1, 2]),
    level=st.integers(0, TOP),
    case_unit=st.sampled_from([None, "linehaul", "claims"]),
    at_hand=st.booleans(),
)
def test_more_relations_never_allow_less_and_decisions_need_one(
    role: Role, unit: str | None, stage: Stage, owner: int | None, level: int, case_unit: str | None, at_hand: bool
) -> None:
    facts = under_way(stage, owner_id=owner, level=level, unit=case_unit)
    actor = staff(role.value, unit=unit)
    granted = permission.permits(facts, actor, POLICY, at_hand=at_hand)
    assert permission.permits(facts, actor, POLICY) <= granted <= permission.permits(facts, actor, POLICY, at_hand=True)
    held = permission.relations(facts, actor, POLICY)
    if not held & {Relation.OWNER, Relation.ABOVE, Relation.ABLE}:
        served = {
            Permit.ACKNOWLEDGE,
            Permit.NOTE,
            Permit.IDENTIFY,
            Permit.REOPEN,
            Permit.TURN_INTO_COMPLAINT,
            Permit.RELEASE,
        }
        of_unit = OF_A_UNIT if Relation.UNIT in held and role is Role.BUSINESS_UNIT else set()
        recorded = RECORDED if role is Role.COMPLAINT_HANDLER or POLICY.level_of(role) else set()
        assert granted <= READS | served | BY_OFFICE.get(role, set()) | of_unit | recorded
