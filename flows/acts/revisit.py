"""Step 5: reach the customer (three attempts at different times of day), ask whether it is solved and how satisfied."""

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Moment, Text, YesNo
from flows.acts.refusals import NotYours
from flows.rules import assignment, clocks, follow_up, lifecycle, requests
from flows.rules.request_course import SHORT
from models.values.calendar import SHANGHAI
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.policy import Policy
from models.values.vocabulary import ClockName, ContactOutcome, EventKind, Feeling, Outcome, Procedure, Stage

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
    """What the customer said: solved, how satisfied (1–5), what was expected (1–5), which feelings."""

    solved: YesNo
    satisfaction: Mark
    expectation: Mark | None = None
    feelings: Annotated[tuple[Feeling, ...], AfterValidator(_each_once)] = ()
    remark: Text | None = None


def contact(facts: CaseFacts, said: Contact, setting: Setting) -> Decision:
    """Kept as an attempt; giving up takes attempts in different parts of the day, or very many."""
    _refuse_bad_hours(setting)
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
        due = next_attempt(setting.now, _tried(attempts, setting.policy), setting.policy)
        why = Reason("换一个时段再次联系", "the next attempt in another part of the day")
    course, unreached = setting.policy.rulebook.course, sum(_unreached(one) for one in attempts)
    tried = _tried(attempts, setting.policy)
    exhausted = len(tried) >= course.contact_attempts or unreached >= course.contacts_at_most
    data: dict[str, Any] = {"outcome": said.outcome, "attempt": len(attempts), "exhausted": exhausted}
    if facts.procedure is Procedure.REQUEST:
        data[SHORT] = True  # it was answered already: nothing more is owed to whom nobody reaches
    changes: dict[str, Any] = {"attempts": attempts, "overdue": follow_up.overdue(left, setting.now)}
    if exhausted:
        why = Reason(
            "多次不同时段未能联系,改为书面答复",
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
    answers = {
        "satisfaction": said.satisfaction,
        "expectation": said.expectation,
        "solved": said.solved,
        "attempts": (
            *facts.attempts,
            {"outcome": "reached", "at": setting.now.isoformat(), "by": setting.actor.id},
        ),
        "owner_id": None,
    }
    sealed = {"remark": said.remark} if said.remark else None
    data: dict[str, Any] = {
        "solved": said.solved,
        "satisfaction": said.satisfaction,
        "expectation": said.expectation,
    }
    data |= {"feelings": list(said.feelings), "final": False}
    if facts.procedure is Procedure.REQUEST:
        changes = requests.after_survey(facts, left, said.solved, setting.policy, setting.now)
        data |= changes.pop("data")
        return moved(facts, EventKind.SURVEYED, data, sealed=sealed, **answers, **changes)
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
    level = min(facts.level + 1, len(setting.policy.rulebook.assignment.levels) - 1)
    why = Reason(
        f"回访未解决,升至 {level} 级" + (",作最终答复" if final else "重新处理"),
        f"not solved: level {level} " + ("gives the final position" if final else "handles it again"),
    )
    left = clocks.start_round(facts, left, setting.now, setting.policy)
    changes = {"level": level, "reopenings": facts.reopenings + (not final), "remedy": None, "clocks": left}
    changes |= {"overdue": follow_up.overdue(left, setting.now)}
    return moved(facts, EventKind.SURVEYED, data, reasons=(why,), sealed=sealed, **answers, **changes)


def next_attempt(now: datetime, tried: Collection[int], policy: Policy) -> datetime:
    """The beginning of the next part of the day, within calling hours, in which nobody tried yet."""
    local = now.astimezone(SHANGHAI)
    course = policy.rulebook.course
    starts = [part for part in course.day_parts if course.calls_from <= part < course.calls_until]
    days = (local.date(), local.date() + timedelta(days=1))
    coming = [datetime.combine(day, part, SHANGHAI) for day in days for part in starts]
    later = [moment for moment in coming if moment > local]
    fresh = [moment for moment in later if _part(moment, policy) not in tried]
    return (fresh or later)[0].astimezone(now.tzinfo)


def _tried(attempts: Iterable[Any], policy: Policy) -> set[int]:
    """The parts of the day in which the customer was called and not reached."""
    return {_part(datetime.fromisoformat(one["at"]), policy) for one in attempts if _unreached(one)}


def _part(moment: datetime, policy: Policy) -> int:
    """Which part of the day, whatever the day: ten o'clock on three mornings is one part of it."""
    parts: tuple[time, ...] = policy.rulebook.course.day_parts
    return sum(part <= moment.astimezone(SHANGHAI).time() for part in parts)


def _unreached(attempt: Any) -> bool:
    return bool(attempt["outcome"] != ContactOutcome.CALL_BACK)


def _refuse_bad_hours(setting: Setting) -> None:
    course, local = setting.policy.rulebook.course, setting.now.astimezone(SHANGHAI).time()
    if not course.calls_from <= local < course.calls_until:
        hours = f"{course.calls_from:%H:%M}–{course.calls_until:%H:%M}"
        raise Refusal(f"仅可在 {hours} 拨打客户电话", f"customers are called between {hours} only")


ACTS = (
    Act(
        "contact",
        "联系客户未果 · an attempt that did not reach the customer",
        Contact,
        contact,
        lifecycle.CONTACTING,
    ),
    Act("survey", "回访调查 · what the customer said", Survey, survey, frozenset({Stage.REVISIT})),
)
