"""Step 7, score: the quality mark of a case (0–100), counted to the agent and the unit found liable.

Each indicator gives 0–1 or nothing; what was not measured is left out and said so, its weight shared by the rest.
The weights are the rulebook's.
"""

from collections.abc import Mapping
from datetime import datetime

from flows.rules import clocks, lifecycle
from models.values.case import CaseFacts, Decision, Reason
from models.values.chinese import MARKS
from models.values.course_policy import Indicator
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind
from models.values.vocabulary import Kind, Outcome

SATISFACTION = (1, 5)
NOT_SPEED = frozenset({ClockName.PROMISE, ClockName.UNIT_ANSWER, ClockName.PAYMENT})
"""Promises are an indicator of their own; how long a unit keeps silent, or finance takes, is not the agent's speed."""


def decide(facts: CaseFacts, policy: Policy, now: datetime) -> Decision:
    """What was promised is still owed: the case does not close before that is kept, if late. Withdrawn, it is not."""
    if not facts.withdrawn and (owed := clocks.promised(facts.clocks)):
        return awaited(facts, owed)
    marks = measure(facts, policy, now)
    score = weighed(marks, policy)
    missed = sorted({clock.name for clock in facts.clocks if clocks.late(clock, now)})
    data = {
        "score": score,
        "marks": marks,
        "missed": missed,
        "agent": facts.handler_id,
        "unit": counted_to(facts),
        "firm_liable": facts.firm_liable,
    }
    shares = {name: "—" if mark is None else f"{mark:.2f}" for name, mark in marks.items()}
    zh = "、".join(f"{MARKS[name]} {mark}" for name, mark in shares.items())
    en = ", ".join(f"{name} {mark}" for name, mark in shares.items())
    shown = ("未测", "not measured") if score is None else (str(score), str(score))
    reasons = [Reason(f"得分 {shown[0]}：{zh}（— 为未测）", f"score {shown[1]}: {en} (— not measured)")]
    if missed:
        reasons.append(
            Reason(
                f"超时：{'、'.join(policy.rulebook.wording.clocks[name] for name in missed)}",
                f"missed: {', '.join(missed)}",
            )
        )
    reasons.append(counts(facts, policy))
    left = clocks.meet_all(facts.clocks, now)
    changes = {
        "stage": lifecycle.stage_after(facts.stage, EventKind.SCORED, data),
        "score": score,
        "outcome": facts.outcome or (Outcome.WITHDRAWN if facts.withdrawn else Outcome.SOLVED),
        "owner_id": facts.handler_id,
        "hold": None,
        "overdue": any(
            clock.met_at is None and clocks.late(clock, now) for clock in left if clock.name in clocks.BEYOND
        ),
        "closed_at": now,
        "clocks": left,
    }
    return Decision(EventKind.SCORED, changes, tuple(reasons), data)


def weighed(marks: Mapping[Indicator, float | None], policy: Policy) -> float | None:
    """0–100; None: nothing was measured."""
    weights = policy.rulebook.scoring.weights
    known = {name: mark for name, mark in marks.items() if mark is not None}
    total = sum(weights[name] for name in known)
    gained = sum(weights[name] * mark for name, mark in known.items())
    return round(100 * gained / total, 1) if total else None


def awaited(facts: CaseFacts, owed: clocks.Clocks) -> Decision:
    """It is not scored yet: what was promised comes first."""
    due = min(clock.due_at for clock in owed)
    why = Reason(f"尚有 {len(owed)} 项承诺待兑现", f"{len(owed)} promises are still to be kept")
    stage = lifecycle.stage_after(facts.stage, EventKind.PROMISES_AWAITED, {})
    data = {"promises": [clock.ref for clock in owed], "due": due.isoformat()}
    return Decision(EventKind.PROMISES_AWAITED, {"stage": stage, "owner_id": None}, (why,), data)


def promising(facts: CaseFacts) -> bool:
    """Whether anything was promised in it: a case that waits for no score otherwise is scored for that."""
    return any(clock.name is ClockName.PROMISE for clock in facts.clocks)


def counted_to(facts: CaseFacts) -> str | None:
    """The party a case counts against, by the last finding; None: against nobody."""
    return facts.liable if facts.firm_liable else None


def counts(facts: CaseFacts, policy: Policy) -> Reason:
    """A case counts against a unit only when the finding says the firm is liable; the analysis alone proposes.

    A finding after the case was scored says so again: from then on it counts as that has it.
    """
    if facts.firm_liable is None:
        return Reason("尚无责任认定，不计入任何单位", "no finding on liability: it counts against no unit")
    if not facts.firm_liable:
        return Reason("认定公司无责，不计入任何单位", "the firm is not liable: it counts against no unit")
    return Reason(f"计入责任单位 {policy.rulebook.wording.unit(facts.liable)}", f"it counts against {facts.liable}")


def measure(facts: CaseFacts, policy: Policy, now: datetime) -> dict[Indicator, float | None]:
    """The indicators by name; None: not measured."""
    complaint = facts.kind is Kind.COMPLAINT
    return {
        "speed": _speed(facts, policy, now),
        "satisfaction": _satisfaction(facts.satisfaction),
        "first_time": _first_time(facts),
        "method": float(facts.method is not None) if complaint and not facts.withdrawn else None,
        "promises": kept(facts, now),
    }


def _speed(facts: CaseFacts, policy: Policy, now: datetime) -> float:
    missed = sum(clocks.late(clock, now) for clock in facts.clocks if clock.name not in NOT_SPEED)
    return max(0.0, 1 - missed * policy.rulebook.scoring.late_costs)


def _satisfaction(answer: int | None) -> float | None:
    low, high = SATISFACTION
    return None if answer is None else (answer - low) / (high - low)


def _first_time(facts: CaseFacts) -> float | None:
    if facts.solved is None:
        return None
    return float(facts.solved and not facts.reopenings and not facts.rejections)


def kept(facts: CaseFacts, now: datetime) -> float | None:
    """The share kept in time; one that is neither kept nor due yet is not measured."""
    promises = [clock for clock in facts.clocks if clock.name is ClockName.PROMISE]
    judged = [clock for clock in promises if clock.met_at is not None or clocks.late(clock, now)]
    return sum(not clocks.late(clock, now) for clock in judged) / len(judged) if judged else None
