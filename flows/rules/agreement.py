"""The customer's agreement: to the standing proposal, and so to the payments of that alone."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from flows.rules import vouchers
from flows.rules.settlement import row
from models.values.case import CaseFacts, Row
from models.values.settlement import Money, Settlement

FED_BACK = "feed_back"
"""How an agreement came about that nobody asked for apart: the customer accepted the outcome."""


def agreed(facts: CaseFacts, known: Settlement, money: Money) -> tuple[Row, ...]:
    """The settlement agreed to, and the compensation asked for that was waiting for that."""
    waiting = vouchers.unagreed(facts.remedy, money.payments)
    return (row(known), *(row(replace(one, agreed_at=known.agreed_at)) for one in waiting))


def agreed_when_told(facts: CaseFacts, money: Money, currency: str, now: datetime) -> tuple[Row, ...]:
    """Who accepts the outcome agrees to what it pays, unless he said so before."""
    compensation = Decimal((facts.remedy or {}).get("compensation", 0))
    known = money.settlement or Settlement(facts.id, currency)
    if not compensation or known.agreed_at is not None:
        return ()
    told = replace(known, agreed_amount=compensation, agreed_at=now, agreed_how=FED_BACK, agreed_party=facts.party)
    return agreed(facts, told, money)
