"""Who owns a case at the stage it stands at: able, allowed, present, least loaded; never whom it names."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flows.rules import clocks
from models.values.case import CaseFacts, Decision, Reason, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import BusinessLine, ClockName, EventKind, Stage

LADDER = frozenset(
    {Stage.CARRY_OUT, Stage.FEED_BACK, Stage.FINAL_POSITION, Stage.APPROVAL, Stage.FINDING, Stage.CLOSING}
)
"""Stages whose owner must have the authority the case, or the amount to approve, has climbed to."""

NAMED_AT_MOST = 8
"""How many of those passed over a decision lists; it always counts all."""


def decide(facts: CaseFacts, staff: Iterable[StaffFacts], policy: Policy, now: datetime) -> Decision:
    """The owner, and the candidates passed over and why; nobody: try again later, and say so once."""
    able: list[StaffFacts] = []
    passed: list[dict[str, Any]] = []
    for one in staff:
        if obstacle := bar(facts, one, policy):
            passed.append({"staff": one.id, "zh": obstacle.zh, "en": obstacle.en})
        else:
            able.append(one)
    left = assigned(facts)
    if not able:
        why = Reason("暂无可指派人员", "nobody can take it now")
        due = clocks.after(policy.rulebook.assignment.try_again, now, policy)
        # The version it was tried at: once a person moved the case, it is tried anew at once, and said anew.
        timer = clocks.timer(ClockName.ASSIGN_AGAIN, now, due, why, ref=facts.version)
        data = {"stage": facts.stage, "passed": passed[:NAMED_AT_MOST], "passed_count": len(passed)}
        silent = clocks.assign_again(facts) is not None
        return Decision(None if silent else EventKind.UNASSIGNED, {"clocks": (*left, timer)}, (why,), data)
    best = min(able, key=lambda one: (_rung(facts, one, policy), -suits(facts, one, policy), one.id))
    mark = suits(facts, best, policy)
    why = Reason(
        f"员工 {best.id}:匹配度 {mark:.2f},在办 {best.load}/{best.capacity},候选 {len(able)} 人",
        f"staff {best.id}: suits {mark:.2f}, load {best.load}/{best.capacity}, best of {len(able)}",
    )
    taken: dict[str, Any] = {"owner_id": best.id}
    if left != facts.clocks:
        taken["clocks"] = left
    data = {
        "owner": best.id,
        "stage": facts.stage,
        "passed": passed[:NAMED_AT_MOST],
        "passed_count": len(passed),
    }
    return Decision(EventKind.ASSIGNED, taken, (why,), data)


def bar(facts: CaseFacts, one: StaffFacts, policy: Policy) -> Reason | None:
    """What keeps somebody from owning a case now; None: nothing does."""
    if obstacle := taboo(facts, one, policy):
        return obstacle
    if not one.present:
        return Reason("不在岗", "absent")
    if one.load >= one.capacity:
        return Reason("已满负荷", "at capacity")
    return None


def taboo(facts: CaseFacts, one: StaffFacts, policy: Policy) -> Reason | None:
    """What keeps somebody from ever owning a case at this stage, however free he is."""
    if one.id in facts.named_staff:
        return Reason("被投诉人不得经办", "is complained about")
    if facts.stage is Stage.COUNTERPART and one.unit != facts.details.get("counterpart"):
        return Reason("非对方单位人员", "is not of the unit that is asked")
    needed = authority(facts)
    roles = policy.rulebook.assignment.roles.get(facts.stage, ())
    if needed:
        if policy.level_of(one.role) < needed:
            return Reason("权限不足", "lacks authority")
    elif one.role not in roles:
        return Reason("角色不符", "another role")
    if facts.stage is Stage.REVISIT and one.id == facts.handler_id:
        return Reason("回访须由他人进行", "handled the case himself")
    if facts.stage is Stage.APPROVAL and one.id == facts.proposer_id:
        return Reason("不得审批本人提案", "made the proposal himself")
    return None


def authority(facts: CaseFacts) -> int:
    """The level that its owner needs at this stage: what the case has climbed to, or what the proposal asks for."""
    if facts.stage not in LADDER:
        return 0
    if facts.stage is Stage.APPROVAL and facts.remedy is not None:
        return max(facts.level, int(facts.remedy["level"]))
    return facts.level


def suits(facts: CaseFacts, one: StaffFacts, policy: Policy) -> float:
    """How well somebody fits (0–1): skills asked for that he has, and how free he is."""
    terms = (facts.category, facts.business_line)
    wanted = {term.value for term in terms if term not in (None, BusinessLine.UNKNOWN)}
    skill = len(wanted & one.skills) / len(wanted) if one.skills and wanted else 0.5
    free = 1 - one.load / one.capacity if one.capacity else 0.0
    weights = policy.rulebook.assignment
    return weights.skill_weight * skill + weights.load_weight * free


def _rung(facts: CaseFacts, one: StaffFacts, policy: Policy) -> int:
    """Where authority is needed, the lowest that suffices goes first: managers are not to do supervisors' work."""
    return policy.level_of(one.role) if authority(facts) else 0


def assigned(facts: CaseFacts) -> clocks.Clocks:
    """The clocks of a case somebody owns now: nothing tries to assign it again."""
    return tuple(clock for clock in facts.clocks if clock.name is not ClockName.ASSIGN_AGAIN)
