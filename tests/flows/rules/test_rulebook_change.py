"""Four eyes on the rulebook: who proposes, who approves, against what."""

from dataclasses import replace

import pytest

from flows.rules.rulebook_change import Change, bar_deciding, bar_proposing
from models.values.learned import Learned
from models.values.people_terms import ChangeState
from models.values.policy import Policy
from tests.flows.rules.making import POLICY, policy, staff

OTHER = policy(lambda book: book["course"].update(rejections_at_most=3))
CHANGE = Change(OTHER.hash, POLICY.hash, ChangeState.PROPOSED, proposed_by=1)


def why(actor: str, id_: int = 2, change: Change = CHANGE, *, approving: bool = True) -> str:
    obstacle = bar_deciding(change, POLICY.hash, staff(actor, id_), POLICY, approving=approving)
    return obstacle.en if obstacle else ""


@pytest.mark.parametrize("role", ["supervisor", "manager", "general", "inspector"])
def test_those_the_rulebook_names_may_propose(role: str) -> None:
    assert bar_proposing(OTHER, staff(role), POLICY, known_weights=False) is None


@pytest.mark.parametrize("role", ["handler", "acceptor", "channel", "auditor"])
def test_nobody_else_may(role: str) -> None:
    obstacle = bar_proposing(OTHER, staff(role), POLICY, known_weights=False)
    assert obstacle is not None
    assert obstacle.en.startswith("a rulebook is proposed by quality_inspector, supervisor, ")


def test_the_one_in_force_is_not_proposed_again() -> None:
    obstacle = bar_proposing(POLICY, staff("manager"), POLICY, known_weights=False)
    assert obstacle is not None
    assert obstacle.en == "this rulebook is the one in force already"


def test_another_one_with_authority_approves() -> None:
    assert why("manager") == why("general") == ""


def test_nobody_approves_his_own_proposal_however_high_he_stands() -> None:
    assert why("general", 1) == "who proposed a rulebook does not approve it: four eyes"


def test_who_may_propose_may_not_therefore_approve() -> None:
    assert why("supervisor") == "a rulebook is approved or rejected by manager, general_manager, not by supervisor"


def test_who_proposed_it_may_take_it_back() -> None:
    assert why("supervisor", 1, approving=False) == ""
    assert why("supervisor", 2, approving=False) != ""


@pytest.mark.parametrize("state", [ChangeState.ADOPTED, ChangeState.REJECTED])
def test_what_is_decided_is_not_decided_again(state: ChangeState) -> None:
    assert why("manager", change=replace(CHANGE, state=state)).startswith("this proposal was ")
    assert why("manager", change=replace(CHANGE, state=state), approving=False) != ""


def test_a_proposal_against_another_rulebook_than_the_one_in_force_is_refused() -> None:
    for outdated in (replace(CHANGE, base="f" * 64), replace(CHANGE, state=ChangeState.OUTDATED)):
        assert "compare it with the present one and propose it anew" in why("manager", change=outdated)
    assert why("manager", change=replace(CHANGE, base="f" * 64), approving=False) == ""


def with_weights(mark: float | None, name: str) -> Policy:
    learned = POLICY.learned
    teaching = POLICY.rulebook.taxonomy.learned
    assert isinstance(learned, Learned)
    assert teaching is not None
    trained_on = {} if mark is None else {"cross_validated": mark}
    taxonomy = POLICY.rulebook.taxonomy.model_copy(update={"learned": teaching.model_copy(update={"weights": name})})
    rulebook = POLICY.rulebook.model_copy(update={"taxonomy": taxonomy})
    return replace(POLICY, rulebook=rulebook, learned=replace(learned, trained_on=trained_on), hash=name)


PRESENT = with_weights(0.9, "a" * 16)


@pytest.mark.parametrize(("mark", "proposed"), [(0.95, True), (0.9, True), (0.896, True), (0.89, False), (None, False)])
def test_weights_that_read_worse_are_not_proposed(mark: float | None, proposed: bool) -> None:
    candidate = with_weights(mark, "b" * 16)
    obstacle = bar_proposing(candidate, staff("manager"), PRESENT, known_weights=False)
    assert (obstacle is None) == proposed
    strict = PRESENT.rulebook.changes.model_copy(update={"weights_worse_by": 0.0})
    present = replace(PRESENT, rulebook=PRESENT.rulebook.model_copy(update={"changes": strict}))
    obstacle = bar_proposing(candidate, staff("manager"), present, known_weights=False)
    assert (obstacle is None) == (mark is not None and mark >= 0.9), "the rulebook in force says what is no worse"
    assert bar_proposing(candidate, staff("manager"), PRESENT, known_weights=True) is None
