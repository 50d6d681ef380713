"""Which cases somebody may know of, as a condition of queries: `flows.rules.permission` said in SQL."""

from datetime import datetime

from sqlalchemy import ColumnElement, Numeric, all_, and_, any_, cast, false, func, literal, or_, true

from flows.customers.at_hand import at_hand
from models.case import cases
from models.values.case import StaffFacts
from models.values.permissions import Permit, Relation
from models.values.policy import Policy


def visible(actor: StaffFacts, policy: Policy, now: datetime) -> ColumnElement[bool]:
    """The cases he may read. Being able to take a case adds no sight, so that is no part of it."""
    columns = policy.permissions.by_relation[actor.role]
    seen = [_holds(one, actor, policy, now) for one in Relation if Permit.READ_CASE in columns[one]]
    if Permit.READ_CASE in columns[Relation.NONE]:
        seen = [true()]
    return and_(or_(false(), *seen), not_named(actor))


def not_named(actor: StaffFacts) -> ColumnElement[bool]:
    """Neither he nor his unit is complained about."""
    himself = literal(actor.id) != all_(cases.c.named_staff)
    return himself if actor.unit is None else and_(himself, literal(actor.unit) != all_(cases.c.named_units))


def _holds(relation: Relation, actor: StaffFacts, policy: Policy, now: datetime) -> ColumnElement[bool]:
    match relation:
        case Relation.OWNER:
            return cases.c.owner_id.in_(sorted({actor.id, *actor.deputises}))
        case Relation.ABOVE:
            return cases.c.level <= actor.level if actor.level > 0 else false()
        case Relation.UNIT:
            if actor.unit is None:
                return false()
            asked = cases.c.details["counterpart"].as_string() == actor.unit
            bears = literal(actor.unit) == any_(cases.c.liable_units)
            return or_(cases.c.unit == actor.unit, cases.c.liable == actor.unit, bears, asked)
        case Relation.CALLER_AT_HAND:
            return at_hand(actor, policy, now)
        case Relation.MONEY:
            proposed = cast(cases.c.remedy["compensation"].as_string(), Numeric) > 0
            return or_(cases.c.paid > 0, proposed, cases.c.category.in_(policy.permissions.money_categories))
        case Relation.CORRECTOR:
            return func.coalesce(cases.c.details["actions"].contains([{"owner": actor.id}]), false())
    return false()
