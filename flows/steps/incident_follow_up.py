"""Following an incident up: silent levels, the counterpart's silence, notices that were delivered, whatever is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from flows.roster import owners
from flows.rulebook.store import Policies
from flows.rules import incident_follow_up
from flows.staffing import to_staff
from models.notice import deliveries, notices, subscriptions
from models.staff import staff
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.notice_terms import NoticeKind
from models.values.stage_terms import Stage


@dataclass(frozen=True)
class Loaded:
    delivered: Mapping[UUID, datetime]
    """When the notice to the counterpart unit was delivered, of those that were."""
    owners: Mapping[int, StaffFacts]
    heard: Mapping[UUID, StaffFacts]
    """Who acknowledged the notice about an incident that nobody acknowledged in the case yet."""


@dataclass(frozen=True)
class IncidentFollowUp:
    policies: Policies
    name: str = "follow_up"

    async def load(self, connection: AsyncConnection, facts: Sequence[CaseFacts], now: datetime) -> Loaded:
        asked = [one.id for one in facts if one.stage is Stage.COUNTERPART]
        ids = {one.owner_id for one in facts if one.owner_id is not None}
        owning = await owners(connection, ids, self.policies.current, now) if ids else {}
        told = [one.id for one in facts if incident_follow_up.unheard(one)]
        heard = await self._acknowledged(connection, told)
        return Loaded(await self._delivered(connection, asked), owning, heard)

    async def _delivered(self, connection: AsyncConnection, asked: Sequence[UUID]) -> Mapping[UUID, datetime]:
        """Proven is what reached a subscription of the unit or its people, or what somebody of it acknowledged.

        That the notice reached somebody else, who hears of its kind, proves nothing against the unit.
        """
        if not asked:
            return {}
        its_own = or_(subscriptions.c.unit == notices.c.to_unit, staff.c.unit == notices.c.to_unit)
        arrived = (
            select(func.min(deliveries.c.delivered_at))
            .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
            .outerjoin(staff, staff.c.id == subscriptions.c.staff_id)
            .where(deliveries.c.notice_id == notices.c.id, deliveries.c.delivered_at.is_not(None), its_own)
            .scalar_subquery()
        )
        reader = select(staff.c.unit).where(staff.c.id == notices.c.acknowledged_by).scalar_subquery()
        read = case((reader == notices.c.to_unit, notices.c.acknowledged_at))
        query = select(notices.c.case_id, func.max(func.least(arrived, read)).label("at")).where(
            notices.c.case_id.in_(asked), notices.c.kind == NoticeKind.COUNTERPART_ASKED
        )
        rows = (await connection.execute(query.group_by(notices.c.case_id))).all()
        return {row.case_id: row.at for row in rows if row.at is not None}

    async def _acknowledged(self, connection: AsyncConnection, told: Sequence[UUID]) -> Mapping[UUID, StaffFacts]:
        """Who acknowledged the newest notice about each incident: the one about the grade and the level that stand."""
        if not told:
            return {}
        query = (
            select(notices.c.case_id, *staff.c)
            .outerjoin(staff, staff.c.id == notices.c.acknowledged_by)
            .where(notices.c.case_id.in_(told), notices.c.kind == NoticeKind.INCIDENT_GRADED)
            .order_by(notices.c.created_at, notices.c.id)
        )
        rows = (await connection.execute(query)).mappings().all()
        newest = {row["case_id"]: row for row in rows}
        return {id_: to_staff(row, self.policies.current) for id_, row in newest.items() if row["id"] is not None}

    def decide(self, facts: CaseFacts, loaded: Loaded, now: datetime) -> Decision | None:
        owner = loaded.owners.get(facts.owner_id) if facts.owner_id else None
        known = incident_follow_up.Known(loaded.delivered.get(facts.id), loaded.heard.get(facts.id), owner)
        return incident_follow_up.decide(facts, known, self.policies.of(facts), now)
