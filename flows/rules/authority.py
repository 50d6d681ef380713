"""How much authority a decision needs: compensation by amount and class, incidents by grade and class; and four eyes.

Source: the trade's practice ("compensation split to stay under one's limit"); the figures are the rulebook's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.values.case import CaseFacts, Reason, StaffFacts
from models.values.incident_terms import IncidentGrade
from models.values.policy import Policy
from models.values.vocabulary import CustomerClass


@dataclass(frozen=True)
class Needed:
    """The level a compensation needs, and of which sum that is the level."""

    level: int
    total: Decimal
    why: Reason


def level_for(amount: Decimal, customer_class: CustomerClass | None, policy: Policy) -> int:
    """The lowest level that may grant so much to a customer of this class; the highest has no limit."""
    approval = policy.rulebook.approval
    limits = approval.by_class.get(customer_class or policy.rulebook.default_class, approval.limits)
    return next((level for level, limit in enumerate(limits) if amount <= limit), len(limits) - 1)


def for_compensation(amount: Decimal, others: Sequence[Decimal], facts: CaseFacts, policy: Policy) -> Needed:
    """What `amount` needs together with the other payments: splitting a sum does not lower the authority it needs.

    Payments made or promised on the same waybill, to the same customer or caller in the rulebook's window. Where no
    money is to move, no authority is needed. The reason names no cases: who reads it may not know of them.
    """
    if not amount:
        return Needed(0, amount, Reason("不涉及赔付", "no money is to be paid"))
    total = amount + sum(others, Decimal(0))
    level = level_for(total, facts.customer_class, policy)
    en = policy.rulebook.settlement.currency
    zh = "元" if en == "CNY" else en
    if not others:
        why = Reason(f"赔付 {amount} {zh}，须 {level} 级权限", f"{amount} {en} need level {level}")
        return Needed(level, total, why)
    more = total - amount
    why = Reason(
        f"赔付 {amount} {zh}，与同一运单、客户或来电人近期另 {len(others)} 笔共 {more} {zh}"
        f"合计 {total} {zh}，须 {level} 级权限",
        f"{amount} {en} count together with {more} {en} of {len(others)} other payments on the same waybill, to the "
        f"same customer or caller: {total} {en} in all need level {level}",
    )
    return Needed(level, total, why)


def for_incident(grade: IncidentGrade, customer_class: CustomerClass | None, policy: Policy) -> int:
    """The level that decides on an incident of this grade; what the rulebook does not name is for the highest."""
    levels = policy.rulebook.assignment.levels
    role = policy.rulebook.approval.incidents.get(grade, {}).get(customer_class or policy.rulebook.default_class)
    return levels.index(role) if role is not None else policy.top_level


def own_proposal(facts: CaseFacts, actor: StaffFacts) -> bool:
    """Four eyes: whether he made the proposal, or an earlier one that somebody else had to decide on."""
    return actor.id == facts.proposer_id or actor.id in (facts.remedy or {}).get("proposers", ())


def proposers(facts: CaseFacts, actor: StaffFacts, *, approval: bool) -> list[int]:
    """Who may not approve what stands after a proposal of `actor`: also not by having somebody else propose it anew."""
    earlier = set((facts.remedy or {}).get("proposers", ()))
    return sorted(earlier | ({actor.id} if approval else set()))
