"""Step 4: tell the customer the outcome; rejected twice, the final position comes from one level higher.

And the answers of the other paths: the written answer to whom nobody reached, the plain answer to an enquiry.
"""

from typing import Any

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Text, YesNo
from flows.acts.money import money, money_of
from flows.rulebook.sections import settlement_of
from flows.rules import clocks, follow_up
from flows.rules import settlement as settlements
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.vocabulary import ClockName, EventKind, Outcome, Stage


class FeedBack(ActInput):
    """The customer was told; at the final position `outside_routes_named` says 12305, 12315 and court were named."""

    accepted: YesNo
    said: Text
    outside_routes_named: YesNo = False


class Answer(ActInput):
    """The answer given; in writing where nobody could be reached."""

    text: Text


def feed_back(facts: CaseFacts, said: FeedBack, setting: Setting) -> Decision:
    left = clocks.meet(facts.clocks, ClockName.FEED_BACK, setting.now)
    left = clocks.meet(left, ClockName.CALL_BACK, setting.now)
    if facts.stage is Stage.FINAL_POSITION:
        return _final(facts, said, left, setting)
    if said.accepted:
        left = clocks.meet(left, ClockName.STATUTORY, setting.now)
        term = setting.policy.rulebook.clocks.revisit
        left = (*left, clocks.start(ClockName.REVISIT, term, setting.now, setting.policy))
        currency = settlement_of(setting.policy).currency
        rows = settlements.agreed_when_told(facts, money(setting), currency, setting.now)
        return _told(facts, said, left, setting, final=False, owner_id=None, rows=rows)
    rejections = facts.rejections + 1
    final = rejections >= setting.policy.rulebook.course.rejections_at_most
    why = Reason(
        f"客户第 {rejections} 次不接受" + (",由上一级作最终答复" if final else ",重新处理"),
        f"rejected {rejections} times: "
        + ("the final position comes from one level higher" if final else "handled again"),
    )
    refused, left = settlements.cancelled(left, money(setting), setting.now)
    left = (*left, clocks.start_resolve(facts, setting.now, setting.policy))
    changes: dict[str, Any] = {"rejections": rejections, "remedy": None}
    changes |= {"rows": tuple(settlements.row(one) for one in refused)}
    if final:
        changes |= {"level": _higher(facts, setting), "owner_id": None}
    return _told(facts, said, left, setting, final=final, reasons=(why,), **changes)


def _told(facts: CaseFacts, said: FeedBack, left: Any, setting: Setting, *, final: bool, **changes: Any) -> Decision:
    data: dict[str, Any] = {"accepted": said.accepted, "final": final}
    if cancelled := [row.values["number"] for row in changes.get("rows", ()) if row.table == "payments"]:
        data["payments_cancelled"] = cancelled
    late = follow_up.overdue(left, setting.now)
    sealed = {"said": said.said}
    return moved(facts, EventKind.FED_BACK, data, sealed=sealed, attempts=(), clocks=left, overdue=late, **changes)


def _final(facts: CaseFacts, said: FeedBack, left: Any, setting: Setting) -> Decision:
    if not said.outside_routes_named:
        raise Refusal(
            "最终答复须告知外部渠道(12305、12315、法院)",
            "the final position must name the outside routes (12305, 12315, court): say outside_routes_named",
        )
    left = clocks.meet(clocks.meet(left, ClockName.STATUTORY, setting.now), ClockName.RESOLVE, setting.now)
    return moved(
        facts,
        EventKind.FINAL_POSITION_GIVEN,
        {"accepted": said.accepted},
        sealed={"said": said.said},
        clocks=left,
        owner_id=None,
        outcome=Outcome.SOLVED if said.accepted else Outcome.FINAL_POSITION,
        solved=said.accepted,
    )


def answer(facts: CaseFacts, said: Answer, setting: Setting) -> Decision:
    direct = facts.stage is Stage.ANSWER
    left = clocks.meet_all(facts.clocks, setting.now)
    changes: dict[str, Any] = {
        "outcome": Outcome.ANSWERED if direct else Outcome.UNVERIFIED,
        "owner_id": None,
    }
    if direct:
        changes["handler_id"] = setting.actor.id
    return moved(facts, EventKind.ANSWERED, {"direct": direct}, sealed={"text": said.text}, clocks=left, **changes)


def _higher(facts: CaseFacts, setting: Setting) -> int:
    return min(facts.level + 1, len(setting.policy.rulebook.assignment.levels) - 1)


ACTS = (
    Act(
        "feed-back",
        "信息反馈 · tell the customer the outcome",
        FeedBack,
        feed_back,
        frozenset({Stage.FEED_BACK, Stage.FINAL_POSITION}),
        load=money_of,
    ),
    Act(
        "answer",
        "答复 · answer (in writing where nobody was reached)",
        Answer,
        answer,
        frozenset({Stage.ANSWER, Stage.WRITTEN_ANSWER}),
    ),
)
