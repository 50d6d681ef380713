"""Who may see a case and who may decide on it: role and relation to the case (domain.md §3)."""

from enum import StrEnum

from flows.rules import assignment
from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import Procedure, Role


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
    """Those complained about never see it, a channel only brings cases in, a business unit sees incidents of its own;
    to them the rest does not exist."""
    if actor.role is Role.BUSINESS_UNIT and not concerned(facts, actor.unit):
        return False
    return actor.role is not Role.CHANNEL and relation(facts, actor, policy) is not Relation.NAMED


def concerned(facts: CaseFacts, unit: str | None) -> bool:
    """Whether a case is a unit's: the incident it reported, is asked about, or was found liable for."""
    return (
        unit is not None
        and facts.procedure is Procedure.INCIDENT
        and unit in (facts.unit, facts.liable, facts.details.get("counterpart"))
    )


def barred(facts: CaseFacts, actor: StaffFacts, policy: Policy) -> Reason | None:
    """What keeps somebody who sees a case from deciding on it; None: nothing."""
    if relation(facts, actor, policy) is Relation.COLLEAGUE:
        return Reason("仅经办人或上级可以处理", "only its owner, or somebody above, decides on this case")
    return None
