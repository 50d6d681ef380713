"""Who owns a case at the stage it stands at: able, allowed, present, least loaded; never whom it names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest
from typing import Any, NamedTuple

from flows.rules import absence, arbiters, clocks
from flows.rules.authority import own_proposal
from models.values.case import CaseFacts, Decision, Reason, StaffFacts
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.request import RequestDetails
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import BusinessLine

LADDER = frozenset(
    {Stage.CARRY_OUT, Stage.FEED_BACK, Stage.FINAL_POSITION, Stage.APPROVAL, Stage.FINDING, Stage.CLOSING}
)
"""Stages whose owner must have the authority the case, or the amount to approve, has climbed to."""

WITH_CUSTOMER = frozenset({Stage.CARRY_OUT, Stage.FEED_BACK, Stage.ANSWER})
"""Stages at which a class of customers may have people of its own."""

NAMED_AT_MOST = 8
"""How many of those passed over a decision lists; it always counts all."""
BEHIND_AT_MOST = 3
"""How many of those who could as well have taken it are listed."""

NAMED, UNIT_NAMED = (
    Reason("被投诉人不得经办", "is complained about"),
    Reason("所属单位被投诉", "works in a unit complained about"),
)
NOT_ASKED = Reason("非对方单位人员", "is not of the unit that is asked")
ANOTHER_ROLE, AUTHORITY = Reason("角色不符", "another role"), Reason("权限不足", "lacks authority")
REVISITS, PROPOSED = (
    Reason("回访须由他人进行", "handled the case himself"),
    Reason("不得审批本人提案", "made the proposal himself"),
)
ABSENT, FULL = Reason("不在岗", "absent"), Reason("已满负荷", "at capacity")
CLOSEST = (NAMED, UNIT_NAMED, REVISITS, PROPOSED, NOT_ASKED, FULL, ABSENT, AUTHORITY, ANOTHER_ROLE)
"""The order in which those passed over are listed: first those one would ask about."""


class Team:
    """Everybody who could own a case, by role, with the load kept up while cases are given out."""

    def __init__(self, members: Iterable[StaffFacts]) -> None:
        self._by_role: dict[Role, dict[int, StaffFacts]] = {}
        self._role_of: dict[int, Role] = {}
        for one in members:
            self._by_role.setdefault(one.role, {})[one.id] = one
            self._role_of[one.id] = one.role

    def __len__(self) -> int:
        return len(self._role_of)

    def __getitem__(self, id_: int) -> StaffFacts:
        return self._by_role[self._role_of[id_]][id_]

    def add(self, id_: int) -> None:
        """One more case for somebody."""
        one = self[id_]
        self._by_role[one.role][id_] = replace(one, load=one.load + 1)

    def roles(self) -> Iterator[tuple[Role, Mapping[int, StaffFacts]]]:
        return iter(self._by_role.items())


class _Able(NamedTuple):
    """Sorted as the choice goes."""

    rung: int
    preferred: int
    mark: float
    id: int


def decide(
    facts: CaseFacts,
    staff: Iterable[StaffFacts] | Team,
    policy: Policy,
    now: datetime,
    manager_id: int | None = None,
) -> Decision:
    """The owner and why he, the candidates passed over and why; nobody: try again later, and say so once.

    `manager_id`: the customer's account manager.
    """
    team = staff if isinstance(staff, Team) else Team(staff)
    able, barred = _sorted_out(facts, team, policy, manager_id)
    passed = _passed(barred)
    if not able:
        why = Reason("暂无可指派人员", "nobody can take it now")
        due = clocks.after(policy.rulebook.assignment.try_again, now, policy)
        # The version it was tried at: once a person moved the case, it is tried anew at once, and said anew.
        timer = clocks.timer(ClockName.ASSIGN_AGAIN, now, due, why, ref=facts.version)
        silent = clocks.assign_again(facts) is not None
        changes = {"clocks": (*_unowned(facts), timer)}
        return Decision(None if silent else EventKind.UNASSIGNED, changes, (why,), {"stage": facts.stage, **passed})
    first, *others = nsmallest(BEHIND_AT_MOST + 1, able)
    best = team[first.id]
    taken: dict[str, Any] = {"owner_id": best.id}
    if (left := assigned(facts, best, policy, now)) != facts.clocks:
        taken["clocks"] = left
    data = {"owner": best.id, "stage": facts.stage, **passed}
    data["behind"] = [_behind(first, other, team[other.id], facts) for other in others]
    return Decision(EventKind.ASSIGNED, taken, (_chosen(first, best, len(able), facts),), data)


def _sorted_out(
    facts: CaseFacts, team: Team, policy: Policy, manager_id: int | None
) -> tuple[list[_Able], dict[Reason, list[int]]]:
    """Those able, and those barred by their reason. What hangs on the role is asked once a role, not once a person."""
    able: list[_Able] = []
    barred: dict[Reason, list[int]] = defaultdict(list)
    units, suspects = facts.named_units, {*facts.named_staff, facts.handler_id, facts.proposer_id}
    each = facts.stage in (Stage.APPROVAL, Stage.CONTACT, Stage.COUNTERPART, Stage.FINDING)
    marks = _Marks(facts, policy)
    climbs = bool(authority(facts))
    for role, members in team.roles():
        unfit = _unfit(facts, role, policy)
        rung = policy.level_of(role) if climbs else 0
        favoured = role in policy.rulebook.assignment.class_roles.get(marks.customer_class, ())
        for one in members.values():
            if each or one.id in suspects or (units and one.unit in units):
                obstacle = taboo(facts, one, policy) or _busy(one)
            else:
                obstacle = unfit or _busy(one)
            if obstacle is not None:
                barred[obstacle].append(one.id)
                continue
            preferred = 2 * (one.id == manager_id) + (favoured or marks.senior(one))
            able.append(_Able(rung, -preferred, -marks.of(one), one.id))
    return able, barred


def bar(facts: CaseFacts, one: StaffFacts, policy: Policy) -> Reason | None:
    """What keeps somebody from owning a case now; None: nothing does."""
    return taboo(facts, one, policy) or _busy(one)


def taboo(facts: CaseFacts, one: StaffFacts, policy: Policy) -> Reason | None:
    """What keeps somebody from ever owning a case at this stage, however free he is."""
    if one.id in facts.named_staff:
        return NAMED
    if one.unit is not None and one.unit in facts.named_units:
        return UNIT_NAMED
    if obstacle := _unfit(facts, one.role, policy):
        return obstacle
    if facts.stage is Stage.COUNTERPART and one.unit != facts.details.get("counterpart"):
        return NOT_ASKED
    if facts.stage is Stage.FINDING:
        return arbiters.barred(facts, one, policy)
    if facts.stage is Stage.REVISIT and one.id == facts.handler_id:
        return REVISITS
    if facts.stage is Stage.CONTACT and one.id in facts.details.get("barred", ()):
        return REVISITS
    if facts.stage is Stage.APPROVAL and own_proposal(facts, one):
        return PROPOSED
    return None


def _unfit(facts: CaseFacts, role: Role, policy: Policy) -> Reason | None:
    """What in his role keeps somebody from a case at this stage."""
    rules = policy.rulebook.assignment
    if needed := authority(facts):
        return AUTHORITY if policy.level_of(role) < needed else None
    if role in rules.roles.get(facts.stage, ()):
        return None
    customer_class = facts.customer_class or policy.rulebook.default_class
    if facts.stage in WITH_CUSTOMER and role in rules.class_roles.get(customer_class, ()):
        return None
    return ANOTHER_ROLE


def _busy(one: StaffFacts) -> Reason | None:
    if not one.present:
        return ABSENT
    return FULL if one.load >= one.capacity else None


def authority(facts: CaseFacts) -> int:
    """The level that its owner needs at this stage: what the case has climbed to, or what the proposal asks for."""
    if facts.stage not in LADDER:
        return 0
    if facts.stage is Stage.APPROVAL and RequestDetails.of(facts.details).asked is not None:
        return 0  # whether it is a complaint at all: any other pair of eyes that may approve
    if facts.stage is Stage.APPROVAL and facts.remedy is not None:
        return max(facts.level, int(facts.remedy["level"]))
    return facts.level


def unauthorised(facts: CaseFacts, one: StaffFacts) -> Reason | None:
    """Why somebody lacks the level that a decision at this stage needs; None: he has it.

    A deputy may act on a case that he could never own: the desk is lent to him, the level is not.
    """
    needed = authority(facts)
    if one.level >= needed:
        return None
    return Reason(f"须由 {needed} 级或以上决定", f"somebody of level {needed} or above decides this")


def suits(facts: CaseFacts, one: StaffFacts, policy: Policy) -> float:
    """How well somebody fits (0–1): skills asked for that he has, how free he is, whether of the responsible unit."""
    return _Marks(facts, policy).of(one)


class _Marks:
    """The marks of one case. Many share a set of skills, so each set is judged once."""

    def __init__(self, facts: CaseFacts, policy: Policy) -> None:
        rules = policy.rulebook.assignment
        total = rules.skill_weight + rules.load_weight + rules.unit_weight
        self._skill, self._load = rules.skill_weight / total, rules.load_weight / total
        self._unit, self._unknown = rules.unit_weight / total, rules.skill_unknown
        self._of_unit = facts.unit
        terms = (facts.category, facts.business_line)
        self._wanted = {term.value for term in terms if term not in (None, BusinessLine.UNKNOWN)}
        self._known: dict[frozenset[str], float] = {}
        self.customer_class = facts.customer_class or policy.rulebook.default_class
        self._senior = frozenset(rules.class_skills.get(self.customer_class, ()))

    def of(self, one: StaffFacts) -> float:
        if (skill := self._known.get(one.skills)) is None:
            wanted = self._wanted
            skill = len(wanted & one.skills) / len(wanted) if one.skills and wanted else self._unknown
            self._known[one.skills] = skill
        free = 1 - one.load / one.capacity if one.capacity else 0.0
        unit = self._unit if self._unit and self._of_unit == one.unit else 0.0
        return self._skill * skill + self._load * free + unit

    def senior(self, one: StaffFacts) -> bool:
        return not self._senior.isdisjoint(one.skills)


def _chosen(first: _Able, best: StaffFacts, able: int, facts: CaseFacts) -> Reason:
    zh = f"员工 {best.id}：匹配度 {-first.mark:.2f}，在办 {best.load}/{best.capacity}，候选 {able} 人"
    en = f"staff {best.id}: suits {-first.mark:.2f}, load {best.load}/{best.capacity}, best of {able}"
    if first.preferred <= -2:
        zh, en = f"{zh}；该客户的客户经理", f"{en}; the customer's account manager"
    elif first.preferred:
        zh, en = f"{zh}；{facts.customer_class} 类客户优先人选", f"{en}; preferred for class {facts.customer_class}"
    return Reason(zh, en)


def _behind(first: _Able, other: _Able, one: StaffFacts, facts: CaseFacts) -> dict[str, Any]:
    """Why somebody who could have taken it did not get it."""
    shown = f"{-other.mark:.2f}"
    if other.rung != first.rung:
        zh, en = "级别高于所需", "a higher level than it needs"
    elif other.preferred != first.preferred:
        zh = f"非 {facts.customer_class} 类客户首选，匹配度 {shown}"
        en = f"comes after those preferred for class {facts.customer_class}, suits {shown}"
    elif other.mark != first.mark:
        zh = f"匹配度 {shown} 较低，在办 {one.load}/{one.capacity}"
        en = f"suits less: {shown}, load {one.load}/{one.capacity}"
    else:
        zh, en = f"同为 {shown}，编号在后", f"suits as well, {shown}; the lower number goes first"
    return {"staff": one.id, "zh": zh, "en": en}


def _passed(barred: Mapping[Reason, list[int]]) -> dict[str, Any]:
    """Those who could not take it: the closest ones by name, all of them counted, in all and by reason."""
    reasons = sorted(barred, key=lambda why: CLOSEST.index(why) if why in CLOSEST else 0)
    named = [(id_, why) for why in reasons for id_ in sorted(barred[why])[:NAMED_AT_MOST]]
    return {
        "passed": [{"staff": id_, "zh": why.zh, "en": why.en} for id_, why in named[:NAMED_AT_MOST]],
        "passed_count": sum(len(ids) for ids in barred.values()),
        "passed_why": {why.en: len(barred[why]) for why in reasons},
    }


def assigned(facts: CaseFacts, owner: StaffFacts, policy: Policy, now: datetime) -> clocks.Clocks:
    """The clocks of a case somebody owns now: nothing tries to assign it again, unless he is or will be away."""
    return absence.waiting_for(replace(facts, clocks=_unowned(facts)), owner, policy, now)


def _unowned(facts: CaseFacts) -> clocks.Clocks:
    return tuple(clock for clock in facts.clocks if clock.name is not ClockName.ASSIGN_AGAIN)
