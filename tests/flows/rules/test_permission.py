"""Who sees a case and who decides on it: role × relation."""

from itertools import product
from typing import Any

import pytest

from flows.rules import permission
from flows.rules.permission import Relation
from models.values.vocabulary import Role, Stage
from tests.flows.rules.making import POLICY, TOP, staff, under_way

OTHER = {"owner_id": 2}
FREE = {"owner_id": None}


@pytest.mark.parametrize(
    ("role", "facts", "relation"),
    [
        ("handler", {"owner_id": 1}, Relation.OWNER),
        ("handler", OTHER, Relation.COLLEAGUE),
        ("handler", FREE, Relation.ABLE),
        ("handler", FREE | {"level": 1}, Relation.COLLEAGUE),
        ("revisitor", FREE, Relation.COLLEAGUE),
        ("supervisor", OTHER, Relation.ABOVE),
        ("supervisor", OTHER | {"level": 1}, Relation.ABOVE),
        ("supervisor", OTHER | {"level": 2}, Relation.COLLEAGUE),
        ("manager", OTHER | {"level": 2}, Relation.ABOVE),
        ("general", OTHER | {"level": TOP}, Relation.ABOVE),
        ("handler", {"owner_id": 1, "named_staff": (1,)}, Relation.NAMED),
        ("general", OTHER | {"named_staff": (1,)}, Relation.NAMED),
        ("auditor", OTHER, Relation.COLLEAGUE),
        ("administrator", OTHER, Relation.COLLEAGUE),
        ("finance", FREE, Relation.COLLEAGUE),
        ("channel", OTHER, Relation.COLLEAGUE),
    ],
)
def test_relation(role: str, facts: dict[str, Any], relation: Relation) -> None:
    assert permission.relation(under_way(**facts), staff(role), POLICY) is relation


@pytest.mark.parametrize("relation", Relation)
def test_only_the_owner_and_those_above_or_able_decide(relation: Relation) -> None:
    decides = {Relation.OWNER, Relation.ABOVE, Relation.ABLE, Relation.NAMED}
    facts = {
        Relation.OWNER: under_way(),
        Relation.ABOVE: under_way(owner_id=2, level=1),
        Relation.ABLE: under_way(owner_id=None),
        Relation.NAMED: under_way(named_staff=(1,)),
        Relation.COLLEAGUE: under_way(owner_id=2),
    }[relation]
    actor = staff("supervisor" if relation is Relation.ABOVE else "handler")
    assert permission.relation(facts, actor, POLICY) is relation
    assert (permission.barred(facts, actor, POLICY) is None) == (relation in decides)


@pytest.mark.parametrize(("stage", "role"), [*product(Stage, [role for role in Role if role is not Role.CHANNEL])])
def test_those_complained_about_see_nothing_and_others_see_the_case(stage: Stage, role: Role) -> None:
    actor = staff(role.value)
    assert permission.sees(under_way(stage, owner_id=2), actor, POLICY)
    assert not permission.sees(under_way(stage, owner_id=2, named_staff=(5, 1)), actor, POLICY)
    assert not permission.sees(under_way(stage, owner_id=1, named_staff=(1,)), actor, POLICY)


@pytest.mark.parametrize("stage", Stage)
def test_a_channel_sees_nothing_at_all(stage: Stage) -> None:
    for facts in (under_way(stage), under_way(stage, owner_id=None), under_way(stage, owner_id=2)):
        assert not permission.sees(facts, staff("channel"), POLICY)


@pytest.mark.parametrize("role", [role for role in Role if POLICY.level_of(role) == 0])
def test_whoever_does_not_own_it_decides_nothing_at_the_level_above_him(role: Role) -> None:
    assert permission.barred(under_way(owner_id=2, level=1), staff(role.value), POLICY) is not None
