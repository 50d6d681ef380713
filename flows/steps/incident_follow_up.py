"""Following an incident up: silent levels, the counterpart's silence, notices that were delivered, whatever is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.roster import owners
from flows.rulebook.store import Policies
from flows.rules import incident_follow_up
from models.notice import notices
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.vocabulary import NoticeKind, Stage


@dataclass(frozen=True)
class Loaded:
    delivered: Mapping[UUID, datetime]
    """When the notice to the counterpart unit was delivered, of those that were."""
    owners: Mapping[int, StaffFacts]


@dataclass(frozen=True)
class IncidentFollowUp:
    policies: Policies
    name: str = "follow_up"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Loaded:
        asked = [one.id for one in facts if one.stage is Stage.COUNTERPART]
        ids = {one.owner_id for one in facts if one.owner_id is not None}
        owning = await owners(connection, ids, self.policies.current, now) if ids else {}
        return Loaded(await self._delivered(connection, asked), owning)

    async def _delivered(self, connection: AsyncConnection, asked: Sequence[UUID]) -> Mapping[UUID, datetime]:
        if not asked:
            return {}
        proven = func.coalesce(notices.c.delivered_at, notices.c.acknowledged_at)
        query = (
            select(notices.c.case_id, func.max(proven).label("at"))
            .where(
                notices.c.case_id.in_(asked),
                notices.c.kind == NoticeKind.COUNTERPART_ASKED,
                proven.is_not(None),
            )
            .group_by(notices.c.case_id)
        )
        return {row.case_id: row.at for row in (await connection.execute(query)).all()}

    def decide(self, facts: CaseFacts, loaded: Loaded, now: datetime) -> Decision | None:
        owner = loaded.owners.get(facts.owner_id) if facts.owner_id else None
        return incident_follow_up.decide(facts, loaded.delivered.get(facts.id), self.policies.of(facts), now, owner)
