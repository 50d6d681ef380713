"""Steps, taken here by a leg of the test, so that no worker is needed."""

from uuid import uuid4

from sqlalchemy import insert, text

from flows.legs import ledger
from flows.legs.leg import Leg
from flows.legs.resources import Resources
from flows.rules.agenda import agenda
from flows.steps.assign import Assign
from flows.steps.classify import Classify
from models.leg import LegState, legs


async def carry(office) -> None:
    """Classify and assign every case that is due, through a real leg."""
    resources = Resources(office.database.engine, office.database.seal, office.desk.clock, "test", 60.0, 100)
    policies = office.desk.policies
    leg_id = uuid4()
    async with resources.engine.begin() as connection:
        row = {"id": leg_id, "procedure": "complaint", "worker": "test", "state": LegState.OPEN}
        counts = dict.fromkeys(("cases", "carried", "deferred", "quarantined"), 0)
        lease = text("now() + interval '1 hour'")
        await connection.execute(insert(legs).values(**row, **counts, lease_until=lease))
        due = text("UPDATE wakes SET leg_id = :id WHERE due_at <= now() AND leg_id IS NULL RETURNING case_id")
        ids = (await connection.execute(due, {"id": leg_id})).scalars().all()
    async with resources.engine.begin() as connection:
        now = await resources.clock.now(connection)
        locked = await ledger.lock_cases(connection, ids)
    plan = lambda facts, at: agenda(facts, policies.of(facts), at)  # noqa: E731 - one line says it
    leg = Leg(leg_id, resources, plan, {id_: plan(facts, now) for id_, (facts, _) in locked.items()})
    for step in (Classify(policies, resources.seal), Assign(policies)):
        await leg.carry(step)
    assert not leg.deferred, "a step raised"
    async with resources.engine.begin() as connection:
        await connection.execute(text("UPDATE wakes SET leg_id = NULL WHERE leg_id = :id"), {"id": leg_id})
        await connection.execute(
            text("UPDATE legs SET state = 'ended', ended_at = now() WHERE id = :id"), {"id": leg_id}
        )
