"""The standard wording (语言规范) for a piece of work: what its owner says at this stage, to this kind of customer."""

from dataclasses import dataclass

from flows.rules import lifecycle
from models.values.case import CaseFacts, Reason
from models.values.policy import Policy
from models.values.stage_terms import Stage

TALKED_TO = lifecycle.PERSONS - {Stage.CONFIRMATION}
"""Stages whose owner speaks to the customer, or writes to him."""
WRITTEN = frozenset({Stage.WRITTEN_ANSWER})


@dataclass(frozen=True)
class Line:
    """One thing to say; `part`: greeting, opening, empathy or closing."""

    part: str
    words: Reason


def lines(facts: CaseFacts, policy: Policy) -> tuple[Line, ...]:
    """In the order of a talk; at a stage that waits for no person: none.

    The words of a kind go before those of any kind; what a complaint is about before what all complaints have.
    """
    wording = policy.rulebook.wording
    talks = wording.say.get(facts.stage)
    if talks is None:
        return ()
    talk = talks.get(facts.kind or "any", talks["any"])
    spoken = facts.stage in TALKED_TO
    empathy = wording.empathy[facts.category] if spoken and facts.category and talk.empathy else talk.empathy
    greeting = wording.greeting if spoken and facts.stage not in WRITTEN else None
    said = (("greeting", greeting), ("opening", talk.opening), ("empathy", empathy), ("closing", talk.closing))
    return tuple(Line(part, Reason(*words)) for part, words in said if words is not None)
