"""The procedure of requests (查询、咨询、建议、人工受理): the short path of what is no complaint.

1 receive 受理            a person's act, by a door of its own or as a complaint that turns out to be none
2 classify 分类           the door says the kind, the text may contradict it; then a person looks (triage)
3 assign 指派             to whoever answers at this stage; a suggestion gets an owner as well
4 answer 答复             a person's act: first-contact resolution is recorded, a suggestion gets its verdict
5 revisit 回访            of some, drawn by case, by somebody else; not solved: answered again
6 score 服务质量考核      quality score; what was promised is kept before the case closes

Each may turn into a complaint (and then goes on in that flow); back only when a second person agrees. What moves a case
is in `flows.rules.lifecycle`, what wakes it in `flows.rules.agenda`.
"""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import ended
from flows.room import carrying
from flows.steps.tasks import assign, classify, follow_up, score

PROCEDURE = "request"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def request(leg_id: UUID | None = None) -> State[str]:
    """Carry one leg: every case it holds goes from where it stands to its next wait."""
    async with carrying(PROCEDURE, leg_id) as leg:
        await classify(leg)  # 2
        await assign(leg)  # 3, and wherever else a person must act
        await follow_up(leg)  # 4, 5: what is due, overdue, promised
        await score(leg)  # 6
    return ended(leg)
