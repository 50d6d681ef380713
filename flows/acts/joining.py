"""A complaint about an incident: linked under it, and ended with it once it was found who is liable."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Act, Setting, moved
from flows.acts.inputs import ActInput, Text
from flows.acts.refusals import Implausible
from flows.rules import clocks, follow_up, incident_course, lifecycle, settlement
from models.case import INCIDENTS, cases
from models.values.case import CaseFacts, Decision, Reason, Refusal
from models.values.settlement import text
from models.values.stage_terms import ClockName, EventKind, Stage


class Join(ActInput):
    """The complaint is about an incident that is known already; its own clocks run on."""

    incident: UUID


class EndWithIncident(ActInput):
    """What the incident's investigation found answers this complaint too: the customer is told next."""

    finding: Text


@dataclass(frozen=True)
class Event:
    """The incident a complaint is about; `another`: the complaint is linked under an incident already."""

    id: UUID
    number: int
    stage: Stage
    another: bool = False


async def named(connection: AsyncConnection, facts: CaseFacts, said: Join, setting: Setting) -> Event | None:
    event, known = await _read(connection, said.incident), await joined(connection, facts, said, setting)
    return replace(event, another=known is not None) if event else None


async def joined(
    connection: AsyncConnection, facts: CaseFacts, said: Join | EndWithIncident, setting: Setting
) -> Event | None:
    return await _read(connection, facts.linked_to) if facts.linked_to else None


def join(facts: CaseFacts, said: Join, setting: Setting) -> Decision:
    event: Event | None = setting.loaded
    if event is None:
        raise Implausible("没有该事故", "there is no such incident")
    if event.another:  # a main case that ended before it keeps nobody
        raise Refusal("已关联事故", "it is linked to an incident already")
    why = Reason(f"与事故 {event.number} 为同一事件", f"about the same event as incident {event.number}")
    changes = {"linked_to": event.id}
    return Decision(EventKind.JOINED, changes, (why,), {"incident": str(event.id), "number": event.number})


def end_with_incident(facts: CaseFacts, said: EndWithIncident, setting: Setting) -> Decision:
    event: Event | None = setting.loaded
    if event is None:
        raise Refusal("未关联事故", "it is linked to no incident; join one first")
    if event.stage not in incident_course.FOUND:
        raise Refusal("事故尚未认定责任", "the incident has no finding yet; it can be ended with it after that")
    if owed := settlement.to_request(facts.remedy):
        raise Refusal(
            f"方案中的赔付 {text(owed)} 尚未落实，请先处理落实",
            f"the proposal pays {text(owed)}, and nothing of that is with finance yet: carry it out first",
        )
    owner = setting.actor.id if facts.owner_id is None else facts.owner_id  # who knows the customer tells him
    left = clocks.meet(facts.clocks, ClockName.RESOLVE, setting.now)
    term = setting.policy.rulebook.clocks.feed_back
    left = (*left, clocks.start(ClockName.FEED_BACK, term, setting.now, setting.policy))
    data = {"answer_owed": True, "main": str(event.id)}
    why = Reason(
        f"随事故 {event.number} 处理完毕，待反馈", f"done with incident {event.number}: the customer is told next"
    )
    return moved(
        facts,
        EventKind.MAIN_ENDED,
        data,
        reasons=(why,),
        sealed={"finding": said.finding},
        handler_id=owner,
        owner_id=owner,
        attempts=(),
        clocks=left,
        overdue=follow_up.overdue(left, setting.now),
    )


async def _read(connection: AsyncConnection, id_: UUID) -> Event | None:
    query = select(cases.c.id, cases.c.number, cases.c.stage).where(
        cases.c.id == id_,
        INCIDENTS,
        cases.c.details["kind"].is_not(None),
    )
    row = (await connection.execute(query)).first()
    return Event(row.id, row.number, Stage(row.stage)) if row else None


END = Act(
    "end-with-incident",
    "随事故办结 · end with its incident",
    EndWithIncident,
    end_with_incident,
    frozenset({Stage.CARRY_OUT}),
    seek=joined,
)
ACTS = (
    Act("join", "并入事故 · link under an incident", Join, join, lifecycle.JOINABLE, seek=named),
    END,
)
