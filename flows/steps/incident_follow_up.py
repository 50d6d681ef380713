"""Following an incident up: silent levels, the counterpart's silence, notices that were delivered, whatever is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.rulebook.store import Policies
from flows.rules import incident_follow_up
from models.notice import notices
from models.values.case import CaseFacts, Decision
from models.values.vocabulary import NoticeKind, Stage


@dataclass(frozen=True)
class IncidentFollowUp:
    policies: Policies
    name: str = "follow_up"

    async def load(
        self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime
    ) -> Mapping[UUID, datetime]:
        """When the notice to the counterpart unit was delivered, of those that were."""
        asked = [one.id for one in facts if one.stage is Stage.COUNTERPART]
        if not asked:
            return {}
        query = (
            select(notices.c.case_id, func.max(notices.c.delivered_at).label("at"))
            .where(
                notices.c.case_id.in_(asked),
                notices.c.kind == NoticeKind.COUNTERPART_ASKED,
                notices.c.delivered_at.is_not(None),
            )
            .group_by(notices.c.case_id)
        )
        return {row.case_id: row.at for row in (await connection.execute(query)).all()}

    def decide(self, facts: CaseFacts, loaded: Mapping[UUID, datetime], now: datetime) -> Decision | None:
        return incident_follow_up.decide(facts, loaded.get(facts.id), self.policies.of(facts), now)
