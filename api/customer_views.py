"""From a customer's record to what the API answers: masked by role."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from api.customer_schemas import (
    CustomerSummary,
    CustomerView,
    IndicatorView,
    OrderView,
    PromiseView,
    RevisitView,
    StaleView,
)
from api.schemas import CaseSummary
from api.views import reason, shown, summary
from flows.customers.profile import Profile
from flows.papers.masking import Mask, mask_name, mask_phone
from models.values.case import CaseFacts, StaffFacts
from models.values.customers import Customers


def customer_summary(found: Profile, actor: StaffFacts, policy: Customers) -> CustomerSummary:
    shown = found.name if actor.role in policy.names_shown_to else mask_name(found.name)
    return CustomerSummary(
        id=found.id,
        code=found.record["code"],
        name=shown,
        phones=[mask_phone(phone) or "" for phone in found.phones],
        customer_class=found.customer_class,
        prospect=found.record["prospect"],
    )


def customer_view(
    found: Profile, actor: StaffFacts, policy: Customers, masks: Mapping[UUID, Mask | None], now: datetime
) -> CustomerView:
    """`masks`: what must come before each case with a promise."""
    record = found.record
    return CustomerView(
        **customer_summary(found, actor, policy).model_dump(),
        merged_codes=list(found.codes[1:]),
        line=record["line"],
        branch=record["branch"],
        do_not_call=record["do_not_call"],
        account_manager=found.account_manager,
        erased=record["erased_at"] is not None,
        verified_at=record["verified_at"],
        record=StaleView(stale=found.staleness.stale, since=found.staleness.since, why=reason(found.staleness.why)),
        orders_in_all=found.orders_in_all,
        orders=[OrderView(**{**row, "waybill": row["waybill_no"]}) for row in found.orders],
        open_cases=[_case(one, held) for one, held in found.cases if one.closed_at is None],
        earlier_cases=[_case(one, held) for one, held in found.cases if one.closed_at is not None],
        promises=[
            PromiseView(
                case=_case(one.case, False),
                promise=one.ref,
                due_at=one.due_at,
                overdue=one.due_at < now,
                what=shown(one.what, masks[one.case.id]),
            )
            for one in found.promises
        ],
        last_revisit=_revisit(found),
        indicators=_indicators(found),
    )


def case_summaries(found: Sequence[tuple[CaseFacts, bool]]) -> list[CaseSummary]:
    return [_case(one, held) for one, held in found]


def _case(facts: CaseFacts, quarantined: bool) -> CaseSummary:
    return summary(facts, quarantined=quarantined)


def _revisit(found: Profile) -> RevisitView | None:
    if found.revisit is None:
        return None
    case = found.revisit.case
    return RevisitView(at=found.revisit.at, case=_case(case, False), satisfaction=case.satisfaction, solved=case.solved)


def _indicators(found: Profile) -> list[IndicatorView]:
    return [
        IndicatorView(
            name=one.name,
            name_zh=one.zh,
            measured=one.value is not None,
            value=one.value,
            unit=one.unit,
            of=one.of,
            method=reason(one.method),
            missing=reason(one.missing) if one.missing else None,
        )
        for one in found.indicators
    ]
