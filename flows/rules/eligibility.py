"""Whether a drawn customer is called: a disposition with its reason, or none."""

from datetime import datetime, timedelta

from models.values.calendar import SHANGHAI
from models.values.case import Reason
from models.values.round_terms import Disposition, RoundKind
from models.values.rounds import EligibilityFacts, Excluded
from models.values.sampling import Sampling

HELD_BACK = (RoundKind.DRAWN, RoundKind.RETENTION)
"""Kinds that leave a customer alone who was asked lately or has a complaint open; the others exist for those."""


def excluded(facts: EligibilityFacts, kind: RoundKind, policy: Sampling, now: datetime) -> Excluded | None:
    """None: he is called. The first that applies: asked not to be called, no phone, open complaint, cool-down.

    Complaint revisits and account visits are never held back by a cool-down, nor by an open complaint.
    """
    if facts.do_not_call:
        why = Reason("客户要求过不再致电", "the customer asked not to be called")
        return Excluded(Disposition.DO_NOT_CALL, why)
    if facts.erased or not facts.phones:
        erased = Reason(
            "客户资料已按要求删除，没有可用电话", "the customer's data was erased: no phone to reach him by"
        )
        missing = Reason("没有可用的电话", "there is no phone to reach the customer by")
        return Excluded(Disposition.NO_PHONE, erased if facts.erased else missing)
    if kind not in HELD_BACK:
        return None
    if facts.open_complaints:
        why = Reason(
            f"客户有 {facts.open_complaints} 件投诉未结，先解决投诉再回访",
            f"the customer has complaints open ({facts.open_complaints}): those are settled first",
        )
        return Excluded(Disposition.OPEN_COMPLAINT, why)
    return _cooling_down(facts, policy, now)


def _cooling_down(facts: EligibilityFacts, policy: Sampling, now: datetime) -> Excluded | None:
    """The cool-down that ends last; it ends at the same time of day so many days after."""
    asked = (
        (facts.transactional_at, policy.cool_down_transactional_days, "业务", "transactional"),
        (facts.relationship_at, policy.cool_down_relationship_days, "关系", "relationship"),
    )
    running = [
        (at + timedelta(days=days), at, days, zh, en)
        for at, days, zh, en in asked
        if at is not None and now < at + timedelta(days=days)
    ]
    if not running:
        return None
    until, at, days, zh, en = max(running)
    day = at.astimezone(SHANGHAI).date()
    why = Reason(
        f"{day} 已做过{zh}满意度调查，{days} 天内不再打扰",
        f"a {en} survey reached the customer on {day}: left alone for {days} days",
    )
    return Excluded(Disposition.COOL_DOWN, why, until.astimezone(SHANGHAI).date())
