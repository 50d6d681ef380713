"""The two steps of the flow `classes` as Prefect tasks. Only figures go to Prefect, no customer."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.classing import computing
from flows.room import Room
from flows.rules import classes as rules
from models.values.calendar import SHANGHAI
from models.values.classes import Snapshot


@task(name="compute", description="计算: rank the customers and store the snapshot", cache_policy=NO_CACHE)
async def compute(room: Room) -> Snapshot:
    """The last full months on the business clock, by the rulebook in force."""
    async with room.resources.engine.begin() as connection:
        policy = (await room.policies.refresh(connection)).rulebook.classes
        today = (await room.resources.clock.now(connection)).astimezone(SHANGHAI).date()
        period = rules.last_full_months(today, policy.months)
        return await computing.compute(connection, computing.Wanted(period, policy.basis, policy.currency), policy)


@task(name="compare", description="比对: shares of the amount beside the expected ones", cache_policy=NO_CACHE)
async def compare(snapshot: Snapshot) -> str:
    """What came out, in a sentence."""
    checks = rules.check(snapshot.classes, snapshot.expected)
    off = [f"{one.customer_class} holds {one.share:.1%} of the amount" for one in checks if one.met is False]
    said = f"snapshot {snapshot.id}: {snapshot.n} customers from {snapshot.period.first} to {snapshot.period.last}"
    return f"{said}; " + (f"not as expected: {', '.join(off)}" if off else "shares as expected")
