"""A closed complaint that is handled again: at the customer's word, or at the regulator's."""

from typing import Any

from models.values.case import CaseFacts
from models.values.policy import Policy


def again(facts: CaseFacts, policy: Policy) -> dict[str, Any]:
    """What changes: one level higher, everything about its end taken back. Stage and clocks are the caller's."""
    return {
        "level": min(facts.level + 1, len(policy.rulebook.assignment.levels) - 1),
        "reopenings": facts.reopenings + 1,
        "owner_id": None,
        "outcome": None,
        "score": None,
        "solved": None,
        "remedy": None,
        "linked_to": None,
        "withdrawn": False,
        "closed_at": None,
    }
