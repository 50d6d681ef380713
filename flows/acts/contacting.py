"""Contacts of a round: the answers by phone, and what every act on a contact must know first."""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting
from flows.acts.inputs import ActInput, Line, Moment, Text
from flows.acts.refusals import Implausible, NotYours
from flows.rules import calling, contact_course, contact_stages, questionnaire
from flows.rules.questionnaire import Answers
from models.case import cases
from models.values.case import CaseFacts, Decision, Refusal
from models.values.contact import ContactDetails
from models.values.policy import Policy
from models.values.questionnaire import CORE, Questionnaire
from models.values.stage_terms import Stage
from models.values.vocabulary import ContactOutcome, Procedure

QUESTIONS_AT_MOST = 60
Value = int | bool | Text | Annotated[list[Line], Field(max_length=40)]
Given = Annotated[
    dict[Annotated[str, Field(max_length=40)], Value | None],
    Field(max_length=QUESTIONS_AT_MOST, description="By question of the questionnaire; left out: not answered."),
]


class AnswerQuestionnaire(ActInput):
    """What the customer answered on the phone. `called_at`: when he was called, if that was not just now."""

    answers: Given
    called_at: Moment | None = None


def read(asked: Questionnaire, given: Given, required: Collection[str] = ()) -> Answers:
    """Raises Implausible with a sentence for each question answered wrongly, naming it, never the answer."""
    answers, faults = questionnaire.read(asked, given)
    told = [one for one in faults if one.question is None or one.question in given or one.question in required]
    if told:
        zh = ";".join(f"{one.question or ''}{one.why.zh}" for one in told)
        raise Implausible(zh, "; ".join(f"{one.question or 'answers'}: {one.why.en}" for one in told))
    return answers


async def whether_over(connection: AsyncConnection, facts: CaseFacts, policy: Policy) -> bool:
    """Whether the round of a contact was cancelled; other cases have none."""
    if facts.procedure is not Procedure.REVISIT:
        return False
    query = select(cases.c.details).where(cases.c.id == ContactDetails.of(facts.details).round_case)
    details = (await connection.execute(query)).scalar_one()
    return bool(details.get("cancelled"))


def attempted(facts: CaseFacts, outcome: ContactOutcome, call_back_at: Moment | None, setting: Setting) -> Decision:
    refuse(facts, setting)
    return contact_course.attempted(facts, outcome, call_back_at, setting.actor, setting.policy, setting.now)


def answer(facts: CaseFacts, said: AnswerQuestionnaire, setting: Setting) -> Decision:
    """The answers are judged by the questionnaire in force when the contact was opened."""
    refuse(facts, setting)
    called_at = said.called_at or setting.now
    if called_at > setting.now:
        raise Implausible("通话时间不能在将来", "called_at lies in the future")
    calling.refuse_bad_hours(called_at, setting.policy)
    asked = setting.policy.rulebook.questionnaire
    required = {name for name, question in asked.questions.items() if question.required}
    answers = read(asked, said.answers, required | set(CORE))
    return contact_course.answered(facts, answers, setting.actor, "phone", setting.now)


def refuse(facts: CaseFacts, setting: Setting) -> None:
    """Nobody of a cancelled round is called, and nobody calls whom he served himself."""
    if setting.loaded is True:
        raise Refusal("本轮回访已取消", "the round of this contact was cancelled")
    if facts.stage is Stage.CONTACT and (why := contact_course.barred(facts, setting.actor)):
        raise NotYours(why.zh, f"you may not make this revisit: {why.en}")


ACTS = (
    Act(
        "answer-questionnaire",
        "回访问卷 · what the customer answered on the phone",
        AnswerQuestionnaire,
        answer,
        contact_stages.WAITING,
        load=whether_over,
    ),
)
