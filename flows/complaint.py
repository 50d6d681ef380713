"""The complaint procedure (客户投诉处理程序): seven steps, carried by the system wherever no person is waited for.

1 receive 接听电话        a person's act: `POST /complaints` writes the case and wakes this flow
2 classify 分类处理       kind, category, severity, line, unit; not sure: a person (triage)
3 carry out 处理落实      assigned to an owner, who proposes, gets approval and carries out
4 feed back 信息反馈      followed up: the customer is told and accepts, or rejects
5 revisit 回访调查        followed up: by somebody else; unsolved reopens one level higher
6 analyse 整理分析        root cause, liable party, pattern; a supervisor confirms when the rulebook says so
7 score 服务质量考核      quality score, counted to the agent and the liable unit

What moves a case from stage to stage is in `flows.rules.lifecycle`, what wakes it in `flows.rules.agenda`.
"""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import ended
from flows.room import carrying
from flows.steps.tasks import analyse, assign, classify, follow_up, score

PROCEDURE = "complaint"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def complaint(leg_id: UUID | None = None) -> State[str]:
    """Carry one leg: every case it holds goes from where it stands to its next wait."""
    async with carrying(PROCEDURE, leg_id) as leg:
        await classify(leg)  # 2
        await assign(leg)  # 3, and wherever else a person must act
        await follow_up(leg)  # 3, 4, 5: what is due, overdue, promised
        await analyse(leg)  # 6
        await score(leg)  # 7
    return ended(leg)
