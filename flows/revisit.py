"""A contact of a round (回访一位客户): one customer drawn, to be reached and asked.

assign 指派        somebody who never handled this customer's case; account visits: the customer's own manager
follow up 跟进     call-backs come back on time; when the round ends, the contact ends with what was tried
record 登记        the disposition on the draw; a grievance in the customer's words opens a complaint at once

In between people act: `contact` keeps every attempt, `answer-questionnaire` the answers, `send-link` lets the customer
answer by himself. What moves a contact is in `flows.rules.contact_course`.
"""

from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import ended
from flows.room import carrying
from flows.steps.tasks import assign_contact, follow_contact, record

PROCEDURE = "revisit"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def revisit(leg_id: UUID | None = None) -> State[str]:
    """Carry one leg: every contact it holds goes from where it stands to its next wait."""
    async with carrying(PROCEDURE, leg_id) as leg:
        await assign_contact(leg)
        await follow_contact(leg)
        await record(leg)
    return ended(leg)
