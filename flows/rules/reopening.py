"""A closed complaint handled again, one level higher: because a person says so, or because its cause came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.rules import clocks, complaint_clocks, follow_up, lifecycle, vouchers
from flows.rules.vouchers import Dropped
from models.values.case import CaseFacts, Decision, Reason
from models.values.policy import Policy
from models.values.settlement import Money
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Category, Outcome

NOT_REOPENED = frozenset({Outcome.LINKED, Outcome.FINAL_POSITION})
"""How a case ended that a repeat does not reopen: with another one, or by the centre's last word."""


@dataclass(frozen=True)
class Earlier:
    """A complaint of the same cause on the same waybill, as far as a repeat looks at it."""

    category: Category | None
    stage: Stage
    closed_at: datetime | None
    outcome: Outcome | None
    level: int
    reopenings: int


def higher(level: int, policy: Policy) -> int:
    """One level up; the highest stays."""
    return min(level + 1, policy.top_level)


def repeated(earlier: Earlier, category: Category | None, policy: Policy, now: datetime) -> bool:
    """Whether a complaint of this category, now, is a repeat of one that was closed."""
    if earlier.stage is not Stage.CLOSED or earlier.closed_at is None or earlier.category is not category:
        return False
    if earlier.outcome is Outcome.LINKED:
        return False  # its main case is the one
    return clocks.after(policy.rulebook.repeats.window, earlier.closed_at, policy) >= now


def reopens(earlier: Earlier, policy: Policy) -> bool:
    """Whether a repeat reopens the case; otherwise it is one of its own, one level higher."""
    often = earlier.reopenings >= policy.rulebook.course.reopenings_at_most
    return policy.rulebook.repeats.then == "reopen" and earlier.outcome not in NOT_REOPENED and not often


def changes(facts: CaseFacts, dropped: Dropped, policy: Policy, now: datetime) -> dict[str, Any]:
    """What changes when a closed complaint is handled again; how often it was counts, and stays.

    The incident it was joined to, or the main case it was answered after, goes on being what its payments are charged
    by. What was closed along with its main case stands for itself from now on.
    """
    left = complaint_clocks.start_round(facts, dropped.clocks, now, policy)
    return {
        **dropped.changes,
        "level": higher(facts.level, policy),
        "reopenings": facts.reopenings + 1,
        "owner_id": None,
        "outcome": None,
        "score": None,
        "solved": None,
        "linked_to": None if facts.outcome is Outcome.LINKED else facts.linked_to,
        "withdrawn": False,
        "closed_at": None,
        "clocks": left,
        "overdue": follow_up.overdue(left, now),
        "poked": False,
    }


def by_repeats(facts: CaseFacts, repeats: Sequence[int], money: Money, policy: Policy, now: datetime) -> Decision:
    """A closed case was told to look up: by cases linked to it (their numbers), or by what has passed meanwhile.

    How often it may be reopened was looked at when they were linked to it.
    """
    if not repeats:
        return Decision(None, {"poked": False})
    dropped = vouchers.dropped(facts, facts.clocks, money, now)
    changed = changes(facts, dropped, policy, now)
    said = "、".join(str(number) for number in repeats), ", ".join(str(number) for number in repeats)
    why = Reason(
        f"结案后同一运单同一原因再次投诉(工单 {said[0]})，升至 {changed['level']} 级重新处理",
        f"the same cause again after it was closed (case {said[1]}): handled again at level {changed['level']}",
    )
    data = {"level": changed["level"], "repeats": list(repeats), **dropped.data}
    changed["stage"] = lifecycle.stage_after(facts.stage, EventKind.REOPENED, data)
    return Decision(EventKind.REOPENED, changed, (why,), data, rows=dropped.rows)
