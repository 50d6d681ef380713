"""One-time links: a customer answers by himself, without signing in, until the round ends.

A link carries the contact, which of its links it is, and a stamp made with the centre's secret. Nothing of it is
stored: who reads the database cannot make one, and an older link of the contact is good no more.
"""

import base64
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts import contacting
from flows.acts.act import Act, Setting
from flows.acts.contacting import Given
from flows.acts.inputs import ActInput
from flows.acts.perform import Desk
from flows.acts.refusals import NotFound
from flows.legs import chain, ledger
from flows.rules import contact_course, contact_stages
from flows.rules.agenda import agenda
from models.sealing import Seal
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.contact import ContactDetails
from models.values.questionnaire import Questionnaire
from models.values.stage_terms import EventKind
from models.values.vocabulary import Procedure
from models.wake import wakes

PATH = "/r"
STAMPED = 17
"""Bytes of a token before its stamp: the contact's id and the number of the link."""


class Gone(Refusal):
    """The link was good once: it expired, another one took its place, the round is over."""


class Used(Refusal):
    """The questionnaire was answered."""


@dataclass(frozen=True)
class Asked:
    """A link that is good: the contact it asks, locked until the end of the transaction, and what it asks."""

    facts: CaseFacts
    head: bytes
    questionnaire: Questionnaire


class SendLink(ActInput):
    """A one-time link for the customer; an earlier one of this contact is good no more."""


def token(seal: Seal, case_id: UUID, number: int) -> str:
    """The token of a contact's link of that number, which fits a byte (`revisits.links_at_most`)."""
    said = case_id.bytes + bytes([number])
    return base64.urlsafe_b64encode(said + seal.stamp(said)).decode().rstrip("=")


def send(facts: CaseFacts, said: SendLink, setting: Setting) -> Decision:
    contacting.refuse(facts, setting)
    details = ContactDetails.of(facts.details)
    if details.links >= setting.policy.rulebook.revisits.links_at_most:
        raise Refusal("该客户的链接已发过多次", "links enough were given out for this contact")
    details = replace(details, links=details.links + 1)
    why = Reason(f"第 {details.links} 个一次性链接", f"one-time link {details.links}")
    data = {"link": details.links, "expires_at": details.closes_at}
    return Decision(EventKind.LINK_SENT, {"details": details.as_json()}, (why,), data)


SEND_LINK = Act(
    "send-link",
    "一次性链接 · a link by which the customer answers himself",
    SendLink,
    send,
    contact_stages.WAITING,
    load=contacting.whether_over,
)


async def current(connection: AsyncConnection, desk: Desk, case_id: UUID) -> tuple[str, datetime]:
    """The path of the last link of a contact, and when it expires."""
    locked = await ledger.lock_cases(connection, [case_id])
    details = ContactDetails.of(locked[case_id][0].details)
    return f"{PATH}/{token(desk.seal, case_id, details.links)}", datetime.fromisoformat(details.closes_at)


async def asked(connection: AsyncConnection, desk: Desk, given: str) -> Asked:
    """Raises NotFound for what is no link of ours, Gone or Used for one that was."""
    case_id, number = _read(desk.seal, given)
    locked = await ledger.lock_cases(connection, [case_id])
    if case_id not in locked:
        raise NotFound
    facts, head = locked[case_id]
    if facts.procedure is not Procedure.REVISIT:
        raise NotFound
    details = ContactDetails.of(facts.details)
    if details.answers is not None:
        raise Used("您已提交过回答，谢谢。", "You have answered already. Thank you.")
    await desk.policies.know(connection, [facts])
    policy = desk.policies.of(facts)
    now = await desk.clock.now(connection)
    over = now >= datetime.fromisoformat(details.closes_at) or facts.stage not in contact_stages.WAITING
    if over or await contacting.whether_over(connection, facts, policy):
        raise Gone("本次回访已结束，感谢您的关注。", "This survey has ended. Thank you for your interest.")
    if number != details.links:
        raise Gone(
            "该链接已失效，请使用最近收到的链接。", "This link is good no more; please use the last one you got."
        )
    return Asked(facts, head, policy.rulebook.questionnaire)


async def answer(connection: AsyncConnection, desk: Desk, given: str, answers: Given) -> None:
    """Keep the answers, once. Raises what `asked` raises, and Implausible for what is no answer."""
    found = await asked(connection, desk, given)
    questions = found.questionnaire.questions
    required = {name for name, question in questions.items() if question.required}
    read = contacting.read(found.questionnaire, answers, required)
    now = await desk.clock.now(connection)
    decision = contact_course.answered(found.facts, read, None, "link", now)
    await connection.execute(select(wakes.c.case_id).where(wakes.c.case_id == found.facts.id).with_for_update())
    entry = chain.Entry(found.facts, found.head, decision)
    await ledger.write(connection, desk.seal, [entry], lambda after: agenda(after, desk.policies.of(after), now), now)


def _read(seal: Seal, given: str) -> tuple[UUID, int]:
    """What a token says; raises NotFound when we never gave it out."""
    try:
        raw: bytes = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except ValueError:
        raise NotFound from None
    said, stamp = raw[:STAMPED], raw[STAMPED:]
    if len(said) < STAMPED or not hmac.compare_digest(stamp, seal.stamp(said)):
        raise NotFound
    return UUID(bytes=said[:16]), said[16]
