"""The standard wording (语言规范) for a piece of work: what its owner says at this stage, to this kind of customer."""

from dataclasses import dataclass

from flows.rules import incident_course
from models.values.case import CaseFacts, Reason
from models.values.policy import Policy
from models.values.stage_terms import Stage

GREETED = frozenset(
    {Stage.TRIAGE, Stage.CARRY_OUT, Stage.APPROVAL, Stage.FEED_BACK, Stage.ANSWER, Stage.PROMISED},
)
"""Stages at which the customer may be the one who calls; where only we do, the opening greets."""
AMONG_US = (incident_course.PERSONS - {Stage.CUSTOMER_NOTICE}) | {Stage.CONFIRMATION, Stage.ASSESSMENT}
"""Stages whose owner speaks to colleagues only."""


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
    talked = talk.empathy is not None and facts.stage not in AMONG_US
    empathy = wording.empathy[facts.category] if talked and facts.category else talk.empathy
    greeting = wording.greeting if facts.stage in GREETED else None
    said = (("greeting", greeting), ("opening", talk.opening), ("empathy", empathy), ("closing", talk.closing))
    return tuple(Line(part, Reason(*words)) for part, words in said if words is not None)
