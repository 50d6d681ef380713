"""Classes of customers (客户分类 ABC(D)): computed anew each month from what customers really sent.

1 compute 计算    the last full months: A the top 1 % of customers by amount, B to 5 %, C to 20 %, D the rest
2 compare 比对    each class's share of the amount beside the expected one: reported, never enforced

The snapshot holds for cases received from now on; a case keeps the class it had. The months, cut points and
expected shares stand in the rulebook. Nothing is claimed: it runs by its schedule, or by hand.
"""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.classing.tasks import compare, compute
from flows.room import furnished

PROCEDURE = "classes"


@flow(name=PROCEDURE, description=__doc__, persist_result=False, validate_parameters=True)
async def classes() -> State[str]:
    """Compute the classes of the last full months; the run's message says what came out."""
    async with furnished() as room:
        snapshot = await compute(room)  # 1
        verdict = await compare(snapshot)  # 2
    return Completed(message=verdict)
