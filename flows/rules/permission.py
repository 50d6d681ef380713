"""Who may see a case and what he may do with it: role × relation to the case, by the table."""

from collections.abc import Iterable
from decimal import Decimal

from flows.rules import assignment
from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.people_terms import Role
from models.values.permissions import Permissions, Permit, Relation
from models.values.policy import Policy
from models.values.rulebook import Rulebook
from models.values.stage_terms import Stage

ASKED: dict[Stage, tuple[Permit, ...]] = {
    Stage.TRIAGE: (Permit.CLASSIFY,),
    Stage.CARRY_OUT: (Permit.PROPOSE, Permit.CARRY_OUT),
    Stage.APPROVAL: (Permit.APPROVE, Permit.REJECT),
    Stage.FEED_BACK: (Permit.FEED_BACK, Permit.CONTACT),
    Stage.REVISIT: (Permit.SURVEY, Permit.CONTACT),
    Stage.WRITTEN_ANSWER: (Permit.ANSWER,),
    Stage.FINAL_POSITION: (Permit.FEED_BACK,),
    Stage.ANSWER: (Permit.ANSWER,),
    Stage.CONFIRMATION: (Permit.CONFIRM,),
    Stage.PROMISED: (Permit.KEEP_PROMISE,),
    Stage.CONTACT: (Permit.ANSWER_QUESTIONNAIRE, Permit.CONTACT),
    Stage.VISIT: (Permit.ANSWER_QUESTIONNAIRE,),
    Stage.ASSESSMENT: (Permit.ASSESS,),
    Stage.CONTAINMENT: (Permit.CONTAIN,),
    Stage.INVESTIGATION: (Permit.INVESTIGATE,),
    Stage.COUNTERPART: (Permit.RESPOND,),
    Stage.FINDING: (Permit.NAME_LIABLE,),
    Stage.CORRECTION: (Permit.PLAN_CORRECTION, Permit.COMPLETE_CORRECTION),
    Stage.EFFECT: (Permit.CHECK_EFFECT,),
    Stage.CLOSING: (Permit.CONCLUDE,),
    Stage.CUSTOMER_NOTICE: (Permit.TELL_CUSTOMER, Permit.CONTACT),
}
"""What a stage asks of its owner: without it the case would never go on."""


def relations(facts: CaseFacts, actor: StaffFacts, policy: Policy, *, at_hand: bool = False) -> frozenset[Relation]:
    """Everything somebody is to a case; `at_hand`: he looked its caller up a moment ago."""
    if named(facts, actor):
        return frozenset({Relation.NAMED})
    held = {
        Relation.NONE: True,
        Relation.OWNER: facts.owner_id is not None and facts.owner_id in {actor.id, *actor.deputises},
        Relation.ABOVE: actor.level > 0 and actor.level >= facts.level,
        Relation.ABLE: facts.owner_id is None and assignment.taboo(facts, actor, policy) is None,
        Relation.UNIT: actor.unit is not None
        and actor.unit in (facts.unit, facts.liable, *facts.liable_units, facts.details.get("counterpart")),
        Relation.CALLER_AT_HAND: at_hand,
        Relation.MONEY: money(facts, policy),
        Relation.CORRECTOR: actor.id in correctors(facts),
    }
    return frozenset(relation for relation, holds in held.items() if holds)


def correctors(facts: CaseFacts) -> frozenset[int]:
    """Whose corrective actions an incident has, or had."""
    return frozenset(one["owner"] for one in facts.details.get("actions", ()))


def only_as_corrector(permit: Permit, facts: CaseFacts, actor: StaffFacts, policy: Policy) -> bool:
    """Whether he may do this for no other reason than that a corrective action is his."""
    row = policy.permissions.by_relation[actor.role]
    return {one for one in relations(facts, actor, policy) if permit in row[one]} == {Relation.CORRECTOR}


def named(facts: CaseFacts, actor: StaffFacts) -> bool:
    """Whether he, or his unit, is complained about."""
    return actor.id in facts.named_staff or (actor.unit is not None and actor.unit in facts.named_units)


def money(facts: CaseFacts, policy: Policy) -> bool:
    """Whether money is in a case: paid, proposed, or what it is about."""
    proposed = Decimal((facts.remedy or {}).get("compensation", 0))
    return facts.paid > 0 or proposed > 0 or facts.category in policy.permissions.money_categories


def permits(facts: CaseFacts, actor: StaffFacts, policy: Policy, *, at_hand: bool = False) -> frozenset[Permit]:
    """What somebody may do with a case; nothing of it when he may not even see it."""
    row = policy.permissions.by_relation[actor.role]
    found: frozenset[Permit] = frozenset()
    for relation in relations(facts, actor, policy, at_hand=at_hand):
        found |= row[relation]
    return found if Permit.READ_CASE in found else frozenset()


def may(actor: StaffFacts, permit: Permit, policy: Policy) -> bool:
    """What is not about one case goes by role alone."""
    return permit in policy.permissions.anywhere[actor.role]


def roles_who(permit: Permit, relation: Relation, policy: Policy) -> list[Role]:
    """The roles that a relation to a case lets do this."""
    return [role for role, columns in policy.permissions.by_relation.items() if permit in columns[relation]]


def ever(permit: Permit, actor: StaffFacts, policy: Policy) -> bool:
    """Whether his role does this with any case, whatever he is to it."""
    return any(permit in permits for permits in policy.permissions.by_relation[actor.role].values())


def barred(permit: Permit, actor: StaffFacts, policy: Policy, level: int = 0) -> Reason:
    """Why somebody who sees a case may not do this with it; `level`: the one that the case has climbed to."""
    columns = policy.permissions.by_relation[actor.role]
    who = dict(_WHO)
    if level > actor.level:
        zh, en = who[Relation.ABOVE]
        who[Relation.ABOVE] = f"{zh}（本工单须 {level} 级及以上）", f"{en} (this one is for level {level} or above)"
    able = [who[relation] for relation in who if permit in columns[relation]]
    if not able:
        return Reason("您的角色无权执行此操作", "your role does not do that")
    return Reason(
        f"您的角色仅可作为以下身份处理：{'、'.join(zh for zh, _ in able)}",
        f"your role may do that only {' or '.join(en for _, en in able)}",
    )


_WHO: dict[Relation, tuple[str, str]] = {
    Relation.OWNER: ("经办人", "as the owner of the case"),
    Relation.ABOVE: ("上级", "on cases up to its level"),
    Relation.ABLE: ("可领取无主工单的人", "on a case that nobody owns and it could take"),
    Relation.UNIT: ("责任单位人员", "on cases of its own unit"),
    Relation.CALLER_AT_HAND: ("刚接待该客户的人", "with the caller at hand, just looked up or received"),
    Relation.MONEY: ("涉及赔付的工单的经手人", "on cases with money in them"),
    Relation.CORRECTOR: ("整改负责人", "on incidents of which a corrective action is its own"),
}


def hands_tied(rulebook: Rulebook, table: Permissions) -> list[str]:
    """Where the table would let a case stand still: whoever owns it may not do what its stage asks for."""
    return [
        f"{role} may own a case at {stage} and not {' or '.join(lacking)}"
        for stage, asked in ASKED.items()
        for role in dict.fromkeys(_owners(rulebook, stage))
        if (lacking := [one for one in (Permit.READ_CASE, *asked) if not _owner_may(table, stage, role, one)])
    ]


def _owner_may(table: Permissions, stage: Stage, role: Role, permit: Permit) -> bool:
    columns = table.by_relation[role]
    always = columns[Relation.NONE]
    if stage is Stage.COUNTERPART:
        always |= columns[Relation.UNIT]  # nobody but somebody of the unit that is asked owns it there
    return permit in always or (permit is not Permit.READ_CASE and permit in columns[Relation.OWNER])


def _owners(rulebook: Rulebook, stage: Stage) -> Iterable[Role]:
    yield from rulebook.assignment.roles.get(stage, ())
    if stage in assignment.WITH_CUSTOMER:
        for roles in rulebook.assignment.class_roles.values():
            yield from roles
    if stage in assignment.LADDER:
        yield from rulebook.assignment.levels[1:]
