"""Acts that move no stage: acknowledge, note, promise, keep-promise, hold, resume."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from flows.acts.act import ACTIVE, OPEN, Act, Setting, moved
from flows.acts.inputs import ActInput, Line, Moment, Text, YesNo
from flows.rules import clocks, complaint_clocks, derivation, follow_up, lifecycle
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.chinese import chinese
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Channel, HoldReason


class Acknowledge(ActInput):
    """The caller was told that it arrived."""

    channel: Channel | None = None


class Note(ActInput):
    """Something worth remembering: a contact, a finding."""

    text: Text
    contact: YesNo = False
    channel: Channel | None = None


class Promise(ActInput):
    """What was promised to the customer, and by when."""

    what: Text
    by: Moment


class KeepPromise(ActInput):
    """A promise was kept; `promise` is the sequence number of the event that made it."""

    promise: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    how: Line | None = None


class Hold(ActInput):
    """The case waits for somebody; it comes back at `until`, or when the rulebook's longest hold is over."""

    reason: HoldReason
    until: Moment | None = None
    why: Line | None = None


class Resume(ActInput):
    """The wait is over."""

    why: Line | None = None


def acknowledge(facts: CaseFacts, said: Acknowledge, setting: Setting) -> Decision:
    if not _unacknowledged(facts):
        raise Refusal("来件已回执", "the caller was told already that it arrived")
    changes = _acknowledged(facts, facts.clocks, setting)
    clock = next(one for one in changes["clocks"] if one.name is ClockName.ACKNOWLEDGE)
    in_time = not clocks.late(clock, setting.now)
    why = Reason("按时回执" if in_time else "逾期回执", "acknowledged in time" if in_time else "acknowledged late")
    return Decision(EventKind.ACKNOWLEDGED, changes, (why,), {"channel": said.channel, "in_time": in_time})


def _unacknowledged(facts: CaseFacts) -> bool:
    return any(one.name is ClockName.ACKNOWLEDGE and one.met_at is None for one in facts.clocks)


def _acknowledged(facts: CaseFacts, left: clocks.Clocks, setting: Setting) -> dict[str, Any]:
    """Who was spoken to knows that it arrived."""
    left = clocks.meet(left, ClockName.ACKNOWLEDGE, setting.now)
    return {"clocks": left, "overdue": follow_up.overdue(left, setting.now)}


def note(facts: CaseFacts, said: Note, setting: Setting) -> Decision:
    data = {"contact": said.contact, "channel": said.channel}
    changes = _acknowledged(facts, facts.clocks, setting) if said.contact and _unacknowledged(facts) else {}
    return Decision(EventKind.NOTED, changes, data=data, sealed={"text": said.text})


def promise(facts: CaseFacts, said: Promise, setting: Setting) -> Decision:
    if said.by <= setting.now:
        raise Refusal("承诺时间必须在将来", "a promise must lie in the future")
    ref = facts.events + 1
    why = Reason(
        f"向客户承诺于 {derivation.local(said.by)} 前完成",
        f"promised to the customer by {derivation.local(said.by)}",
    )
    remind_at = setting.now + (said.by - setting.now) * setting.policy.rulebook.clocks.remind_at
    timer = replace(clocks.timer(ClockName.PROMISE, setting.now, said.by, why, ref=ref), remind_at=remind_at)
    data = {"promise": ref, "by": said.by.isoformat()}
    changes = _acknowledged(facts, (*facts.clocks, timer), setting)
    return Decision(EventKind.PROMISED, changes, (why,), data, {"what": said.what})


def keep_promise(facts: CaseFacts, said: KeepPromise, setting: Setting) -> Decision:
    running = [c for c in facts.clocks if c.name is ClockName.PROMISE and c.met_at is None and c.ref == said.promise]
    if not running:
        raise Refusal("没有这项未兑现的承诺", "there is no open promise of that number on this case")
    left = clocks.meet(facts.clocks, ClockName.PROMISE, setting.now, ref=said.promise)
    in_time = setting.now <= running[0].due_at
    why = Reason("按时兑现" if in_time else "逾期兑现", "kept in time" if in_time else "kept late")
    sealed = {"how": said.how} if said.how else None
    last = facts.stage is Stage.PROMISED and not clocks.promised(left)
    data: dict[str, Any] = {"promise": said.promise, "in_time": in_time, "last": last}
    late = follow_up.overdue(left, setting.now)
    changes: dict[str, Any] = {}
    if last:
        data["then"] = after = lifecycle.after_promises(facts)
        changes = {"hold": None} | ({"closed_at": setting.now} if after is Stage.CLOSED else {"owner_id": None})
    return moved(
        facts, EventKind.PROMISE_KEPT, data, reasons=(why,), sealed=sealed, clocks=left, overdue=late, **changes
    )


def hold(facts: CaseFacts, said: Hold, setting: Setting) -> Decision:
    if facts.hold is not None:
        raise Refusal("工单已处于挂起状态", "the case is on hold already")
    latest = clocks.after(setting.policy.rulebook.clocks.hold_at_most, setting.now, setting.policy)
    until = said.until or latest
    if not setting.now < until <= latest:
        raise Refusal(
            f"挂起须在将来结束，最长至 {derivation.local(latest)}",
            f"a hold must end in the future and no later than {derivation.local(latest)}",
        )
    left = clocks.pause(facts.clocks, said.reason, setting.now, setting.policy)
    pauses = any(one.paused_at is not None for one in left)
    why = Reason(
        f"挂起：{chinese(said.reason)}，{'暂停内部时钟' if pauses else '时钟继续'}（法定时钟不停）",
        f"on hold: {said.reason}; internal clocks {'pause' if pauses else 'run on'}, the statutory one never pauses",
    )
    if said.reason is HoldReason.WAITING_UNIT:
        asked = complaint_clocks.start_of(ClockName.UNIT_ANSWER, facts, setting.now, setting.policy)
        left = (*left, asked) if asked is not None else left
    timer = clocks.timer(ClockName.HOLD, setting.now, until, why)
    data: dict[str, Literal[True] | str | bool] = {
        "hold": said.reason,
        "until": until.isoformat(),
        "pauses": pauses,
    }
    sealed = {"why": said.why} if said.why else None
    changes = {"hold": said.reason, "clocks": (*left, timer)}
    return Decision(EventKind.HELD, changes, (why,), data, sealed)


def resume(facts: CaseFacts, said: Resume, setting: Setting) -> Decision:
    if facts.hold is None:
        raise Refusal("工单未挂起", "the case is not on hold")
    return replace(follow_up.resume(facts, setting.now), sealed={"why": said.why} if said.why else None)


ACTS = (
    Act(
        "acknowledge",
        "受理回执 · the caller was told that it arrived",
        Acknowledge,
        acknowledge,
        OPEN,
        on_hold=True,
    ),
    Act("note", "记录 · add a note or a contact", Note, note, OPEN, on_hold=True),
    Act("promise", "承诺 · record a promise to the customer", Promise, promise, ACTIVE, on_hold=True),
    Act("keep-promise", "兑现承诺 · a promise was kept", KeepPromise, keep_promise, OPEN, on_hold=True),
    Act("hold", "挂起 · wait for the customer or a unit", Hold, hold, ACTIVE, on_hold=True),
    Act("resume", "恢复 · the wait is over", Resume, resume, ACTIVE, on_hold=True),
)
