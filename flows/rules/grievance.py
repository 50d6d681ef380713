"""What a customer wrote at a revisit: whether it is a complaint, and the complaint it opens."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flows.rules import triage
from models.values.case import CaseFacts, Decision, Opening, Reason
from models.values.classification import Classification
from models.values.course_policy import Revisits
from models.values.policy import Policy
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Channel, Kind, Party


def amounts(reading: Classification, satisfaction: int | None, policy: Revisits) -> bool:
    """It reads as a complaint: sure enough, or said by somebody who is not satisfied."""
    dissatisfied = satisfaction is not None and satisfaction <= policy.dissatisfied_at
    return reading.kind is Kind.COMPLAINT and (reading.confidence >= policy.grievance_at or dissatisfied)


def complaint(id_: UUID, contact: CaseFacts, text: str, policy: Policy, now: datetime) -> Opening:
    """A complaint of the customer about the shipment he was asked about; from here on like any other."""
    bare = CaseFacts(
        id=id_,
        stage=Stage.RECEIVED,
        received_at=now,
        recorded_at=now,
        channel=Channel.OUTBOUND,
        party=Party.CARGO_OWNER,
        customer_id=contact.customer_id,
        waybill=contact.waybill,
        details={"revisit": str(contact.id)},
    )
    facts = replace(bare, clocks=triage.received(bare, policy))
    data = {
        "channel": facts.channel,
        "party": facts.party,
        "received_at": now.isoformat(),
        "lag_seconds": 0,
        "waybill": facts.waybill,
        "recording": None,
        "revisit": str(contact.id),
    }
    why = Reason(f"回访 {contact.number} 中客户所述", f"said at revisit {contact.number}")
    sealed: dict[str, Any] = {"text": text, "remedy_sought": None, "caller": {}}
    return Opening(facts, Decision(EventKind.RECEIVED, {}, (why,), data, sealed))
