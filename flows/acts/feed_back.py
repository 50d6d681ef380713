"""Step 4: tell the customer the outcome; rejected twice, the final position comes from one level higher.

And the answers of the other paths: the written answer to whom nobody reached, the plain answer to an enquiry.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting, moved, refuse_lower
from flows.acts.inputs import ActInput, Text, YesNo
from flows.acts.money import money, money_of
from flows.rules import agreement, clocks, complaint_clocks, follow_up, requests, vouchers
from models.event import events
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.policy import Policy
from models.values.request import RequestDetails
from models.values.stage_terms import ClockName, EventKind, Stage
from models.values.vocabulary import Kind, ManualService, Outcome, SuggestionVerdict


class FeedBack(ActInput):
    """The customer was told; at the final position `outside_routes_named` says 12305, 12315 and court were named."""

    accepted: YesNo
    said: Text
    outside_routes_named: YesNo = False


class Answer(ActInput):
    """The answer given; in writing where nobody could be reached.

    To a suggestion it says what becomes of it; to a manual service, which of the five it is, if nobody said so yet.
    """

    text: Text
    verdict: SuggestionVerdict | None = None
    service: ManualService | None = None


def feed_back(facts: CaseFacts, said: FeedBack, setting: Setting) -> Decision:
    left = clocks.meet(facts.clocks, ClockName.FEED_BACK, setting.now)
    left = clocks.meet(clocks.meet(left, ClockName.CALL_BACK, setting.now), ClockName.ACKNOWLEDGE, setting.now)
    if facts.stage is Stage.FINAL_POSITION:
        return _final(facts, said, left, setting)
    if said.accepted:
        left = clocks.meet(left, ClockName.STATUTORY, setting.now)
        term = setting.policy.rulebook.clocks.revisit
        left = (*left, clocks.start(ClockName.REVISIT, term, setting.now, setting.policy))
        currency = setting.policy.rulebook.settlement.currency
        rows = agreement.agreed_when_told(facts, money(setting), currency, setting.now)
        return _told(facts, said, left, setting, final=False, owner_id=None, rows=rows)
    rejections = facts.rejections + 1
    final = rejections >= setting.policy.rulebook.course.rejections_at_most
    why = Reason(
        f"客户第 {rejections} 次不接受" + ("，由上一级作最终答复" if final else "，重新处理"),
        f"rejected {rejections} times: "
        + ("the final position comes from one level higher" if final else "handled again"),
    )
    refused = vouchers.dropped(facts, left, money(setting), setting.now)
    left = complaint_clocks.start_round(facts, refused.clocks, setting.now, setting.policy)
    changes: dict[str, Any] = {**refused.changes, "rejections": rejections, "rows": refused.rows}
    if final:
        changes |= {"level": _higher(facts, setting), "owner_id": None}
    return _told(facts, said, left, setting, final=final, reasons=(why,), told=refused.data, **changes)


def _told(facts: CaseFacts, said: FeedBack, left: Any, setting: Setting, *, final: bool, **changes: Any) -> Decision:
    data: dict[str, Any] = {"accepted": said.accepted, "final": final, **changes.pop("told", {})}
    changes |= {"clocks": left, "overdue": follow_up.overdue(left, setting.now)}
    return moved(facts, EventKind.FED_BACK, data, sealed={"said": said.said}, attempts=(), **changes)


def _final(facts: CaseFacts, said: FeedBack, left: Any, setting: Setting) -> Decision:
    refuse_lower(facts, setting)
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


async def happened(connection: AsyncConnection, facts: CaseFacts, policy: Policy) -> frozenset[EventKind]:
    """The kinds of event that the case has seen."""
    query = select(events.c.kind).where(events.c.case_id == facts.id).distinct()
    return frozenset(EventKind(kind) for kind in (await connection.execute(query)).scalars())


def answer(facts: CaseFacts, said: Answer, setting: Setting) -> Decision:
    left = clocks.meet_all(facts.clocks, setting.now)
    if facts.stage is Stage.ANSWER:
        return _direct(facts, said, left, setting)
    if said.verdict or said.service:
        raise Refusal("书面答复不含处理结论或受理类型", "a written answer has neither verdict nor service")
    changes: dict[str, Any] = {"outcome": Outcome.UNVERIFIED, "owner_id": None}
    return moved(facts, EventKind.ANSWERED, {"direct": False}, sealed={"text": said.text}, clocks=left, **changes)


def _direct(facts: CaseFacts, said: Answer, left: clocks.Clocks, setting: Setting) -> Decision:
    """The short path: answered, and of some the customer is asked whether that helped."""
    policy, known = setting.policy.rulebook.requests, _known(facts, said)
    at_first = requests.first_contact(facts, setting.loaded or (), policy, setting.now)
    revisit, why = requests.revisited(facts, policy)
    if revisit:
        left = (
            *left,
            clocks.start(ClockName.REVISIT, setting.policy.rulebook.clocks.revisit, setting.now, setting.policy),
        )
    known = replace(known, first_contact=at_first)
    data: dict[str, Any] = {"direct": True, "revisit": revisit, "first_contact": at_first}
    data |= {"verdict": known.verdict, "service": known.service}
    return moved(
        facts,
        EventKind.ANSWERED,
        data,
        reasons=(why,),
        sealed={"text": said.text},
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
        outcome=Outcome.ANSWERED,
        owner_id=None,
        handler_id=setting.actor.id,
        attempts=(),
        details=known.within(facts.details),
    )


def _known(facts: CaseFacts, said: Answer) -> RequestDetails:
    known = RequestDetails.of(facts.details)
    if (facts.kind is Kind.SUGGESTION) != (said.verdict is not None):
        raise Refusal(
            "建议须给出处理结论(verdict)，其他类型不得填写",
            "the answer to a suggestion says what becomes of it (verdict); other kinds have none",
        )
    if facts.kind is not Kind.MANUAL_SERVICE:
        if said.service is not None:
            raise Refusal("仅人工受理有受理类型", "only a manual service is one of the five services")
        return replace(known, verdict=said.verdict)
    service = said.service or known.service
    if service is None:
        raise Refusal("人工受理须注明五类之一(service)", "say which of the five services this is (service)")
    return replace(known, service=service)


def _higher(facts: CaseFacts, setting: Setting) -> int:
    return min(facts.level + 1, setting.policy.top_level)


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
        load=happened,
    ),
)
