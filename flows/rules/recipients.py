"""Which subscriptions a notice goes to, and when a try that failed is repeated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.values.case import StaffFacts
from models.values.notices import Addressee
from models.values.people_terms import Role
from models.values.policy import Policy
from models.values.telling_policy import Notices


@dataclass(frozen=True)
class Subscriber:
    """A subscription as this rule sees it; `of` nobody: the whole centre's."""

    id: int
    of: Addressee
    kinds: frozenset[str]
    """Empty: everything addressed to him."""


@dataclass(frozen=True)
class Member:
    """A member of staff, by what notices may be addressed to."""

    role: Role
    unit: str | None


def recipients(
    kind: str, to: Addressee, subscribers: Iterable[Subscriber], staff: Mapping[int, Member]
) -> tuple[int, ...]:
    """The ids of the subscriptions that get it, in order.

    What is addressed to somebody goes to his own subscriptions (those of a role or unit: to theirs and their people's).
    What is addressed to nobody goes to whoever named its kind. The whole centre's get their kinds in either case.
    """
    return tuple(sorted(one.id for one in subscribers if _gets(kind, to, one, staff)))


def may_acknowledge(to: Addressee, actor: StaffFacts, policy: Policy) -> bool:
    """Whether it counts that this person read it: it was for him, for his unit or role, or for a role of the ladder
    that he stands above. Of what was for nobody in particular, that anybody did."""
    if to == Addressee():
        return True
    if to.staff_id is not None:
        return actor.id == to.staff_id
    if to.unit is not None:
        return actor.unit == to.unit
    on_ladder = to.role in policy.rulebook.assignment.levels
    return actor.role is to.role or (to.role is not None and on_ladder and actor.level > policy.level_of(to.role))


def pause(attempts: int, policy: Notices) -> float | None:
    """Seconds until the next try after so many; None: that was the last."""
    if attempts >= policy.attempts_at_most:
        return None
    longer = policy.first_pause_seconds * 2.0 ** min(attempts - 1, 60)
    return float(min(longer, policy.longest_pause_seconds))


def _gets(kind: str, to: Addressee, one: Subscriber, staff: Mapping[int, Member]) -> bool:
    if one.kinds and kind not in one.kinds:
        return False
    if one.of == Addressee():
        return True
    if to == Addressee():
        return bool(one.kinds)
    if one.of == to:
        return True
    person = staff.get(one.of.staff_id) if one.of.staff_id is not None else None
    if person is None:
        return False
    return (to.role is not None and person.role is to.role) or (to.unit is not None and person.unit == to.unit)
