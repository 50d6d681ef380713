"""Who may see a case and who may decide on it: role and relation to the case (domain.md §3)."""

from enum import StrEnum

from flows.rules import assignment
from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Role


class Relation(StrEnum):
    OWNER = "owner"
    ABOVE = "above"
    """Somebody with more authority than the level the case stands at."""
    ABLE = "able"
    """Nobody owns it, and this person could."""
    NAMED = "named"
    """The one complained about."""
    COLLEAGUE = "colleague"


def relation(facts: CaseFacts, actor: StaffFacts, policy: Policy) -> Relation:
    if actor.id in facts.named_staff:
        return Relation.NAMED
    if actor.id == facts.owner_id:
        return Relation.OWNER
    if actor.level > 0 and actor.level >= facts.level:
        return Relation.ABOVE
    if facts.owner_id is None and assignment.taboo(facts, actor, policy) is None:
        return Relation.ABLE
    return Relation.COLLEAGUE


def sees(facts: CaseFacts, actor: StaffFacts, policy: Policy) -> bool:
    """Those complained about never see it, and a channel only brings cases in; to them it does not exist."""
    return actor.role is not Role.CHANNEL and relation(facts, actor, policy) is not Relation.NAMED


def barred(facts: CaseFacts, actor: StaffFacts, policy: Policy) -> Reason | None:
    """What keeps somebody who sees a case from deciding on it; None: nothing."""
    if relation(facts, actor, policy) is Relation.COLLEAGUE:
        return Reason("仅经办人或上级可以处理", "only its owner, or somebody above, decides on this case")
    return None
