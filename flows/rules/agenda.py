"""What a case wants next, recomputed from its facts at every save: the one place that decides when it wakes."""

from datetime import datetime

from flows.rules import clocks, incident_course, lifecycle, order
from models.values.case import Agenda, CaseFacts
from models.values.policy import Policy
from models.values.stage_terms import ClockName, Stage

SYSTEM = {
    Stage.RECEIVED: "classify",
    Stage.ANALYSIS: "analyse",
    Stage.SCORING: "score",
    Stage.DRAW: "draw",
    Stage.RECORDED: "record",
    Stage.SUMMARY: "summarise",
    Stage.REPORTED: "grade",
}
"""Stages at which the system works, and its step there."""


def agenda(facts: CaseFacts, policy: Policy, now: datetime) -> Agenda:
    """New work: now. Otherwise the earliest deadline.

    Closed: never, unless another case told it to look up, or finance or the regulator is waited for.
    """
    if facts.stage in lifecycle.ENDED and not facts.poked:
        beyond = clocks.earliest(tuple(clock for clock in facts.clocks if clock.name in clocks.BEYOND))
        if beyond is None:
            return Agenda(None, None, None, order.LAST_RANK)
        return Agenda("follow_up", beyond, order.order_at(beyond, order.LAST_RANK, policy), order.LAST_RANK)
    step, due = _next(facts, now)
    its_rank = order.rank(facts, policy)
    its_order = order.order_at(due, its_rank, policy) if due else None
    return Agenda(step, due, its_order, its_rank, order.place_at(facts, policy))


def _next(facts: CaseFacts, now: datetime) -> tuple[str, datetime | None]:
    """Customers are looked for batch by batch, for as long as it takes: an owner, and whatever is due, come first.

    Before the score: a case that is closed looks for nobody any more.
    """
    reaches_out = incident_course.reaches_out(facts)
    if step := SYSTEM.get(facts.stage):
        return ("reach_out" if reaches_out and facts.stage is Stage.SCORING else step), now
    step, due = _followed(facts, now)
    if reaches_out and (due is None or due > now):
        return "reach_out", now
    return step, due


def _followed(facts: CaseFacts, now: datetime) -> tuple[str, datetime | None]:
    if facts.poked:
        return "follow_up", now
    follow_up = clocks.earliest(tuple(clock for clock in facts.clocks if clock.name is not ClockName.ASSIGN_AGAIN))
    if facts.owner_id is None and facts.hold is None and facts.stage in lifecycle.PERSONS:
        assign = clocks.assign_again(facts) or now
        if follow_up is None or assign <= follow_up:
            return "assign", assign
    return "follow_up", follow_up
