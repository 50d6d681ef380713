"""Whose turn it is to find who is liable for an incident, where nobody of the level that must may."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from flows.rules import arbiters, assignment, incident_notices
from flows.rules.assignment import Team
from models.values.case import CaseFacts, Decision, StaffFacts
from models.values.policy import Policy
from models.values.stage_terms import EventKind


def decide(
    facts: CaseFacts,
    staff: Iterable[StaffFacts] | Team,
    policy: Policy,
    now: datetime,
    manager_id: int | None = None,
) -> Decision:
    """As `assignment.decide`, at the level that decides; where it is another one, whoever now may is told why.

    Who is away or busy comes back: only where nobody of a level may ever, another level decides.
    """
    team = staff if isinstance(staff, Team) else Team(staff)
    top = policy.top_level
    turn = arbiters.deciding(facts.level, top, lambda level: bool(_able(replace(facts, level=level), team, policy)))
    if turn.why is None:
        return assignment.decide(facts, team, policy, now, manager_id)
    turned = replace(facts, level=turn.level)
    given = assignment.decide(turned, team, policy, now, manager_id)
    owner = given.changes.get("owner_id")
    told = [owner] if owner is not None else _able(turned, team, policy)
    return replace(
        given,
        event=given.event or EventKind.UNASSIGNED,
        changes={**given.changes, "level": turn.level},
        reasons=(*given.reasons, turn.why),
        data={**given.data, "level": turn.level},
        rows=(*given.rows, *(incident_notices.of_liability(facts, one, turn.why, now) for one in told)),
    )


def _able(facts: CaseFacts, team: Team, policy: Policy) -> list[int]:
    everybody = [one for _, members in team.roles() for one in members.values()]
    return [one.id for one in everybody if assignment.taboo(facts, one, policy) is None]
