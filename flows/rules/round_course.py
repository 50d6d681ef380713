"""The course of a round of revisits (客户回访处理程序): drawn, its contacts worked, analysed, assessed.

Reserves are released as whole replicates, and only when every contact before is worked: nobody is replaced one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flows.rules import clocks
from models.values.case import CaseFacts, Decision, Opening, Reason, Row
from models.values.classes import Period
from models.values.course_policy import Revisits
from models.values.policy import Policy
from models.values.round import RoundDetails
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Outcome


@dataclass(frozen=True)
class Drawn:
    """What was drawn. `anchor` is what the ledger keeps of it, so that a later change of the round's row shows."""

    round: int
    frame: int
    sample: int
    reserves: int
    anchor: Mapping[str, Any]
    closes_at: datetime


@dataclass(frozen=True)
class Batch:
    """Some of a replicate: contacts to open, those left alone by reason, and how many are still to come."""

    openings: tuple[Opening, ...]
    rows: tuple[Row, ...]
    left_alone: Mapping[str, int]
    to_come: int


@dataclass(frozen=True)
class Standing:
    """How a round stands whose replicate was opened: `open` contacts, answers so far and wanted, reserves unreleased.

    `untold` are open contacts that were not told yet that the round was cancelled, so many at once; `more`: others are.
    """

    open: int
    answers: int
    wanted: int
    reserves: int
    untold: Sequence[UUID] = ()
    more: bool = False


def last_full(today: date, days: int) -> Period:
    """So many days, the last of them the last Sunday before today."""
    last = today - timedelta(days=today.isoweekday())
    return Period(last - timedelta(days=days - 1), last)


def drawn(facts: CaseFacts, result: Drawn | Reason, now: datetime) -> Decision:
    """The draw is on record and its sample is to be released; nobody to draw from: the round ends, and says why."""
    details = RoundDetails.of(facts.details)
    if isinstance(result, Reason):
        changes = {"stage": Stage.CLOSED, "outcome": Outcome.CANCELLED, "closed_at": now}
        return Decision(EventKind.DRAWN, changes, (result,), {"frame": 0})
    why = Reason(
        f"抽样框 {result.frame} 人，抽取 {result.sample} 人，备用 {result.reserves} 组",
        f"{result.sample} drawn of a frame of {result.frame}, {result.reserves} reserve replicates",
    )
    closing = clocks.timer(ClockName.CLOSING, now, result.closes_at, Reason("本轮截止", "the round ends"))
    changes = {
        "stage": Stage.CONTACTS,
        "details": replace(details, round=result.round, opening=True).as_json(),
        "clocks": (*facts.clocks, closing),
        "poked": True,
    }
    data = {**result.anchor, "frame": result.frame, "sample": result.sample, "reserves": result.reserves}
    data |= {"closes_at": result.closes_at.isoformat()}
    return Decision(EventKind.DRAWN, changes, (why,), data)


def opened(facts: CaseFacts, batch: Batch) -> Decision:
    """Some contacts of the replicate are opened, each once; the rest follows at once."""
    details = RoundDetails.of(facts.details)
    data = {
        "replicate": details.replicate,
        "opened": len(batch.openings),
        "left_alone": dict(batch.left_alone),
        "to_come": batch.to_come,
    }
    why = Reason(
        f"第 {details.replicate} 组：建立 {len(batch.openings)} 个回访，{sum(batch.left_alone.values())} 人不打扰",
        f"replicate {details.replicate}: {len(batch.openings)} contacts, {sum(batch.left_alone.values())} left alone",
    )
    changes = {"poked": True, "details": replace(details, opening=batch.to_come > 0).as_json()}
    return Decision(EventKind.REPLICATE_RELEASED, changes, (why,), data, rows=batch.rows, opens=batch.openings)


def looked(facts: CaseFacts, standing: Standing, policy: Revisits, whole: Policy, now: datetime) -> Decision:
    """What the round wants now: nothing, its contacts told that it is over, a reserve, or its end."""
    details = RoundDetails.of(facts.details)
    closing = next((one for one in facts.clocks if one.name is ClockName.CLOSING), None)
    over = details.cancelled or closing is None or closing.due_at <= now
    left = tuple(one for one in facts.clocks if one is not closing) if over else facts.clocks
    if standing.open:
        # When its time is up each contact sees that by itself; when it was cancelled, they are told, some at a time.
        told = tuple(standing.untold) if details.cancelled else ()
        return Decision(None, {"poked": details.cancelled and standing.more, "clocks": left}, pokes=told)
    if not over and closing is not None and (why := reserve(standing, closing.due_at, policy, whole, now)):
        after = replace(details, replicate=details.replicate + 1, opening=True)
        data = {"replicate": after.replicate, "opened": 0, "left_alone": {}, "to_come": None}
        changes = {"poked": True, "details": after.as_json()}
        return Decision(EventKind.REPLICATE_RELEASED, changes, (why,), data)
    why = Reason(
        f"联系结束：{standing.answers} 份回答，目标 {standing.wanted}",
        f"every contact is worked or over: {standing.answers} answers, {standing.wanted} wanted",
    )
    data = {"answers": standing.answers, "wanted": standing.wanted, "cancelled": details.cancelled}
    changes = {"stage": Stage.SUMMARY, "clocks": clocks.meet_all(left, now), "poked": False}
    return Decision(EventKind.CONTACTS_ENDED, changes, (why,), data)


def reserve(standing: Standing, closes: datetime, policy: Revisits, whole: Policy, now: datetime) -> Reason | None:
    """Why the next reserve is released; None: it is not. Asked only when all released contacts are worked."""
    if standing.answers >= standing.wanted or not standing.reserves:
        return None
    if clocks.after(policy.reserve_for, now, whole) > closes:
        return None
    return Reason(
        f"回答 {standing.answers} 份，未达 {standing.wanted} 份，整组释放备用样本",
        f"{standing.answers} answers of {standing.wanted} wanted: a reserve is released as a whole",
    )


def summarised(
    facts: CaseFacts, figures: Mapping[str, Any], policy: Revisits, whole: Policy, now: datetime
) -> Decision:
    """The figures are on record; somebody judges them. A cancelled round ends here, with what it has."""
    details = RoundDetails.of(facts.details)
    data = {**figures, "cancelled": details.cancelled}
    changes: dict[str, Any] = {"stage": Stage.ASSESSMENT}
    if details.cancelled:
        changes = {"stage": Stage.CLOSED, "outcome": Outcome.CANCELLED, "closed_at": now, "overdue": False}
        why = Reason("本轮已取消，保留已有结果", "the round was cancelled; what it has is kept")
    else:
        changes["clocks"] = (*facts.clocks, clocks.start(ClockName.ASSESS, policy.assess, now, whole))
        why = Reason("结果已生成，待服务质量考核", "the result is there, for the quality assessment")
    return Decision(EventKind.SUMMARISED, changes, (why,), data)


def cancelled(facts: CaseFacts, sealed: Mapping[str, Any], now: datetime) -> Decision:
    """No more calls. What was drawn, tried and answered stays; the contacts under way are ended one by one."""
    details = replace(RoundDetails.of(facts.details), cancelled=True, opening=False)
    changes: dict[str, Any] = {"details": details.as_json()}
    if facts.stage is Stage.DRAW:
        changes |= {"stage": Stage.CLOSED, "outcome": Outcome.CANCELLED, "closed_at": now}
    else:
        changes |= {"poked": True}
    why = Reason("本轮回访取消", "the round is cancelled")
    return Decision(EventKind.ROUND_CANCELLED, changes, (why,), {"stage": facts.stage}, sealed)


def assessed(facts: CaseFacts, data: Mapping[str, Any], sealed: Mapping[str, Any], now: datetime) -> Decision:
    """Step 5: judged by a person; the round is closed."""
    changes = {
        "stage": Stage.CLOSED,
        "outcome": Outcome.ASSESSED,
        "closed_at": now,
        "owner_id": None,
        "clocks": clocks.meet_all(facts.clocks, now),
        "overdue": False,
    }
    return Decision(EventKind.ASSESSED, changes, (), data, sealed)
