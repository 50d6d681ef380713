"""Changing the rulebook takes four eyes: who may propose, who may approve, and against what."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.values.case import Reason, StaffFacts
from models.values.chinese import chinese
from models.values.people_terms import ChangeState, Role
from models.values.policy import Policy


@dataclass(frozen=True)
class Change:
    """A proposed rulebook: by whom, and in place of which."""

    hash: str
    base: str | None
    state: ChangeState
    proposed_by: int | None


def bar_proposing(candidate: Policy, actor: StaffFacts, policy: Policy, *, known_weights: bool) -> Reason | None:
    """What keeps somebody from proposing this rulebook in place of the one in force; None: nothing."""
    if obstacle := _another_role(actor.role, policy.rulebook.changes.proposed_by, "提议", "proposed"):
        return obstacle
    if candidate.hash == policy.hash:
        return Reason("该规则手册已在执行", "this rulebook is the one in force already")
    return None if known_weights else _reads_worse(candidate, policy)


def bar_deciding(change: Change, in_force: str, actor: StaffFacts, policy: Policy, *, approving: bool) -> Reason | None:
    """What keeps somebody from approving or rejecting a change; None: nothing. Who proposed it may take it back."""
    if change.state is not ChangeState.PROPOSED and not (change.state is ChangeState.OUTDATED and approving):
        zh, en = _STATES[change.state]
        return Reason(f"该提议已{zh}", f"this proposal {en} already")
    own = actor.id == change.proposed_by
    if own and approving:
        return Reason("提议人不得审批本人的提议(四眼原则)", "who proposed a rulebook does not approve it: four eyes")
    obstacle = _another_role(actor.role, policy.rulebook.changes.approved_by, "批准或驳回", "approved or rejected")
    if obstacle and not own:
        return obstacle
    if approving and (change.base != in_force or change.state is ChangeState.OUTDATED):
        return Reason(
            "提议之后规则手册已有变更，请对照现行版本重新提议",
            "the rulebook in force is not the one this was proposed in place of: "
            "compare it with the present one and propose it anew",
        )
    return None


_STATES = {
    ChangeState.ADOPTED: ("通过", "was approved"),
    ChangeState.REJECTED: ("被驳回", "was rejected"),
    ChangeState.OUTDATED: ("过时", "was overtaken by another one"),
}


def _another_role(role: Role, allowed: Sequence[Role], zh: str, en: str) -> Reason | None:
    if role in allowed:
        return None
    return Reason(
        f"仅 {'、'.join(map(chinese, allowed))} 可{zh}规则手册",
        f"a rulebook is {en} by {', '.join(allowed)}, not by {role}",
    )


def _reads_worse(candidate: Policy, policy: Policy) -> Reason | None:
    """Learned weights are never deployed when they read worse than the present ones, as cross-validation found."""
    new, old = candidate.learned, policy.learned
    if new is None or old is None or candidate.rulebook.taxonomy.learned == policy.rulebook.taxonomy.learned:
        return None
    mark, present = (float(one.trained_on.get("cross_validated", 0.0)) for one in (new, old))
    if mark >= present - policy.rulebook.changes.weights_worse_by:
        return None
    return Reason(
        f"新分类权重读得更差({mark:.3f}，现行 {present:.3f})，不得上线",
        f"its learned weights read worse than the present ones ({mark:.3f} against {present:.3f})",
    )
