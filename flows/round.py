"""A round of revisits (客户回访处理程序): five steps, the calls themselves being cases of their own (flow `revisit`).

1 draw 随机选择客户           freeze the frame, stratify, draw from a recorded seed; drawn first, excluded after
2 record 记录回访结果         contacts are opened, each draw gets its disposition; reserves as whole replicates
3 questionnaire 回访调查      by phone or by a one-time link; until every contact is worked, or the closing date
4 analyse 整理分析            rates, weighted estimates with intervals, the draw verified
5 quality assessment 服务质量考核   a supervisor judges the result

Complaint revisits (a census), account visits and retention revisits are rounds of their own kinds; they are listed
instead of drawn. A round is opened weekly by the flow `rounds`, by `POST /revisits/rounds`, by `redress revisit open`.
"""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import ended
from flows.room import carrying
from flows.steps.tasks import assign, draw, look_after, summarise

PROCEDURE = "round"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def round_(leg_id: UUID | None = None) -> State[str]:
    """Carry one leg: every round it holds goes from where it stands to its next wait."""
    async with carrying(PROCEDURE, leg_id) as leg:
        await draw(leg)  # 1
        await look_after(leg)  # 2, 3
        await summarise(leg)  # 4
        await assign(leg)  # 5: whoever assesses it
    return ended(leg)
