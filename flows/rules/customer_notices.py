"""Notice tasks: the customer is told before he asks, all his shipments in one call, each shipment once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flows.rules import clocks
from flows.rules.incident_course import AGAIN
from models.values.case import CaseFacts, Decision, Opening, Reason, Row
from models.values.incident import CustomerNotice
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Channel, CustomerClass, Party, Procedure

PROMISE = "promise"


@dataclass(frozen=True)
class Told:
    """A shipment a customer is to be told about."""

    customer_id: int
    """Whose record it stands under; of a merged customer that is not the one who is called."""
    order_id: str
    waybill: str | None


@dataclass(frozen=True)
class Call:
    """One customer to call: the fresh id of the task, and what about."""

    id: UUID
    customer_id: int
    customer_class: CustomerClass | None
    shipments: Sequence[Told]


def opening(call: Call, cause: str, incident: tuple[UUID, int] | None, policy: Policy, now: datetime) -> Opening:
    """The task for one customer. `incident`: id and number of the one it is about; none: a promised day passed."""
    count = len(call.shipments)
    if incident is not None:
        why = Reason(
            f"事故 {incident[1]} 涉及其 {count} 票货物，客户尚未投诉",
            f"incident {incident[1]} touched {count} shipments of a customer who has not complained yet",
        )
    else:
        why = Reason(f"{count} 票货物已过承诺日未送达", f"{count} shipments were not delivered by the promised day")
    waybills = [one.waybill for one in call.shipments if one.waybill is not None]
    facts = CaseFacts(
        id=call.id,
        stage=Stage.CUSTOMER_NOTICE,
        received_at=now,
        recorded_at=now,
        channel=Channel.OUTBOUND,
        procedure=Procedure.INCIDENT,
        party=Party.CARGO_OWNER,
        customer_id=call.customer_id,
        customer_class=call.customer_class,
        waybill=waybills[0] if waybills else None,
        linked_to=incident[0] if incident else None,
        rulebook=policy.hash,
        details=CustomerNotice(cause if cause == PROMISE else "incident", count).as_json(),
        clocks=(clocks.start(ClockName.CUSTOMER_NOTICE, policy.incidents.clocks.customer_notice, now, policy),),
    )
    rows = tuple(
        Row(
            "shipment_notices",
            {"cause": cause, "customer_id": one.customer_id, "order_id": one.order_id, "case_id": call.id},
        )
        for one in call.shipments
    )
    data = {"cause": facts.details["cause"], "shipments": count, "incident": str(incident[0]) if incident else None}
    return Opening(facts, Decision(EventKind.NOTICE_OPENED, {}, (why,), data, rows=rows))


def reached_out(
    facts: CaseFacts, calls: Sequence[Call], details: dict[str, object], *, left: bool, policy: Policy, now: datetime
) -> Decision:
    """The step `reach_out` of an incident: notice tasks for a batch of customers; `left`: there are more.

    That it looked again and found nobody is no event.
    """
    if not calls and facts.details.get("reach") == AGAIN:
        return Decision(None, {"details": details})
    opens = tuple(opening(one, str(facts.id), (facts.id, facts.number), policy, now) for one in calls)
    count = sum(len(one.shipments) for one in calls)
    data = {"customers": len(calls), "shipments": count, "left": left}
    why = Reason(
        f"{len(calls)} 位客户({count} 票)待主动告知", f"{len(calls)} customers ({count} shipments) are to be told"
    )
    return Decision(EventKind.REACHED_OUT, {"details": details}, (why,), data, opens=opens)
