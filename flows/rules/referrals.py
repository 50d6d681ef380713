"""Referrals of the regulator (12305): the clock of each, and what a referral means for the case it links to."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.rules import clocks, follow_up, lifecycle, reopening, vouchers
from models.values.case import CaseFacts, Deadline, Decision, Reason, Row
from models.values.money_policy import RegulatorTerms
from models.values.policy import Policy
from models.values.settlement import Money
from models.values.stage_terms import ClockName, EventKind, Stage

FLAG = "regulator"
"""The urgency (rulebook, `order.urgent_flags`) of a case that the regulator waits for."""


def waited_for(facts: CaseFacts) -> bool:
    """Whether the regulator waits for an answer."""
    return any(clock.name is ClockName.REGULATOR and clock.met_at is None for clock in facts.clocks)


def clock(
    facts: CaseFacts, received_at: datetime, named: datetime | None, terms: RegulatorTerms, policy: Policy
) -> Deadline:
    """The referral's own clock: the day it names, else the rulebook's term from its receipt."""
    started = clocks.start(ClockName.REGULATOR, terms.answer, received_at, policy, ref=facts.events + 1)
    if named is None:
        return started
    why = Reason("转办函所定期限", "the day the referral names")
    remind = received_at + (named - received_at) * policy.rulebook.clocks.remind_at
    return replace(started, due_at=named, remind_at=remind, calendar=clocks.AGREED, why=why)


def decide(
    facts: CaseFacts,
    number: str,
    received_at: datetime,
    its_clock: Deadline,
    money: Money,
    policy: Policy,
    now: datetime,
) -> Decision:
    """What the referral means for its case: urgent from now on; a closed case is handled again, one level higher."""
    reopens = facts.stage is Stage.CLOSED
    data: dict[str, Any] = {
        "referral": number,
        "received_at": received_at.isoformat(),
        "due_at": its_clock.due_at.isoformat(),
        "clock": its_clock.ref,
        "reopens": reopens,
    }
    left = (*facts.clocks, its_clock)
    changes: dict[str, Any] = {
        "urgent": tuple(dict.fromkeys((*facts.urgent, FLAG))),
        "clocks": left,
        "overdue": follow_up.overdue(left, now),
    }
    rows: tuple[Row, ...] = ()
    reasons = [Reason(f"监管转办：{its_clock.why.zh}", f"referred by the regulator: {its_clock.why.en}")]
    if reopens:
        dropped = vouchers.dropped(facts, left, money, now)
        changes |= reopening.changes(facts, dropped, policy, now)
        data |= dropped.data
        rows = dropped.rows
        reasons.append(Reason("已结案，重新处理并升一级", "it was closed: handled again, one level higher"))
    changes["stage"] = lifecycle.stage_after(facts.stage, EventKind.REFERRED, data)
    return Decision(EventKind.REFERRED, changes, tuple(reasons), data, rows=rows)
