"""The business-incident procedure (商务事故上报程序), carried by the system wherever no person is waited for.

1 report 第一时间上报     a business unit's act: `POST /incidents` writes the case and wakes this flow
2 grade 定级             by value, casualties, goods; the level that must know is told, silence climbs a level
3 reach out 主动告知      customers on the same vehicle, hub or batch who have not complained get a notice task
4 contain 控制事态        and 5 investigate 调查: assigned to an owner
6 confirm 对方确认        the counterpart unit, in its working time; its silence presumes liability on it
7 find 责任认定           who is liable; an appeal is decided one level higher
8 correct 整改            owner and date; the effect is checked some weeks later
9 close 结案             by the level the grade demands, with the root cause; then the score 考核, by unit

What moves an incident from stage to stage is in `flows.rules.incident_course`.
"""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import ended
from flows.room import carrying
from flows.steps.tasks import assign, follow_incident_up, grade, reach_out, score_incident

PROCEDURE = "incident"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def incident(leg_id: UUID | None = None) -> State[str]:
    """Carry one leg: every incident it holds goes from where it stands to its next wait."""
    async with carrying(PROCEDURE, leg_id) as leg:
        await grade(leg)  # 2
        await assign(leg)  # 4, 5, and wherever else a person must act
        await follow_incident_up(leg)  # 2, 6: silence; reminders and deadlines of all others
        await reach_out(leg)  # 3: last, for it takes many legs to tell many customers
        await score_incident(leg)  # 9
    return ended(leg)
