"""Acts on a round of revisits: cancel it half-way, and its quality assessment (5 服务质量考核)."""

from enum import StrEnum
from typing import Any

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Text
from flows.rules import round_course
from models.values.case import CaseFacts, Decision, Refusal
from models.values.round import RoundDetails
from models.values.stage_terms import Stage


class RoundVerdict(StrEnum):
    """What the result of a round says about the service."""

    GOOD = "good"
    ACCEPTABLE = "acceptable"
    POOR = "poor"
    INCONCLUSIVE = "inconclusive"
    """Too few answers, or too wide intervals, to say."""


class CancelRound(ActInput):
    """No more calls in this round. What was drawn, tried and answered so far is kept."""

    why: Text


class Assess(ActInput):
    """What a supervisor makes of the result: a verdict, why, and what is to be improved."""

    verdict: RoundVerdict
    finding: Text
    improvement: Text | None = None


def cancel(facts: CaseFacts, said: CancelRound, setting: Setting) -> Decision:
    if RoundDetails.of(facts.details).cancelled:
        raise Refusal("本轮回访已取消", "the round was cancelled already")
    return round_course.cancelled(facts, {"why": said.why}, setting.now)


def assess(facts: CaseFacts, said: Assess, setting: Setting) -> Decision:
    sealed: dict[str, Any] = {"finding": said.finding}
    sealed |= {"improvement": said.improvement} if said.improvement else {}
    return round_course.assessed(facts, {"verdict": said.verdict}, sealed, setting.now)


ACTS = (
    Act(
        "cancel-round",
        "取消回访轮次 · no more calls in this round",
        CancelRound,
        cancel,
        frozenset({Stage.DRAW, Stage.CONTACTS}),
    ),
    Act("assess", "服务质量考核 · judge the result of a round", Assess, assess, frozenset({Stage.ASSESSMENT})),
)
