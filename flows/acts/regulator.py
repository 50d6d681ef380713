"""The act `answer-regulator`: the regulator got its answer to what it referred."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Text
from flows.acts.settling import PAYING
from flows.rules import clocks, follow_up
from models.settlement import referrals
from models.values.case import CaseFacts, Decision, Reason, Refusal, Row
from models.values.policy import Policy
from models.values.stage_terms import ClockName, EventKind

ReferralNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$")]


class AnswerRegulator(ActInput):
    """What was answered to which referral, by the regulator's own number."""

    referral: ReferralNumber
    text: Text


@dataclass(frozen=True)
class Referrals:
    """The referrals of a case by number, as rows."""

    rows: dict[str, dict[str, Any]]


async def referrals_of(connection: AsyncConnection, facts: CaseFacts, policy: Policy) -> Referrals:
    query = select(referrals).where(referrals.c.case_id == facts.id).order_by(referrals.c.clock)
    rows = (await connection.execute(query)).mappings()
    return Referrals({row["number"]: dict(row) for row in rows})


def answer_regulator(facts: CaseFacts, said: AnswerRegulator, setting: Setting) -> Decision:
    known: dict[str, dict[str, Any]] = setting.loaded.rows if isinstance(setting.loaded, Referrals) else {}
    row = known.get(said.referral)
    if row is None or row["answered_at"] is not None:
        raise Refusal("没有该件未答复的转办", "there is no open referral of that number on this case")
    left = clocks.meet(facts.clocks, ClockName.REGULATOR, setting.now, ref=row["clock"])
    in_time = setting.now <= row["due_at"]
    why = Reason("按期答复监管部门" if in_time else "逾期答复监管部门", f"answered {'in time' if in_time else 'late'}")
    changes = {
        "settlings": facts.settlings + 1,
        "clocks": left,
        "overdue": follow_up.overdue(left, setting.now),
    }
    data = {"referral": said.referral, "in_time": in_time}
    answered = Row("referrals", row | {"answered_at": setting.now})
    return Decision(EventKind.REGULATOR_ANSWERED, changes, (why,), data, {"text": said.text}, rows=(answered,))


ACTS = (
    Act(
        "answer-regulator",
        "答复监管部门 · the regulator got its answer",
        AnswerRegulator,
        answer_regulator,
        PAYING,
        on_hold=True,
        load=referrals_of,
    ),
)
