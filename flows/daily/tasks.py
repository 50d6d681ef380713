"""The one step of the flow `daily_summary` as a Prefect task. Only days and counts go to Prefect."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.daily import telling
from flows.room import Room


@task(name="tell", description="总结与交接: count, store, tell whoever asked for it", cache_policy=NO_CACHE)
async def tell(room: Room) -> str:
    """On the business clock, by the rulebook in force; says what was told."""
    async with room.resources.engine.begin() as connection:
        policy = await room.policies.refresh(connection)
        now = await room.resources.clock.now(connection)
        told = await telling.tell(connection, room.resources.seal, policy, now)
    said = [f"summary of {day}" for day in told.days]
    said += [f"hand-over to {told.shift.name} of {told.shift.day}"] if told.shift else []
    return ", ".join(said) or "everything was told already"
