"""Step 5: reach the customer (three attempts at different times of day), ask whether it is solved and how satisfied."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from flows.acts import contacting
from flows.acts.act import Act, Setting, moved
from flows.acts.contacting import Given
from flows.acts.inputs import ActInput, Moment, Text, YesNo
from flows.acts.money import money, money_of
from flows.acts.refusals import Implausible, NotYours
from flows.rules import (
    assignment,
    calling,
    clocks,
    complaint_clocks,
    contact_stages,
    follow_up,
    lifecycle,
    requests,
    vouchers,
)
from flows.rules.questionnaire import Answers
from flows.rules.request_course import SHORT
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.policy import Policy
from models.values.questionnaire import CORE
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import ContactOutcome, Feeling, Outcome, Procedure

Mark = Annotated[int, Field(ge=1, le=5, strict=True)]


def _each_once(feelings: tuple[Feeling, ...]) -> tuple[Feeling, ...]:
    if len(set(feelings)) < len(feelings):
        raise PydanticCustomError("repeated", "each feeling once")
    return feelings


class Contact(ActInput):
    """An attempt that did not reach the customer, or only to be asked to call again."""

    outcome: ContactOutcome
    call_back_at: Moment | None = None


class Survey(ActInput):
    """What the customer said: solved, how satisfied (1–5), what was expected (1–5), which feelings.

    `answers` are those to the whole questionnaire, by question; what they say need not be said twice.
    """

    solved: YesNo
    satisfaction: Mark | None = None
    expectation: Mark | None = None
    feelings: Annotated[tuple[Feeling, ...], AfterValidator(_each_once)] = ()
    remark: Text | None = None
    answers: Given | None = None


def contact(facts: CaseFacts, said: Contact, setting: Setting) -> Decision:
    """Kept as an attempt; giving up takes attempts in different parts of the day, or very many."""
    if facts.procedure is Procedure.REVISIT:
        return contacting.attempted(facts, said.outcome, said.call_back_at, setting)
    calling.refuse_bad_hours(setting.now, setting.policy)
    if facts.stage is Stage.REVISIT and (obstacle := assignment.taboo(facts, setting.actor, setting.policy)):
        raise NotYours(obstacle.zh, f"you may not make this revisit: {obstacle.en}")
    attempt = {"outcome": said.outcome, "at": setting.now.isoformat(), "by": setting.actor.id}
    attempts = (*facts.attempts, attempt)
    left = clocks.meet(facts.clocks, ClockName.CALL_BACK, setting.now)
    if said.outcome is ContactOutcome.CALL_BACK:
        if said.call_back_at is None or said.call_back_at <= setting.now:
            raise Refusal("请填写将来的回电时间", "say when to call back (call_back_at, in the future)")
        due, why = said.call_back_at, Reason("客户约定回电时间", "the customer asked to be called then")
    else:
        due = calling.next_attempt(setting.now, calling.tried(attempts, setting.policy), setting.policy)
        why = Reason("换一个时段再次联系", "the next attempt in another part of the day")
    exhausted = calling.exhausted(attempts, setting.policy)
    data: dict[str, Any] = {"outcome": said.outcome, "attempt": len(attempts), "exhausted": exhausted}
    if facts.procedure is Procedure.REQUEST:
        data[SHORT] = True  # it was answered already: nothing more is owed to whom nobody reaches
    changes: dict[str, Any] = {"attempts": attempts, "overdue": follow_up.overdue(left, setting.now)}
    if exhausted:
        why = Reason(
            "多次不同时段未能联系，改为书面答复",
            "not reached at different times of day: a written answer follows",
        )
        changes |= {"clocks": left, "owner_id": facts.owner_id}
    else:
        changes["clocks"] = (*left, clocks.timer(ClockName.CALL_BACK, setting.now, due, why))
    return moved(facts, EventKind.CONTACTED, data, reasons=(why,), **changes)


def survey(facts: CaseFacts, said: Survey, setting: Setting) -> Decision:
    if obstacle := assignment.taboo(facts, setting.actor, setting.policy):
        raise NotYours(obstacle.zh, f"you may not make this revisit: {obstacle.en}")
    left = clocks.meet(clocks.meet(facts.clocks, ClockName.REVISIT, setting.now), ClockName.CALL_BACK, setting.now)
    whole = _whole(said, setting.policy)
    satisfaction, expectation = whole.coded["satisfaction"], whole.coded.get("expectation")
    answers: dict[str, Any] = {
        "satisfaction": satisfaction,
        "expectation": expectation,
        "details": {**facts.details, "answers": dict(whole.coded), "version": whole.version},
        "solved": said.solved,
        "attempts": (
            *facts.attempts,
            {"outcome": "reached", "at": setting.now.isoformat(), "by": setting.actor.id},
        ),
        "owner_id": None,
    }
    sealed = dict(whole.texts) or None
    data: dict[str, Any] = {"solved": said.solved, "satisfaction": satisfaction, "expectation": expectation}
    data |= {"feelings": list(whole.coded.get("feelings", ())), "final": False}
    if said.answers is not None:
        data |= {"answers": dict(whole.coded), "questionnaire": whole.version}
    if facts.procedure is Procedure.REQUEST:
        answered = replace(facts, details=answers["details"])
        changes = answers | requests.after_survey(answered, left, said.solved, setting.policy, setting.now)
        data |= changes.pop("data")
        return moved(facts, EventKind.SURVEYED, data, sealed=sealed, **changes)
    if said.solved:
        late = follow_up.overdue(left, setting.now)
        return moved(
            facts,
            EventKind.SURVEYED,
            data,
            sealed=sealed,
            clocks=left,
            overdue=late,
            outcome=Outcome.SOLVED,
            **answers,
        )
    course = setting.policy.rulebook.course
    final = data["final"] = facts.reopenings >= course.reopenings_at_most
    level = min(facts.level + 1, setting.policy.top_level)
    why = Reason(
        f"回访未解决，升至 {level} 级" + ("，作最终答复" if final else "重新处理"),
        f"not solved: level {level} " + ("gives the final position" if final else "handles it again"),
    )
    dropped = vouchers.dropped(facts, left, money(setting), setting.now)
    left = complaint_clocks.start_round(facts, dropped.clocks, setting.now, setting.policy)
    changes = {**dropped.changes, "level": level, "reopenings": facts.reopenings + (not final), "clocks": left}
    changes |= {"overdue": follow_up.overdue(left, setting.now), "rows": dropped.rows}
    data |= dropped.data
    return moved(facts, EventKind.SURVEYED, data, reasons=(why,), sealed=sealed, **answers, **changes)


def _whole(said: Survey, policy: Policy) -> Answers:
    """The short fields and the questionnaire as one; raises Implausible when they contradict, or nothing is marked."""
    short: dict[str, Any] = {"satisfaction": said.satisfaction, "expectation": said.expectation}
    short |= {"feelings": [one.value for one in said.feelings], "remark": said.remark}
    short = {name: value for name, value in short.items() if value not in (None, [])}
    given = dict(said.answers or {})
    if any(given.get(name, value) != value for name, value in short.items()):
        raise Implausible("简要项与问卷回答不一致", "answers contradict the fields beside them")
    required = CORE if said.answers is not None else ("satisfaction",)
    return contacting.read(policy.rulebook.questionnaire, given | short, required)


ACTS = (
    Act(
        "contact",
        "联系客户未果 · an attempt that did not reach the customer",
        Contact,
        contact,
        lifecycle.CONTACTING | contact_stages.WAITING,
        load=contacting.whether_over,
    ),
    Act("survey", "回访调查 · what the customer said", Survey, survey, frozenset({Stage.REVISIT}), load=money_of),
)
