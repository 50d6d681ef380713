"""The shape of an act, and what every act has in common."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.inputs import ActInput
from flows.acts.refusals import NotYours
from flows.rules import assignment, lifecycle
from models.values.case import CaseFacts, Decision, Refusal, StaffFacts
from models.values.policy import Policy
from models.values.stage_terms import EventKind, Stage


@dataclass(frozen=True)
class Setting:
    """What a decision of a person is made in: who, by which rulebook, when, with what was loaded for it."""

    actor: StaffFacts
    policy: Policy
    now: datetime
    loaded: Any = None


Decide = Callable[[CaseFacts, Any, Setting], Decision]
Load = Callable[[AsyncConnection, CaseFacts, Policy], Awaitable[Any]]
Seek = Callable[[AsyncConnection, CaseFacts, Any, Setting], Awaitable[Any]]
"""Loads what depends on what was said."""
Keep = Callable[[AsyncConnection, CaseFacts, Decision, Setting], Awaitable[None]]
"""Keeps what is no part of the case, in the same transaction; the facts are those before."""


@dataclass(frozen=True)
class Act:
    """One thing a person can do: its name in the route, what it takes, at which stages, and the decision.

    Who may, the rulebook's table of permissions says, by the act's name. `on_hold`: it may be done while the case is
    on hold.
    """

    name: str
    summary: str
    takes: type[ActInput]
    decide: Decide
    stages: frozenset[Stage]
    on_hold: bool = False
    load: Load | None = None
    seek: Seek | None = None
    keep: Keep | None = None


OPEN = frozenset(Stage) - {Stage.CLOSED}
ACTIVE = OPEN - {Stage.LINKED, Stage.DRAW, Stage.CONTACTS, Stage.RECORDED, Stage.SUMMARY}
"""Where somebody works on the case itself: not while it stands for others (linked to its main case, a round whose
contacts are worked) or only the system does."""


def moved(facts: CaseFacts, event: EventKind, data: dict[str, Any], **changes: Any) -> Decision:
    """A decision that moves the case as the lifecycle says; what people wrote goes under seal with `sealed`.

    `rows` are written beside the case.
    """
    sealed = changes.pop("sealed", None)
    reasons = changes.pop("reasons", ())
    rows = changes.pop("rows", ())
    stage = lifecycle.stage_after(facts.stage, event, data)
    return Decision(event, {"stage": stage, **changes}, reasons, data, sealed, rows=rows)


def refuse_wrong_stage(act: Act, facts: CaseFacts, policy: Policy) -> None:
    if facts.stage not in act.stages:
        wanted = ", ".join(sorted(stage.value for stage in act.stages))
        raise Refusal(
            f"工单处于「{policy.rulebook.wording.stages[facts.stage][0]}」阶段，不能执行「{act.name}」",
            f"the case stands at {facts.stage}; {act.name} needs one of: {wanted}",
        )
    if facts.hold is not None and not act.on_hold:
        raise Refusal("工单已挂起，请先恢复", f"the case is on hold; resume it before {act.name}")


def refuse_lower(facts: CaseFacts, setting: Setting) -> None:
    """Raises NotYours where the stage reserves the decision to a level the actor lacks, whosever desk he has."""
    if why := assignment.unauthorised(facts, setting.actor):
        raise NotYours(why.zh, why.en)
