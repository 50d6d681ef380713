"""A notice task: the customer is told before he asks (an incident touched his shipment, a promised day passed)."""

from typing import Any

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Text, YesNo
from flows.rules import clocks
from models.values.case import CaseFacts, Decision, Refusal
from models.values.vocabulary import ContactOutcome, EventKind, Outcome, Stage


class TellCustomer(ActInput):
    """What the customer was told; in writing when he could not be reached."""

    told: Text
    in_writing: YesNo = False


def tell_customer(facts: CaseFacts, said: TellCustomer, setting: Setting) -> Decision:
    tried = [one for one in facts.attempts if one["outcome"] != ContactOutcome.CALL_BACK]
    needed = setting.policy.rulebook.course.contact_attempts
    if said.in_writing and len(tried) < needed:
        raise Refusal(
            f"须先联系 {needed} 次", f"call {needed} times before you write: customers are told by voice if they can be"
        )
    changes: dict[str, Any] = {
        "outcome": Outcome.UNVERIFIED if said.in_writing else Outcome.ANSWERED,
        "handler_id": setting.actor.id,
        "clocks": clocks.meet_all(facts.clocks, setting.now),
        "overdue": False,
        "hold": None,
        "closed_at": setting.now,
    }
    data = {"in_writing": said.in_writing}
    return moved(facts, EventKind.CUSTOMER_TOLD, data, sealed={"told": said.told}, **changes)


ACTS = (
    Act(
        "tell-customer",
        "告知客户 · the customer was told",
        TellCustomer,
        tell_customer,
        frozenset({Stage.CUSTOMER_NOTICE}),
    ),
)
