"""From money to what the API answers about it."""

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from fastapi.exceptions import RequestValidationError

from api.money_schemas import (
    EvidenceView,
    FindingView,
    PartyTotal,
    PaymentPage,
    PaymentView,
    RechargesReport,
    RechargeView,
    SettlementView,
    ShareView,
)
from api.reports import table
from flows.rules import liability, settlement
from flows.settling.lists import Listed, Recharge
from models.values.money_terms import PaymentState
from models.values.settlement import Finding, Money, Payment, Settlement

NOTHING = Decimal("0.00")


def settlement_view(
    case_id: UUID, number: int, held: Money, findings: Sequence[Finding], currency: str, now: datetime
) -> SettlementView:
    known = held.settlement or Settlement(case_id, currency)
    done = sum((one.amount for one in held.payments if one.state is PaymentState.PAID), NOTHING)
    fields = {name: value for name, value in vars(known).items() if name != "evidence"}
    return SettlementView(
        **fields,
        evidence=[EvidenceView(**one.as_json()) for one in known.evidence],
        committed=settlement.committed(held.payments) + NOTHING,
        paid=done,
        elsewhere=held.elsewhere + NOTHING,
        other_currencies=sorted(held.unlike),
        payments=[payment_view(one, number) for one in held.payments],
        findings=[_finding(one, done, now) for one in findings],
    )


def payment_view(payment: Payment, case_number: int) -> PaymentView:
    return PaymentView(**vars(payment), case_number=case_number)


def payment_page(found: Sequence[Listed], limit: int) -> PaymentPage:
    """`next` is the place of the last one; opaque to the caller."""
    items = [payment_view(one.payment, one.case_number) for one in found]
    return PaymentPage(items=items, next=_cursor(items[-1]) if len(items) == limit else None)


def place(cursor: str | None) -> tuple[datetime, UUID, int] | None:
    """Where a page ended; raises RequestValidationError for what was never a cursor of ours."""
    if cursor is None:
        return None
    try:
        due, case_id, number = json.loads(base64.urlsafe_b64decode(cursor))
        moment = datetime.fromisoformat(due)
        if moment.tzinfo is None or not 2000 <= moment.year <= 2200 or not 0 < int(number) < 2**31:
            raise ValueError
        return moment, UUID(case_id), int(number)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        raise RequestValidationError([{"type": "cursor", "loc": ("query", "cursor")}]) from None


def recharges_report(found: Iterable[Recharge], first: date | None, last: date | None) -> RechargesReport:
    items = [RechargeView.model_validate(one, from_attributes=True) for one in found]
    parties: dict[tuple[str, str], list[RechargeView]] = defaultdict(list)
    for one in items:
        parties[one.party, one.currency].append(one)
    totals = [
        PartyTotal(
            party=party,
            currency=currency,
            charged=sum((one.charged for one in each), NOTHING),
            cases=len({one.case_id for one in each}),
        )
        for (party, currency), each in sorted(parties.items())
    ]
    return RechargesReport(first=first, last=last, totals=totals, items=items)


def recharges_csv(report: RechargesReport) -> str:
    """A line for each charge; the totals are for a spreadsheet to sum."""
    return table(list(RechargeView.model_fields), (list(one.model_dump().values()) for one in report.items))


def _finding(finding: Finding, paid: Decimal, now: datetime) -> FindingView:
    parts = liability.charges(paid, finding.shares)
    shares = [ShareView(**vars(one), charged=parts[one.party]) for one in finding.shares]
    same = {name: value for name, value in vars(finding).items() if name in FindingView.model_fields}
    return FindingView(**same | {"shares": shares}, standing=liability.standing(finding, now))


def _cursor(last: PaymentView) -> str:
    said = json.dumps([last.due_at.isoformat(), str(last.case_id), last.number])
    return base64.urlsafe_b64encode(said.encode()).decode()
