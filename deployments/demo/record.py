"""What the database says happened: read once, at the end. Every figure of the demo comes from here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from flows.rules.incident_course import is_incident
from flows.rules.lifecycle import replay
from models.case import cases, to_facts
from models.event import events
from models.leg import legs
from models.staff import staff
from models.values.case import CaseFacts
from models.values.stage_terms import EventKind, Stage
from models.values.vocabulary import Procedure
from models.wake import wakes

from .accounts import Accounts, read_accounts


@dataclass(frozen=True)
class Happened:
    """One event, as figures need it."""

    kind: EventKind
    stage: Stage
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """All cases with their events in order."""

    cases: Sequence[CaseFacts]
    """Of every procedure."""
    events: Mapping[UUID, Sequence[Happened]]
    quarantined: int = 0
    legs: int = 0
    carried: int = 0
    """Cases over all legs: a case is carried many times."""
    deferred: int = 0
    accounts: Accounts = field(default_factory=Accounts)
    acts: Mapping[str, int] = field(default_factory=dict)
    """Events by the role of who wrote them."""

    @property
    def requests(self) -> list[CaseFacts]:
        """The cases that callers brought in; not rounds, contacts, nor what those opened."""
        asked = (Procedure.COMPLAINT, Procedure.REQUEST)
        return [one for one in self.cases if one.procedure in asked and "revisit" not in one.details]

    @property
    def incidents(self) -> list[CaseFacts]:
        return [one for one in self.cases if is_incident(one)]

    @property
    def customer_notices(self) -> list[CaseFacts]:
        """The tasks to tell customers, about incidents or late shipments."""
        return [one for one in self.cases if one.procedure is Procedure.INCIDENT and not is_incident(one)]


async def read(engine: AsyncEngine) -> Record:
    happened: dict[UUID, list[Happened]] = defaultdict(list)
    async with engine.connect() as connection:
        facts = [to_facts(row) for row in (await connection.execute(select(cases).order_by(cases.c.number))).mappings()]
        columns = (events.c.case_id, events.c.kind, events.c.stage, events.c.at, events.c.data)
        query = select(*columns).order_by(events.c.case_id, events.c.seq)
        for row in await connection.execute(query):
            happened[row.case_id].append(Happened(EventKind(row.kind), Stage(row.stage), row.at, row.data))
        held = select(func.count()).select_from(wakes).where(wakes.c.quarantined_at.is_not(None))
        quarantined = (await connection.execute(held)).scalar_one()
        sums = [func.coalesce(func.sum(column), 0) for column in (legs.c.carried, legs.c.deferred)]
        row = (await connection.execute(select(func.count().label("count"), *sums).select_from(legs))).one()
        by_role = select(staff.c.role, func.count()).join(events, events.c.actor_id == staff.c.id)
        acts = {row.role: row[1] for row in (await connection.execute(by_role.group_by(staff.c.role))).all()}
        accounts = await read_accounts(connection)
    return Record(facts, happened, quarantined, row[0], int(row[1]), int(row[2]), accounts, acts)


def contradictions(record: Record) -> list[str]:
    """Where the ledger and the case disagree: the stage replayed from the events, and their number."""
    found = []
    for case in record.cases:
        entries = record.events.get(case.id, ())
        if len(entries) != case.events:
            found.append(f"case {case.number} counts {case.events} events, its ledger holds {len(entries)}")
        if (stage := replay((one.kind, one.data) for one in entries)) is not case.stage:
            found.append(f"case {case.number} stands at {case.stage}, its ledger leads to {stage}")
    return found
