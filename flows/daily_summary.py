"""The daily summary and the shift hand-over (每日总结、交接班): what a day was, and what a shift takes over.

1 tell 总结与交接    every day that is over and was not told yet, then the shift that is on

Each is stored and told once, however often this runs, and after a time without a stack every day is told that was
missed. When shifts begin and what is named stands in the rulebook; who is told, in the subscriptions to notices.
"""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.daily.tasks import tell
from flows.room import furnished

PROCEDURE = "daily_summary"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def daily_summary() -> State[str]:
    """Tell what is to be told; the run's message says what that was."""
    async with furnished() as room:
        said = await tell(room)  # 1
    return Completed(message=said)
