"""Growth candidates: customers of class C who could grow to B, against the period before."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.classing.totals import BECAME, totals
from flows.rules import classes as rules
from models.customer_class import class_members
from models.values.class_policy import Classes
from models.values.classes import Compared, Grown, Snapshot
from models.values.vocabulary import CustomerClass

_OF_C = """AND customer_id IN (
    SELECT customer_id FROM class_members WHERE snapshot_id = :id AND customer_class = 'C'
    UNION SELECT roots.id FROM roots JOIN class_members ON class_members.customer_id = roots.root
    WHERE snapshot_id = :id AND customer_class = 'C')"""


async def growth(connection: AsyncConnection, snapshot: Snapshot, policy: Classes) -> list[Grown]:
    """The snapshot's amounts beside those of the period before, as the shipments stand now; same basis and currency."""
    before = rules.period_before(snapshot.period)
    query = text(
        f"""WITH RECURSIVE {BECAME}, {totals(snapshot.basis, _OF_C)}
        SELECT customers.code, class_members.amount, totals.amount AS before
        FROM totals JOIN class_members ON class_members.customer_id = totals.customer_id
        JOIN customers ON customers.id = totals.customer_id
        WHERE class_members.snapshot_id = :id AND class_members.customer_class = 'C'"""  # noqa: S608 - our own text
    )
    bound = {"first": before.first, "last": before.last, "currency": snapshot.currency, "id": snapshot.id}
    rows = (await connection.execute(query, bound)).all()
    smallest = select(func.min(class_members.c.amount)).where(
        class_members.c.snapshot_id == snapshot.id, class_members.c.customer_class == CustomerClass.B
    )
    in_b = (await connection.execute(smallest)).scalar_one()
    found = (Compared(row.code, row.amount, row.before) for row in rows)
    return rules.growth(found, policy.growth_factor, policy.growth_top, in_b)
