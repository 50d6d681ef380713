"""What staff corrected in the system's readings: kept as examples to learn from, each training with its verdict.

Of a correction only the labels are kept here. What the customer wrote stays sealed in the case's first event: erased
there, it is no example any more. Training keeps none of its words either (`Example.borrowed`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.acts.act import Setting
from flows.acts.refusals import NotYours
from flows.rulebook.learned_examples import Example
from models.correction import corrections, trainings
from models.event import events
from models.sealing import Seal
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.policy import Policy
from models.values.vocabulary import BusinessLine, Category, Kind, Severity

if TYPE_CHECKING:
    from flows.rulebook.learned_renewal import Renewed  # it needs numpy, which the API does without

FILE = "corrections"


async def note(connection: AsyncConnection, facts: CaseFacts, decision: Decision, setting: Setting) -> None:
    """Keep a person's reading that differs from the system's; one that agrees takes an earlier correction back."""
    if facts.proposed_kind is None:
        return
    said = decision.changes
    if (said["kind"], said["category"]) == (facts.proposed_kind, facts.proposed_category):
        await connection.execute(delete(corrections).where(corrections.c.case_id == facts.id))
        return
    labels = {name: said[name] for name in ("kind", "category", "secondary", "severity", "business_line")}
    read = {"read_kind": facts.proposed_kind, "read_category": facts.proposed_category, "confidence": facts.confidence}
    values = {**labels, **read, "staff_id": setting.actor.id, "at": setting.now}
    query = upsert(corrections).values(case_id=facts.id, **values)
    await connection.execute(query.on_conflict_do_update(index_elements=["case_id"], set_=values))


async def examples(connection: AsyncConnection, seal: Seal) -> list[Example]:
    """Every correction whose text was not erased, as an example; oldest first."""
    first = and_(events.c.case_id == corrections.c.case_id, events.c.seq == 1, events.c.sealed.is_not(None))
    query = select(corrections, events.c.sealed).join(events, first).order_by(corrections.c.at, corrections.c.case_id)
    return [_example(row, seal.open(row.sealed)) for row in (await connection.execute(query)).all()]


def may_train(actor: StaffFacts, policy: Policy) -> None:
    """Raises NotYours: new weights come into force with a rulebook, so who proposes those may train them."""
    allowed = policy.rulebook.changes.proposed_by
    if actor.role not in allowed:
        names = ", ".join(allowed)
        raise NotYours(f"仅 {names} 可训练分类器", f"the classifier is trained by {names}, not by {actor.role}")


async def record(connection: AsyncConnection, renewed: "Renewed", name: str | None, actor: StaffFacts) -> None:
    """Keep the verdict on a training. `name`: of the weights, or None when they were not kept."""
    values = {
        "staff_id": actor.id,
        "weights": name,
        "against": renewed.against,
        "texts": len(renewed.judged),
        "corrections": sum(one.example.corrected for one in renewed.judged),
        "mark": renewed.mark,
        "present_mark": renewed.present_mark,
        "verdict": renewed.verdict,
    }
    await connection.execute(insert(trainings).values(values))


async def history(connection: AsyncConnection, at_most: int) -> Sequence[Any]:
    """The trainings, the last first, with who asked for each."""
    query = select(trainings, staff.c.name).join(staff, staff.c.id == trainings.c.staff_id)
    return (await connection.execute(query.order_by(trainings.c.id.desc()).limit(at_most))).mappings().all()


async def count(connection: AsyncConnection) -> int:
    found: int = (await connection.execute(select(func.count()).select_from(corrections))).scalar_one()
    return found


def _example(row: Any, said: dict[str, Any]) -> Example:
    """The text as the classifier heard it."""
    sought = said.get("remedy_sought")
    return Example(
        text=f"{said['text']}\n{sought}" if sought else said["text"],
        kind=Kind(row.kind),
        category=Category(row.category) if row.category else None,
        secondary=Category(row.secondary) if row.secondary else None,
        severity=Severity(row.severity),
        line=BusinessLine(row.business_line),
        file=FILE,
        borrowed=True,
        corrected=True,
    )
