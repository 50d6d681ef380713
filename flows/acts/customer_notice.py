"""A notice task: the customer is told before he asks (an incident touched his shipment, a promised day passed)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Text, YesNo
from flows.rules import clocks, follow_up, scoring
from models.customer import customers
from models.values.case import CaseFacts, Decision, Refusal
from models.values.policy import Policy
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import ContactOutcome, Outcome


class TellCustomer(ActInput):
    """What the customer was told; in writing when he could not be reached, or wants no calls."""

    told: Text
    in_writing: YesNo = False


async def wants_no_calls(connection: AsyncConnection, facts: CaseFacts, policy: Policy) -> bool:
    query = select(customers.c.do_not_call).where(customers.c.id == facts.customer_id)
    return bool((await connection.execute(query)).scalar_one_or_none())


def tell_customer(facts: CaseFacts, said: TellCustomer, setting: Setting) -> Decision:
    """`setting.loaded`: whether the customer wants no calls. What was promised in it is owed, and then scored."""
    tried = [one for one in facts.attempts if one["outcome"] != ContactOutcome.CALL_BACK]
    needed = setting.policy.rulebook.course.contact_attempts
    if setting.loaded and not said.in_writing:
        raise Refusal("客户要求勿致电，请书面告知", "this customer wants no calls: tell him in writing")
    if said.in_writing and not setting.loaded and len(tried) < needed:
        raise Refusal(
            f"须先联系 {needed} 次", f"call {needed} times before you write: customers are told by voice if they can be"
        )
    changes: dict[str, Any] = {
        "outcome": Outcome.UNVERIFIED if said.in_writing else Outcome.ANSWERED,
        "handler_id": setting.actor.id,
        "clocks": clocks.meet_all(facts.clocks, setting.now),
        "hold": None,
    }
    owed, scored = clocks.promised(facts.clocks), scoring.promising(facts)
    changes |= {"overdue": follow_up.overdue(owed, setting.now)}
    changes |= {} if scored else {"closed_at": setting.now}
    data = {"in_writing": said.in_writing, "promises": [one.ref for one in owed], "scored": scored}
    return moved(facts, EventKind.CUSTOMER_TOLD, data, sealed={"told": said.told}, **changes)


ACTS = (
    Act(
        "tell-customer",
        "告知客户 · the customer was told",
        TellCustomer,
        tell_customer,
        frozenset({Stage.CUSTOMER_NOTICE}),
        load=wants_no_calls,
    ),
)
